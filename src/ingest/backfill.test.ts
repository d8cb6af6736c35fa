import { expect, test } from 'vitest';
import { getAccount, setAccountStatus } from '#accounts/store.ts';
import { LIST_PAGE } from '#config/limits.ts';
import { expireCursors } from '#mail/providers/local/store.ts';
import { ManualClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { accountStatus } from './account-status.ts';
import { elsewhere } from './elsewhere.suite.ts';
import { setBackfillPaused, setPaused } from './pause.ts';
import { syncJob } from './sync.job.ts';

const DAY = 86_400_000;
const by = { actor: 'owner', channel: 'test' };

const account = (t: TestApp) => getAccount(t.app.db, t.app.owner.id, t.accountId);
const subjects = async (t: TestApp): Promise<string[]> =>
  (await t.app.db.all<{ subject: string }>('select subject from messages order by seq')).map(
    (m) => m.subject,
  );
const until = async (is: () => Promise<boolean>): Promise<void> => {
  while (!(await is())) await new Promise((resolve) => setImmediate(resolve));
};
const ages = (count: number, eachMs = DAY) =>
  Array.from({ length: count }, (_, i) => ({ subject: `mail ${count - i}`, ageMs: (count - i) * eachMs }));

test('a new mailbox is followed from now on, and its older mail comes in newest first, back to its start', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver(...ages(40));
  await t.drain();
  const { state, syncCursor } = await account(t);
  expect(syncCursor).not.toBeNull();
  expect(await subjects(t)).toEqual(Array.from({ length: 29 }, (_, i) => `mail ${i + 1}`));
  expect(state.backfill).toMatchObject({ done: 29, taken: 29, page: null, finishedAt: expect.any(String) });
  await t.deliver({ subject: 'new' });
  await t.drain();
  expect(await subjects(t)).toHaveLength(30);
  expect((await accountStatus(t.app, await account(t))).ledger).toEqual({
    received: 30,
    decided: 30,
    waiting: 0,
    unexplained: 0,
  });
});

test('older mail is decided in bulk, the newest of it first', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver(...ages(600, 1_000));
  await t.drain();
  const jobs = await t.app.db.all<{ payload_json: string; priority: number; n: number }>(
    "select priority, count(*) as n from jobs where type = 'classify' and payload_json like '%\"live\":false%' group by priority order by priority",
  );
  expect(jobs.map((j) => [Number(j.priority), Number(j.n)])).toEqual([
    [5, 500],
    [10, 100],
  ]);
});

test('mail that arrives while older mail comes in is there once, and is live', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver(...ages(5));
  let delivered = false;
  box.before = async (method) => {
    if (method !== 'list' || delivered) return;
    delivered = true;
    await t.deliver({ subject: 'meanwhile' });
  };
  await t.drain();
  expect((await subjects(t)).filter((s) => s === 'meanwhile')).toHaveLength(1);
  expect(await subjects(t)).toHaveLength(6);
});

test('a message that changes before it is brought in is known as it is afterwards', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'one', ageMs: DAY });
  const { mailbox } = await t.app.openMailbox(t.accountId);
  const [id = ''] = (await mailbox.list(null, 10)).ids;
  let stored: () => void = () => {};
  const bySync = new Promise<void>((resolve) => {
    stored = resolve;
  });
  box.answerFetch = async (mails, o) => {
    if (o?.lane !== 'bulk') return mails;
    // What the backfill has read is old by the time that it is stored: a sync has told of a change and stored the message.
    await mailbox.modify(id, { addLabels: [], removeLabels: ['INBOX'], addFlags: ['seen'], removeFlags: [] });
    await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
    await bySync;
    return mails;
  };
  box.before = (method) => {
    if (method !== 'changes') return;
    void until(async () => (await subjects(t)).length > 0).then(stored);
  };
  await t.drain();
  const [row] = await t.app.db.all<{ labels_json: string; flags_json: string }>('select * from messages');
  expect(row).toMatchObject({ labels_json: '[]', flags_json: '["seen"]' });
  expect(box.fetched).toEqual([id, id]);
});

test('a page that the provider has forgotten is asked for from the first one, and costs no message twice', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver(...ages(LIST_PAGE + 100, 1_000));
  let lists = 0;
  box.before = (method) => {
    if (method === 'list' && ++lists === 2) throw new AppError('conflict', 'mail.page-expired', 'Too old');
  };
  await t.drain();
  expect(await subjects(t)).toHaveLength(LIST_PAGE + 100);
  // The page was not stored yet when the next one was refused.
  expect(new Set(box.fetched).size).toBe(LIST_PAGE + 100);
  expect((await account(t)).state.backfill?.finishedAt).toEqual(expect.any(String));
});

test('it stops while its owner wants it to, beside new mail that goes on, and then goes on where it was', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver(...ages(LIST_PAGE + 50, 1_000));
  const request = { userId: t.app.owner.id, accountId: t.accountId, by };
  let paused = false;
  box.before = async (method) => {
    if (method !== 'fetch' || paused) return;
    paused = true;
    await setBackfillPaused(t.app, { ...request, paused: true });
  };
  await t.drain();
  const stopped = (await account(t)).state.backfill;
  expect(stopped).toMatchObject({ paused: true, finishedAt: null });
  expect(stopped?.done).toBeLessThan(LIST_PAGE);
  await t.deliver({ subject: 'new' });
  await t.drain();
  expect(await subjects(t)).toContain('new');
  await setBackfillPaused(t.app, { ...request, paused: false });
  await t.drain();
  expect((await account(t)).state.backfill).toMatchObject({ paused: false, done: LIST_PAGE + 51 });
  expect(await subjects(t)).toHaveLength(LIST_PAGE + 51);
  await expect(setBackfillPaused(t.app, { ...request, paused: true })).rejects.toMatchObject({
    code: 'ingest.no-backfill',
  });
});

test('an account that is paused meanwhile is left alone, and goes on at once when it is resumed', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver(...ages(300, 1_000));
  const request = { userId: t.app.owner.id, accountId: t.accountId, by };
  let paused = false;
  box.before = async (method) => {
    if (method !== 'fetch' || paused) return;
    paused = true;
    await setPaused(t.app, { ...request, paused: true });
  };
  await t.drain();
  const [job] = await t.app.db.all<{ state: string; attempts: number }>(
    "select state, attempts from jobs where type = 'backfill'",
  );
  expect(job).toMatchObject({ state: 'queued', attempts: 0 });
  expect(await subjects(t)).toEqual([]);
  await setPaused(t.app, { ...request, paused: false });
  await t.drain();
  expect(await subjects(t)).toHaveLength(300);
});

test('one that was given up goes on by itself at the next look into all mailboxes', async () => {
  const clock = new ManualClock();
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap, clock });
  await t.deliver(...ages(3));
  box.before = (method) => {
    if (method === 'list') throw new AppError('permanent', 'test.broken', 'Broken');
  };
  await t.drain();
  expect(await subjects(t)).toEqual([]);
  box.before = () => {};
  const { lookJob } = await import('./look.job.ts');
  await t.app.queue.enqueue(lookJob, {});
  await t.drain();
  expect(await subjects(t)).toHaveLength(3);
});

test('an account whose cursor expires at once still gets its older mail, and no message twice', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver(...ages(20));
  await t.drain();
  await t.deliver({ subject: 'in the gap' });
  await t.app.db.write((tx) => expireCursors(tx, t.accountId));
  await t.drain();
  expect(await subjects(t)).toHaveLength(21);
  expect((await account(t)).state.gap).toBeNull();
  expect(new Set(box.fetched).size).toBe(box.fetched.length);
});

test('an account that must sign in again is not read', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver(...ages(3));
  await t.app.db.write((tx) =>
    setAccountStatus(tx, {
      id: t.accountId,
      status: 'needs_reauthorization',
      reason: 'x',
      now: t.app.clock.now(),
    }),
  );
  await t.drain();
  expect(box.calls).toEqual({});
});
