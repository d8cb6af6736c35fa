import { z } from 'zod';
import { defineCondition, quote, textValue } from '#rules/condition.ts';
import { compileExpression, requiredWords } from '#rules/expression.ts';

export const headerMatch = defineCondition({
  type: 'header_match',
  title: 'Header fits an expression',
  describe: 'A header of this name fits a regular expression (RE2 syntax), anywhere in it.',
  parameters: z.strictObject({
    header: z
      .string()
      .regex(/^[!-9;-~]{1,100}$/, 'a header name has no spaces and no colon')
      .describe('The name of the header, such as X-Mailer'),
    value: textValue('A regular expression; . fits any header that is there and not empty'),
    case_sensitive: z.boolean().default(false).describe('Whether large and small letters differ'),
  }),
  compile: ({ header, value, case_sensitive }) => {
    const name = header.toLowerCase();
    const expression = compileExpression(value, case_sensitive);
    return (facts) =>
      facts.header(name).some((text) => expression.test(text, () => facts.foldedHeader(name)));
  },
  explain: ({ header, value }) => `the header ${header} fits the expression ${quote(value)}`,
  index: ({ header, value }) => {
    const name = header.toLowerCase();
    return (
      requiredWords(value)?.map((word) => ({ on: 'text', field: `header:${name}`, word })) ?? [
        { on: 'header', key: name },
      ]
    );
  },
});
