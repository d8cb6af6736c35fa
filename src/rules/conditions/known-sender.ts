import { z } from 'zod';
import { defineCondition, yesValue } from '#rules/condition.ts';

export const knownSender = defineCondition({
  type: 'known_sender',
  title: 'Known sender',
  describe: 'You have written to the sender before.',
  parameters: z.strictObject({ value: yesValue('true: you have written to them; false: you have not') }),
  compile:
    ({ value }) =>
    (facts) =>
      facts.knownSender === value,
  explain: ({ value }) =>
    value ? 'you have written to the sender before' : 'you have never written to the sender',
});
