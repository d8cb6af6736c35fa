import { z } from 'zod';
import { defineAction } from './define.ts';
import { letterText } from './letter-text.ts';

export const reply = defineAction({
  type: 'reply',
  title: 'Reply',
  description: 'Answer whoever sent the message. No model may do this by itself.',
  danger: 'dangerous',
  parameters: z.strictObject({ text: letterText.min(1).describe('The answer, as plain text.') }),
  reversible: false,
  sends: () => ({ kind: 'reply', to: [], automatic: false }),
  effect: (p) => ({ kind: 'send', letter: { form: 'reply', text: p.text } }),
});
