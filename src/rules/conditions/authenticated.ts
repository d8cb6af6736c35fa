import { z } from 'zod';
import { AUTH_METHODS, AUTH_RESULTS } from '#rules/authentication.ts';
import { defineCondition } from '#rules/condition.ts';

export const authenticated = defineCondition({
  type: 'authenticated',
  title: 'Sender check',
  describe: "What the account's own mail server found out about who sent it: SPF, DKIM or DMARC.",
  parameters: z.strictObject({
    value: z.enum(AUTH_METHODS).describe('Which check: spf, dkim or dmarc'),
    result: z
      .enum(AUTH_RESULTS)
      .default('pass')
      .describe('pass, fail, none (nothing was published), or unknown (no trusted result)'),
  }),
  compile:
    ({ value, result }) =>
    (facts) =>
      facts.auth[value] === result,
  explain: ({ value, result }) => `the ${value.toUpperCase()} check says ${result}`,
});
