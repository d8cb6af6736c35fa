import { z } from 'zod';
import { domainKey, isUnder } from '#rules/address-key.ts';
import { defineCondition, textValue } from '#rules/condition.ts';

const key = (value: string) => domainKey(value.replace(/^@/, ''));

export const senderDomain = defineCondition({
  type: 'sender_domain',
  title: 'Sender domain',
  describe: 'The sender writes from this domain.',
  parameters: z.strictObject({
    value: textValue('A domain such as example.com'),
    include_subdomains: z.boolean().default(false).describe('Also from mail.example.com and the like'),
  }),
  compile: ({ value, include_subdomains }) => {
    const wanted = key(value);
    return include_subdomains
      ? (facts) => facts.senderDomains.some((d) => isUnder(d, wanted))
      : (facts) => facts.senderDomains.includes(wanted);
  },
  explain: ({ value, include_subdomains }) =>
    `the sender writes from ${value}${include_subdomains ? ' or a domain under it' : ''}`,
  index: ({ value }) => [{ on: 'domain', key: key(value) }],
});
