import { z } from 'zod';
import { defineCondition, textValue } from '#rules/condition.ts';

export const labelPresent = defineCondition({
  type: 'label_present',
  title: 'Has a label',
  describe: 'The message has this label or lies in this folder.',
  parameters: z.strictObject({ value: textValue("The label's id at the provider, such as INBOX") }),
  compile:
    ({ value }) =>
    (facts) =>
      facts.labels.includes(value),
  explain: ({ value }) => `it has the label ${value}`,
  index: ({ value }) => [{ on: 'label', key: value }],
});
