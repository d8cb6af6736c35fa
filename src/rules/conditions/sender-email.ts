import { z } from 'zod';
import { addressKey, domainOf } from '#rules/address-key.ts';
import { defineCondition, type Hint, textValue } from '#rules/condition.ts';
import { hasWildcard, longestLiteral, wildcardTest } from '#rules/wildcard.ts';

const MIN_WORD_CHARS = 3;

const hint = (pattern: string): Hint[] | null => {
  if (!hasWildcard(pattern)) return [{ on: 'sender', key: pattern }];
  const domain = domainOf(pattern);
  if (domain !== '' && !hasWildcard(domain)) return [{ on: 'domain', key: domain }];
  const word = longestLiteral(pattern);
  return word.length >= MIN_WORD_CHARS ? [{ on: 'text', field: 'sender', word }] : null;
};

/** Every mailbox of every From header is tested: phishing often writes a second one that mail clients show. */
export const senderEmail = defineCondition({
  type: 'sender_email',
  title: 'Sender address',
  describe: 'The sender has this address. * stands for any text, ? for one character.',
  parameters: z.strictObject({
    value: textValue('An address such as ada@example.com, or a pattern such as *@example.com'),
  }),
  compile: ({ value }) => {
    const fits = wildcardTest(addressKey(value));
    return (facts) => facts.senders.some(fits);
  },
  explain: ({ value }) => (hasWildcard(value) ? `the sender fits ${value}` : `the sender is ${value}`),
  index: ({ value }) => hint(addressKey(value)),
});
