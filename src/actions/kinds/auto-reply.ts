import { z } from 'zod';
import { defineAction } from './define.ts';
import { letterText } from './letter-text.ts';

/** The text is that of the rule, word for word: nothing of a message or a model ever gets into it. */
export const autoReply = defineAction({
  type: 'auto_reply',
  title: 'Answer automatically',
  description:
    'Answer whoever sent the message with a fixed text, once a week at most, and never lists or programs.',
  danger: 'dangerous',
  parameters: z.strictObject({
    text: letterText.min(1).describe('The answer, as plain text. It is sent as it is.'),
  }),
  reversible: false,
  sends: () => ({ kind: 'reply', to: [], automatic: true }),
  effect: (p) => ({ kind: 'send', letter: { form: 'auto_reply', text: p.text } }),
});
