import { expect, test } from 'vitest';
import type { Mailbox } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { guardedMailbox } from './guard.ts';
import { findAnyAccount, mergeAccountState } from './store.ts';

const needsUser = (code: string) =>
  new AppError('needs-user', code, 'It needs somebody', { help: 'Do this.' });

const accountOf = async (t: TestApp) => {
  const found = await findAnyAccount(t.app.db, t.accountId);
  if (!found) throw new Error('no account');
  return found;
};

/** A mailbox of which only this is asked. */
const broken = (e: unknown): Mailbox =>
  ({
    can: { push: true },
    labels: () => Promise.reject(e),
    hasReached: () => true,
    // biome-ignore lint/correctness/useYield: it ends before the first page
    survey: async function* () {
      throw e;
    },
  }) as unknown as Mailbox;

test.each([
  ['mail.sign-in-refused', 'needs_reauthorization'],
  ['imap.sign-in-refused', 'needs_reauthorization'],
  ['accounts.no-sign-in', 'needs_reauthorization'],
  ['mail.api-disabled', 'paused'],
  ['accounts.client-refused', 'paused'],
  ['accounts.key-missing', 'active'],
  ['accounts.key-file', 'active'],
  ['accounts.keychain', 'active'],
])('an account whose mailbox says %s is %s, and its jobs wait for it', async (code, status) => {
  await using t = await testApp();
  const told: unknown[] = [];
  t.app.live.listen((topics) => told.push(...topics));
  const guarded = guardedMailbox(t.app.signIns, await accountOf(t), broken(needsUser(code)));
  await expect(guarded.labels()).rejects.toMatchObject({
    kind: 'needs-user',
    code,
    waitsFor: `account:${t.accountId}`,
  });
  const account = await accountOf(t);
  expect(account.status).toBe(status);
  if (status === 'active') return;
  expect(account.statusReason).toBe('It needs somebody. Do this.');
  expect(told).toContain('accounts');
});

test('what comes in pages is guarded too, and everything else goes through', async () => {
  await using t = await testApp();
  const guarded = guardedMailbox(
    t.app.signIns,
    await accountOf(t),
    broken(needsUser('mail.sign-in-refused')),
  );
  expect(guarded.can.push).toBe(true);
  expect(guarded.hasReached('a', 'b')).toBe(true);
  const all = (async () => {
    for await (const _ of guarded.survey(null, 10));
  })();
  await expect(all).rejects.toMatchObject({ waitsFor: `account:${t.accountId}` });
  expect((await accountOf(t)).status).toBe('needs_reauthorization');
});

test('other errors stop nothing', async () => {
  await using t = await testApp();
  for (const e of [new AppError('transient', 'mail.unavailable', 'Away'), new Error('a bug')]) {
    await expect(guardedMailbox(t.app.signIns, await accountOf(t), broken(e)).labels()).rejects.toBe(e);
  }
  expect((await accountOf(t)).status).toBe('active');
});

test('a refusal of the sign-in from before the last one stops nothing', async () => {
  await using t = await testApp();
  const before = await accountOf(t);
  const { db, clock } = t.app;
  const part = { signIn: { at: clock.now() } };
  await db.write((tx) => mergeAccountState(tx, { id: before.id, part, now: clock.now() }));
  const guarded = guardedMailbox(t.app.signIns, before, broken(needsUser('mail.sign-in-refused')));
  await expect(guarded.labels()).rejects.toMatchObject({ kind: 'needs-user' });
  expect((await accountOf(t)).status).toBe('active');
});
