import { z } from 'zod';
import { defineCondition, quote, textValue } from '#rules/condition.ts';
import { compileExpression, requiredWords } from '#rules/expression.ts';

export const bodyRegex = defineCondition({
  type: 'body_regex',
  title: 'Body fits an expression',
  describe: 'The body fits a regular expression (RE2 syntax), anywhere in it.',
  parameters: z.strictObject({
    value: textValue('A regular expression such as invoice\\s+\\d+'),
    case_sensitive: z.boolean().default(false).describe('Whether large and small letters differ'),
  }),
  compile: ({ value, case_sensitive }) => {
    const expression = compileExpression(value, case_sensitive);
    return (facts) => expression.test(facts.body, () => facts.foldedBody);
  },
  explain: ({ value }) => `the body fits the expression ${quote(value)}`,
  index: ({ value }) => requiredWords(value)?.map((word) => ({ on: 'text', field: 'body', word })) ?? null,
});
