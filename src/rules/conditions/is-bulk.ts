import { z } from 'zod';
import { defineCondition, yesValue } from '#rules/condition.ts';
import type { MessageFacts } from '#rules/facts.ts';

/** RFC 2369 and RFC 2919 list headers, and the Precedence that senders of bulk mail add though no RFC defines it. */
const looksBulk = (facts: MessageFacts): boolean =>
  facts.headers.has('list-id') ||
  facts.headers.has('list-unsubscribe') ||
  facts.header('precedence').some((p) => /^\s*(?:bulk|list|junk)\b/i.test(p));

export const isBulk = defineCondition({
  type: 'is_bulk',
  title: 'Is bulk mail',
  describe: 'The message went to many: a newsletter, a list, an announcement.',
  parameters: z.strictObject({ value: yesValue('true: it is bulk mail; false: it is not') }),
  compile:
    ({ value }) =>
    (facts) =>
      looksBulk(facts) === value,
  explain: ({ value }) => (value ? 'it is bulk mail' : 'it is not bulk mail'),
});
