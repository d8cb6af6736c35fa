import { z } from 'zod';
import { defineCondition, yesValue } from '#rules/condition.ts';

/** By its headers alone: a "Re:" in the subject is written by anyone. */
export const isReply = defineCondition({
  type: 'is_reply',
  title: 'Is a reply',
  describe: 'The message answers another one (In-Reply-To or References).',
  parameters: z.strictObject({ value: yesValue('true: it is a reply; false: it is not') }),
  compile:
    ({ value }) =>
    ({ mail }) =>
      (mail.inReplyTo !== null || mail.references.length > 0) === value,
  explain: ({ value }) => (value ? 'it is a reply' : 'it is not a reply'),
});
