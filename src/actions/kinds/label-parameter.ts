import { z } from 'zod';
import { LABEL_NAME_CHARS } from '#config/limits.ts';

export const labelParameter = z.strictObject({
  label: z
    .string()
    .trim()
    .min(1)
    .max(LABEL_NAME_CHARS)
    .describe('Name of the label, or its id at the provider. A name with / nests.'),
});
