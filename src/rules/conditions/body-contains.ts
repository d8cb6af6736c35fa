import { z } from 'zod';
import { defineCondition, quote, textValue } from '#rules/condition.ts';
import { fold } from '#rules/fold.ts';

export const bodyContains = defineCondition({
  type: 'body_contains',
  title: 'Body contains',
  describe: 'The body holds this text, whatever its case and width.',
  parameters: z.strictObject({ value: textValue('The text to look for') }),
  compile: ({ value }) => {
    const word = fold(value);
    return (facts) => facts.foldedBody.includes(word);
  },
  explain: ({ value }) => `the body contains ${quote(value)}`,
  index: ({ value }) => {
    const word = fold(value);
    return word === '' ? null : [{ on: 'text', field: 'body', word }];
  },
});
