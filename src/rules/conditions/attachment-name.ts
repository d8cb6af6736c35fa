import { z } from 'zod';
import { defineCondition, quote, textValue } from '#rules/condition.ts';
import { fold } from '#rules/fold.ts';
import { hasWildcard, wildcardTest } from '#rules/wildcard.ts';

export const attachmentName = defineCondition({
  type: 'attachment_name',
  title: 'Attachment name',
  describe: 'An attached file has this text in its name, or fits a pattern with * and ?.',
  parameters: z.strictObject({ value: textValue('Part of a name, or a pattern such as *.pdf') }),
  compile: ({ value }) => {
    const wanted = fold(value);
    const fits = hasWildcard(wanted) ? wildcardTest(wanted) : (name: string) => name.includes(wanted);
    return ({ mail }) => mail.attachments.some((a) => fits(fold(a.filename)));
  },
  explain: ({ value }) =>
    hasWildcard(value)
      ? `an attached file is named like ${value}`
      : `an attached file has ${quote(value)} in its name`,
});
