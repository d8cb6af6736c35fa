import { z } from 'zod';
import { letterText } from './letter-text.ts';

/** What a person says of an answer to a message, sent or only drafted. */
export const answerParameters = z.strictObject({
  text: letterText.min(1).describe('The answer, as plain text.'),
  quote: z
    .boolean()
    .optional()
    .describe(
      'Whether the text of the message stands below the answer, as a quotation. It does unless this is false.',
    ),
});

export const answerLetter = (p: z.infer<typeof answerParameters>) =>
  ({ form: 'reply', text: p.text, quote: p.quote ?? true }) as const;
