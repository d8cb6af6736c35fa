import { z } from 'zod';
import { addressKey, withoutTag } from '#rules/address-key.ts';
import { defineCondition, textValue } from '#rules/condition.ts';
import { hasWildcard, wildcardTest } from '#rules/wildcard.ts';

export const recipient = defineCondition({
  type: 'recipient',
  title: 'Recipient',
  describe: 'To, Cc or Bcc holds this address. * stands for any text, ? for one character.',
  parameters: z.strictObject({
    value: textValue('An address such as me+shop@example.com, or a pattern such as *@example.com'),
    any_tag: z
      .boolean()
      .default(false)
      .describe('me@example.com also stands for me+shop@example.com and every other plus-tag'),
  }),
  compile: ({ value, any_tag }) => {
    const fits = wildcardTest(addressKey(value));
    return any_tag
      ? (facts) => facts.recipients.some((r) => fits(r) || fits(withoutTag(r)))
      : (facts) => facts.recipients.some(fits);
  },
  explain: ({ value, any_tag }) => `it is addressed to ${value}${any_tag ? ', with any plus-tag' : ''}`,
  index: ({ value, any_tag }) =>
    hasWildcard(value) || any_tag ? null : [{ on: 'recipient', key: addressKey(value) }],
});
