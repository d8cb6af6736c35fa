import { expect, test } from 'vitest';
import { createAccount, findAnyAccount, listAccounts } from '#accounts/store.ts';
import type { Tx } from '#db/db.ts';
import { compose } from '#digests/compose.ts';
import { setPaused } from '#ingest/pause.ts';
import { removeAccount } from '#ingest/remove.ts';
import { statusOf } from '#ingest/status.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';

const BY = { actor: 'owner', channel: 'test' };

/** Tables that say something of a mailbox, with how many rows name it. */
const LEFT: Readonly<Record<string, string>> = {
  accounts: 'select id from accounts where id = $1',
  messages: 'select id from messages where account_id = $1',
  contents:
    'select message_id from message_contents where message_id in (select id from messages where account_id = $1)',
  labels: 'select id from labels where account_id = $1',
  placed: 'select message_id from message_labels where account_id = $1',
  threads: 'select id from threads where account_id = $1',
  ledger: 'select message_id from message_ledger where account_id = $1',
  decisions: 'select id from decisions where account_id = $1',
  actions: 'select id from actions where account_id = $1',
  mailbox: 'select id from local_messages where account_id = $1',
};

const leftOf = async ({ app }: TestApp, accountId: string): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const [name, sql] of Object.entries(LEFT)) counts[name] = (await app.db.all(sql, [accountId])).length;
  return counts;
};

const digest = ({ app }: TestApp, occasion = 'test') =>
  compose(app, {
    userId: app.owner.id,
    occasion,
    to: app.clock.now(),
    scheduleId: null,
    by: BY,
    write: (work) => app.db.write(work),
  });

const nothing = Object.fromEntries(Object.keys(LEFT).map((name) => [name, 0]));

/** A second mailbox with a mail of its own. */
const second = async ({ app }: TestApp): Promise<string> => {
  const { id } = await createAccount(app, {
    userId: app.owner.id,
    provider: 'local',
    email: 'other@marlow.example',
    displayName: '',
  });
  const raw = new TextEncoder().encode(
    'From: Bob <bob@example.com>\r\nSubject: Plain other\r\nMessage-ID: <o@x.example>\r\n\r\nOther words.\r\n',
  );
  await app.db.write(async (tx) => {
    await deliver(tx, {
      accountId: id,
      mails: [{ raw, date: app.clock.now(), labels: ['INBOX'], flags: [] }],
    });
    await app.queue.enqueue(syncJob, { accountId: id }, { tx, userId: app.owner.id });
  });
  return id;
};

const request = (t: TestApp, mail: 'keep' | 'delete', accountId = t.accountId) => ({
  userId: t.app.owner.id,
  accountId,
  mail,
  by: BY,
});

const prepared = async (t: TestApp, count = 10): Promise<void> => {
  await t.addRule({
    name: 'Letters',
    conditions: { type: 'subject_contains', value: 'letter' },
    actions: [{ type: 'archive' }],
  });
  await t.addRule({
    name: 'Codes',
    conditions: { type: 'subject_contains', value: 'code' },
    actions: [{ type: 'delete' }],
  });
  const letters = Array.from({ length: count }, (_, i) => ({ subject: `letter ${i}`, text: 'Hello there.' }));
  await t.deliver(...letters, { subject: 'A code', from: 'bob@example.com' }, { subject: 'Plain' });
  await t.drain();
};

onEveryDatabase('removing an account', (fresh, kind) => {
  const start = async (): Promise<TestApp> => {
    if (kind === 'memory') return testApp();
    const place = await fresh();
    await place.db.close();
    const t = await testApp({ database: place.url });
    const dispose = t[Symbol.asyncDispose].bind(t);
    return {
      ...t,
      [Symbol.asyncDispose]: async () => {
        await dispose();
        await place[Symbol.asyncDispose]();
      },
    };
  };

  test('with its mail leaves nothing of it, and all of the other account', async () => {
    await using t = await start();
    await prepared(t);
    await digest(t);
    const other = await second(t);
    // Of this one, what is new is the other account's alone, and what was done is not.
    await t.deliver({ subject: 'letter of late' });
    await t.drain();
    await digest(t, 'again');
    const kept = await leftOf(t, other);
    await removeAccount(t.app, request(t, 'delete'));
    await t.drain();
    expect(await leftOf(t, t.accountId)).toEqual(nothing);
    expect(await leftOf(t, other)).toEqual(kept);
    expect(kept.messages).toBe(1);
    const senders = await t.app.db.all<{ address: string }>('select address from senders');
    expect(senders.map((s) => s.address)).toEqual(['bob@example.com']);
    const [words] = await t.app.db.all<{ n: number }>('select count(*) as n from message_search');
    expect(Number(words?.n)).toBe(1);
    const told = await t.app.db.all<{ item_json: string }>('select item_json from digest_items');
    expect(told.filter((item) => /letter|code/.test(item.item_json))).toEqual([]);
    expect(told.filter((item) => item.item_json.includes('Plain other'))).toHaveLength(1);
  });

  test('while its mail is kept, the mail stays and is found, and nothing waits any more', async () => {
    await using t = await start();
    await prepared(t);
    const before = await leftOf(t, t.accountId);
    await t.deliver({ subject: 'A code too late' });
    await removeAccount(t.app, request(t, 'keep'));
    await t.drain();
    expect(await leftOf(t, t.accountId)).toEqual({ ...before, mailbox: (before.mailbox ?? 0) + 1 });
    const status = await statusOf(t.app, t.app.owner.id);
    expect(status.ledger).toMatchObject({ received: 12, waiting: 0, unexplained: 0 });
    expect(status.actions).toEqual({ completed: 10, canceled: 1 });
    const approvals = await t.app.db.all<{ state: string }>('select state from approvals');
    expect(approvals.map((a) => a.state)).toEqual(['superseded']);
    const dead = await t.app.db.all("select type from jobs where state = 'failed'");
    expect(dead).toEqual([]);
    const account = await findAnyAccount(t.app.db, t.accountId);
    expect(account).toMatchObject({ email: 'robin@marlow.example', status: 'paused' });
    expect(account?.state.removal?.finishedAt).toBeTypeOf('string');
  });

  test('whose mail was kept, its mail can go later', async () => {
    await using t = await start();
    await prepared(t);
    await removeAccount(t.app, request(t, 'keep'));
    await t.drain();
    await removeAccount(t.app, request(t, 'delete'));
    await t.drain();
    expect(await leftOf(t, t.accountId)).toEqual(nothing);
    expect(await t.app.db.all('select address from senders')).toEqual([]);
  });
});

test('more mail than one transaction takes goes in several, and how far it is can be read', async () => {
  await using t = await testApp();
  await prepared(t, 120);
  const seen: number[] = [];
  const { forgetMail, forgetGone } = t.app;
  const look = async (tx: Tx) =>
    seen.push((await findAnyAccount(tx, t.accountId))?.state.removal?.done ?? -1);
  t.app.forgetMail = async (tx, ids) => {
    await forgetMail(tx, ids);
    await look(tx);
  };
  t.app.forgetGone = async (tx, o) => {
    await look(tx);
    return forgetGone(tx, o);
  };
  await removeAccount(t.app, request(t, 'delete'));
  await t.drain();
  expect(seen).toEqual([0, 50, 100, 122]);
  expect(await leftOf(t, t.accountId)).toEqual(nothing);
});

test('what waits for a removed account is ended, whatever it is about, and nothing else', async () => {
  await using t = await testApp();
  await prepared(t);
  const other = await second(t);
  await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
  await removeAccount(t.app, request(t, 'keep'));
  await t.drain();
  const jobs = await t.app.queue.list({ type: 'sync', limit: 100 });
  const states = jobs.map(({ payload, state }) => [(payload as { accountId: string }).accountId, state]);
  expect(states).toContainEqual([t.accountId, 'canceled']);
  expect(states.filter(([id]) => id === other).every(([, state]) => state === 'completed')).toBe(true);
});

test('a removed account can be neither resumed, synced nor removed twice', async () => {
  await using t = await testApp();
  await removeAccount(t.app, request(t, 'keep'));
  await t.drain();
  await expect(removeAccount(t.app, request(t, 'keep'))).rejects.toMatchObject({
    code: 'accounts.being-removed',
  });
  const resume = { userId: t.app.owner.id, accountId: t.accountId, paused: false, by: BY };
  await expect(setPaused(t.app, resume)).rejects.toMatchObject({ code: 'accounts.removed' });
  await expect(t.app.openMailbox(t.accountId)).rejects.toMatchObject({ code: 'accounts.removed' });
});

test('the address of an account that is being deleted is free at once', async () => {
  await using t = await testApp();
  await removeAccount(t.app, request(t, 'delete'));
  const again = { userId: t.app.owner.id, provider: 'local', email: 'robin@marlow.example', displayName: '' };
  await createAccount(t.app, again);
  await t.drain();
  expect((await listAccounts(t.app.db)).map((a) => a.email)).toEqual(['robin@marlow.example']);
});

test('a removal whose sign-in cannot be given back goes on all the same', async () => {
  await using t = await testApp();
  const told: string[] = [];
  t.app.signOut = async (id) => {
    told.push(id);
    throw new Error('no network');
  };
  await removeAccount(t.app, request(t, 'delete'));
  await t.drain();
  expect(told).toEqual([t.accountId]);
  expect(await listAccounts(t.app.db)).toEqual([]);
});
