import { z } from 'zod';
import { defineCondition, textValue } from '#rules/condition.ts';
import { hasWildcard, wildcardTest } from '#rules/wildcard.ts';

const key = (value: string) => value.trim().replace(/^<|>$/g, '').toLowerCase();

export const listId = defineCondition({
  type: 'list_id',
  title: 'Mailing list',
  describe: 'It came through this mailing list (List-Id). * stands for any text, ? for one character.',
  parameters: z.strictObject({ value: textValue('The identifier of the list, such as news.example.com') }),
  compile: ({ value }) => {
    const fits = wildcardTest(key(value));
    return (facts) => facts.listIds.some(fits);
  },
  explain: ({ value }) => `it came through the list ${value}`,
  index: ({ value }) =>
    hasWildcard(value) ? [{ on: 'header', key: 'list-id' }] : [{ on: 'list', key: key(value) }],
});
