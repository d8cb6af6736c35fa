import { z } from 'zod';
import { defineCondition } from '#rules/condition.ts';
import { parseDuration, toMs } from '#std/time.ts';

export const ageOver = defineCondition({
  type: 'age_over',
  title: 'Older than',
  describe: 'The message arrived longer ago than this, at the moment of judging.',
  parameters: z.strictObject({
    value: z
      .string()
      .regex(/^\d{1,6}\s*(?:m|h|d|w)$/, 'write a number and a unit, such as 12h, 7d or 2w')
      .describe('A number and a unit: 30m, 12h, 7d or 2w'),
  }),
  compile: ({ value }) => {
    const age = parseDuration(value);
    return (facts) => toMs(facts.now) - toMs(facts.receivedAt) > age;
  },
  explain: ({ value }) => `it arrived more than ${value} ago`,
});
