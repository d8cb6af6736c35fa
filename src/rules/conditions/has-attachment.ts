import { z } from 'zod';
import { defineCondition, yesValue } from '#rules/condition.ts';

export const hasAttachment = defineCondition({
  type: 'has_attachment',
  title: 'Has an attachment',
  describe: 'A file is attached. Pictures shown inside the text do not count.',
  parameters: z.strictObject({ value: yesValue('true: with an attachment; false: without') }),
  compile:
    ({ value }) =>
    ({ mail }) =>
      mail.attachments.some((a) => !a.inline) === value,
  explain: ({ value }) => (value ? 'a file is attached' : 'no file is attached'),
});
