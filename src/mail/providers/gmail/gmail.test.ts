import { expect, test } from 'vitest';
import { mailboxContract } from '#mail/providers/contract.ts';
import { GMAIL_USER, openGmail } from '#test/kit/gmail.ts';

mailboxContract('gmail', async () => {
  const f = await openGmail();
  return {
    mailbox: f.mailbox,
    deliver: async (raw) => f.fake.deliver(GMAIL_USER, Buffer.from(raw)),
    expireCursors: async () => f.fake.expireHistory(GMAIL_USER),
    [Symbol.asyncDispose]: () => f[Symbol.asyncDispose](),
  };
});

test('a mailbox is opened without asking Gmail anything', async () => {
  await using f = await openGmail();
  expect(f.fake.stats.calls()).toBe(0);
});
