import { z } from 'zod';
import { defineAction } from './define.ts';
import { letterText } from './letter-text.ts';

export const createDraft = defineAction({
  type: 'create_draft',
  title: 'Draft a reply',
  description: 'Put an answer into the drafts of the mailbox. It is not sent.',
  danger: 'safe',
  parameters: z.strictObject({ text: letterText.min(1).describe('The answer, as plain text.') }),
  reversible: true,
  effect: (p) => ({ kind: 'draft', letter: { form: 'reply', text: p.text } }),
});
