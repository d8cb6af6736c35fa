import { z } from 'zod';
import { defineCondition } from '#rules/condition.ts';
import { wildcardTest } from '#rules/wildcard.ts';

export const attachmentType = defineCondition({
  type: 'attachment_type',
  title: 'Attachment type',
  describe: 'An attached file has this media type.',
  parameters: z.strictObject({
    value: z
      .string()
      .regex(/^[\w.+*-]{1,100}\/[\w.+*-]{1,100}$/, 'write a media type such as application/pdf or image/*')
      .describe('A media type such as application/pdf, or image/* for every kind of picture'),
  }),
  compile: ({ value }) => {
    const fits = wildcardTest(value.toLowerCase());
    return ({ mail }) => mail.attachments.some((a) => fits(a.mimeType.toLowerCase()));
  },
  explain: ({ value }) => `an attached file is of type ${value}`,
});
