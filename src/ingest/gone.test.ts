import { expect, test } from 'vitest';
import { getAccount } from '#accounts/store.ts';
import { expireCursors } from '#mail/providers/local/store.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { accountStatus } from './account-status.ts';
import { type Elsewhere, elsewhere } from './elsewhere.suite.ts';
import { syncJob } from './sync.job.ts';

const RULE = {
  name: 'All',
  conditions: { type: 'sender_domain', value: 'example.com' },
  actions: [{ type: 'star' }],
};

/** The oldest row of the ledger. */
const ledger = async (t: TestApp) =>
  (
    await t.app.db.all<{ id: string; state: string; reason: string | null; here: number }>(
      `select provider_message_id as id, state, reason, case when message_id is null then 0 else 1 end as here
       from message_ledger order by first_seen_at, id`,
    )
  )[0];
const counts = async (t: TestApp) =>
  (await accountStatus(t.app, await getAccount(t.app.db, t.app.owner.id, t.accountId))).ledger;
const subjects = async (t: TestApp): Promise<string[]> =>
  (await t.app.db.all<{ subject: string }>('select subject from messages order by subject')).map(
    (m) => m.subject,
  );
const sync = async (t: TestApp): Promise<void> => {
  await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
  await t.drain();
};
/** The mailbox is compared whole, after a gap in which another message came. */
const compare = async (t: TestApp): Promise<void> => {
  await t.deliver({ subject: 'another' });
  await t.app.db.write((tx) => expireCursors(tx, t.accountId));
  await t.drain();
};

/** An account with one message, which the mailbox told of and did not give. */
const told = async (box: Elsewhere): Promise<TestApp> => {
  const t = await testApp({ mailbox: box.wrap });
  await t.addRule(RULE);
  await t.drain();
  box.answerFetch = async () => [];
  await t.deliver({ subject: 'one' });
  await t.drain();
  return t;
};

test('a message that was gone before it could be read is explained, and not asked for again', async () => {
  const box = elsewhere();
  await using t = await told(box);
  const row = await ledger(t);
  expect(row).toMatchObject({
    state: 'left_alone',
    here: 0,
    reason: 'It was deleted before it could be read.',
  });
  expect(await counts(t)).toEqual({ received: 1, decided: 1, waiting: 0, unexplained: 0 });
  box.fetched.length = 0;
  await sync(t);
  expect(box.fetched).toEqual([]);
});

test('one that is told of again after it was gone is taken in and judged, once', async () => {
  const box = elsewhere();
  await using t = await told(box);
  const row = await ledger(t);
  const [before] = await t.app.db.all<{ cursor: string }>('select sync_cursor as cursor from accounts');
  box.answerFetch = async (mails) => mails;
  for (const again of [1, 2]) {
    const cursor = String(Number(before?.cursor) + again);
    box.nextChanges = () => ({ changes: [{ kind: 'added', id: row?.id ?? '' }], cursor, more: false });
    await sync(t);
  }
  expect(await subjects(t)).toEqual(['one']);
  expect(await ledger(t)).toMatchObject({ state: 'decided', reason: null, here: 1 });
  expect(await t.app.db.all('select * from decisions')).toHaveLength(1);
  expect(await counts(t)).toEqual({ received: 1, decided: 1, waiting: 0, unexplained: 0 });
});

test('one that a comparison of the mailbox finds after it was gone is taken in', async () => {
  const box = elsewhere();
  await using t = await told(box);
  box.answerFetch = async (mails) => mails;
  await compare(t);
  expect(await subjects(t)).toEqual(['another', 'one']);
  expect(await ledger(t)).toMatchObject({ state: 'decided', here: 1 });
});

test('one that the mailbox lists again and again without giving it is told as a failure, and still sought', async () => {
  const box = elsewhere();
  await using t = await told(box);
  for (const _ of [1, 2]) {
    await compare(t);
    expect(await ledger(t)).toMatchObject({
      state: 'failed',
      here: 0,
      reason: 'The mailbox lists it, but does not give it.',
    });
  }
  box.answerFetch = async (mails) => mails;
  await compare(t);
  expect(await ledger(t)).toMatchObject({ state: 'decided', reason: null, here: 1 });
});
