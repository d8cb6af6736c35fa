import { expect, test } from 'vitest';
import { getAccount } from '#accounts/store.ts';
import type { MailboxHealth, MailProvider } from '#mail/port.ts';
import { RIGHT, standInForImap } from '#test/kit/password-provider.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { connectMailbox, renewSecrets } from './connect.ts';
import { setPaused } from './pause.ts';
import { removeAccount } from './remove.ts';

const by = { actor: 'owner', channel: 'test' };
const secrets = { password: RIGHT };

const connected = async (t: TestApp) => {
  standInForImap(t.app);
  const { account } = await connectMailbox(t.app, {
    userId: t.app.owner.id,
    provider: 'imap',
    email: 'robin@example.com',
    displayName: 'Robin',
    config: {},
    secrets,
    test: true,
    by,
  });
  await t.drain();
  return account;
};

/** The same providers, of which one does something while it signs in. */
const whileSigningIn = (t: TestApp, work: () => Promise<unknown>): MailProvider[] =>
  t.app.providers.map((provider) => ({
    ...provider,
    open: (account) => {
      const mailbox = provider.open(account);
      const tried = async (): Promise<MailboxHealth> => {
        await work();
        return mailbox.test();
      };
      return new Proxy(mailbox, {
        get: (target, name) => (name === 'test' ? tried : Reflect.get(target, name)),
      });
    },
  }));

test('an account that is removed while its new password is tried stays removed, and keeps no password', async () => {
  await using t = await testApp();
  const { id: accountId, userId } = await connected(t);
  const providers = whileSigningIn(t, async () => {
    await removeAccount(t.app, { userId, accountId, mail: 'keep', by });
    await t.drain();
  });
  const renewed = renewSecrets({ ...t.app, providers }, { userId, accountId, secrets, test: true, by });
  await expect(renewed).rejects.toMatchObject({ kind: 'conflict', code: 'accounts.removed' });
  expect((await getAccount(t.app.db, userId, accountId)).status).toBe('paused');
  expect(await t.app.db.all('select * from credentials where account_id = $1', [accountId])).toEqual([]);
});

test('an account of somebody else is unknown to whoever would stop, remove or sign it in', async () => {
  await using t = await testApp();
  const { id: accountId } = await connected(t);
  const mine = { userId: 'somebody-else', accountId, by };
  const unknown = { kind: 'denied', code: 'accounts.unknown' };
  await expect(setPaused(t.app, { ...mine, paused: true })).rejects.toMatchObject(unknown);
  await expect(removeAccount(t.app, { ...mine, mail: 'delete' })).rejects.toMatchObject(unknown);
  await expect(renewSecrets(t.app, { ...mine, secrets, test: false })).rejects.toMatchObject(unknown);
});
