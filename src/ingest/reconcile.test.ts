import { expect, test } from 'vitest';
import { getAccount } from '#accounts/store.ts';
import { markGone } from '#mail/message-store.ts';
import { expireCursors } from '#mail/providers/local/store.ts';
import { ManualClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { type TestApp, type TestMail, testApp } from '#test/kit/test-app.ts';
import { elsewhere } from './elsewhere.suite.ts';
import { lookJob } from './look.job.ts';
import { syncJob } from './sync.job.ts';

const DAY = 86_400_000;
const RULE = {
  name: 'All',
  conditions: { type: 'sender_domain', value: 'example.com' },
  actions: [{ type: 'star' }],
};

const account = (t: TestApp) => getAccount(t.app.db, t.app.owner.id, t.accountId);
const rows = (t: TestApp) =>
  t.app.db.all<{ subject: string; labels_json: string; gone_at: string | null; provider_message_id: string }>(
    'select * from messages order by subject',
  );
const decisions = async (t: TestApp): Promise<number> =>
  Number((await t.app.db.all<{ n: number }>('select count(*) as n from decisions'))[0]?.n);
const sync = async (t: TestApp): Promise<void> => {
  await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
  await t.drain();
};
/** Mail arrives, and the provider forgets that it told of it. */
const loseTrack = async (t: TestApp, ...mails: TestMail[]): Promise<void> => {
  const before = await account(t);
  await t.deliver(...mails);
  await t.app.db.write((tx) => expireCursors(tx, t.accountId));
  expect((await account(t)).syncCursor).toBe(before.syncCursor);
};
const idOf = async (t: TestApp, subject: string): Promise<string> =>
  (await rows(t)).find((m) => m.subject === subject)?.provider_message_id ?? '';

test('after a gap what came, changed and went is known, and known mail is not judged again', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.addRule(RULE);
  await t.deliver({ subject: 'changes' }, { subject: 'goes' }, { subject: 'stays' });
  await t.drain();
  expect(await decisions(t)).toBe(3);
  const { mailbox } = await t.app.openMailbox(t.accountId);
  await mailbox.modify(await idOf(t, 'changes'), {
    addLabels: [],
    removeLabels: ['INBOX'],
    addFlags: [],
    removeFlags: [],
  });
  await mailbox.delete(await idOf(t, 'goes'));
  await loseTrack(t, { subject: 'new' }, { subject: 'too old', ageMs: 40 * DAY });
  box.fetched.length = 0;
  await t.drain();
  const known = await rows(t);
  expect(known.map((m) => [m.subject, m.labels_json, m.gone_at !== null])).toEqual([
    ['changes', '[]', false],
    ['goes', '["INBOX"]', true],
    ['new', '["INBOX"]', false],
    ['stays', '["INBOX"]', false],
  ]);
  expect(box.fetched).toEqual([await idOf(t, 'new')]);
  expect(await decisions(t)).toBe(4);
  expect((await account(t)).state.gap).toBeNull();
});

test('new mail comes in while a gap is being closed', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'first' });
  await t.drain();
  await loseTrack(t, { subject: 'in the gap' });
  let seen: string[] = [];
  box.before = async (method) => {
    if (method !== 'survey') return;
    box.before = () => {};
    await t.deliver({ subject: 'beside it' });
    while (!seen.includes('beside it')) {
      seen = (await rows(t)).map((m) => m.subject);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await t.drain();
  expect(seen).toEqual(['beside it', 'first']);
  expect((await rows(t)).map((m) => m.subject)).toEqual(['beside it', 'first', 'in the gap']);
});

test('what a sync learned while the mailbox was compared is not undone by what was read before', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'one' });
  await t.drain();
  const id = await idOf(t, 'one');
  const { mailbox } = await t.app.openMailbox(t.accountId);
  await loseTrack(t, { subject: 'two' });
  box.before = async (method) => {
    if (method !== 'survey') return;
    box.before = () => {};
    // The page is read; then the message is read by its owner, and a sync takes that in.
    await mailbox.modify(id, { addLabels: [], removeLabels: [], addFlags: ['seen'], removeFlags: [] });
    await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
    for (let flags = ''; !flags.includes('seen'); ) {
      const [row] = await t.app.db.all<{ flags_json: string }>(
        'select flags_json from messages where provider_message_id = $1',
        [id],
      );
      flags = row?.flags_json ?? '';
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await t.drain();
  const [row] = await t.app.db.all<{ flags_json: string }>(
    'select flags_json from messages where provider_message_id = $1',
    [id],
  );
  expect(row?.flags_json).toBe('["seen"]');
});

test('what a survey read before it showed its first page does not undo what a sync learned since', async () => {
  const box = elsewhere();
  await using t = await testApp({
    mailbox: (m) =>
      box.wrap({
        ...m,
        async *survey(...args) {
          const all = [];
          for await (const page of m.survey(...args)) all.push(...page);
          for (const one of all) yield [one];
        },
      }),
  });
  await t.deliver({ subject: 'one' }, { subject: 'two' });
  await t.drain();
  const { mailbox } = await t.app.openMailbox(t.accountId);
  await loseTrack(t, { subject: 'three' });
  const seen = async () =>
    (
      await t.app.db.all<{ n: number }>("select count(*) as n from messages where flags_json like '%seen%'")
    )[0];
  let pages = 0;
  box.before = async (method) => {
    if (method !== 'survey' || ++pages !== 1) return;
    // All pages are read; then both messages are read by their owner, and a sync takes that in.
    for (const subject of ['one', 'two']) {
      const read = { addLabels: [], removeLabels: [], addFlags: ['seen' as const], removeFlags: [] };
      await mailbox.modify(await idOf(t, subject), read);
    }
    await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
    while (Number((await seen())?.n) < 2) await new Promise((resolve) => setImmediate(resolve));
  };
  await t.drain();
  expect(pages).toBe(3);
  expect(Number((await seen())?.n)).toBe(2);
});

test('a survey that breaks off marks nothing gone, and is begun again', async () => {
  const clock = new ManualClock();
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap, clock });
  await t.deliver({ subject: 'one' }, { subject: 'two' });
  await t.drain();
  await (await t.app.openMailbox(t.accountId)).mailbox.delete(await idOf(t, 'two'));
  await loseTrack(t, { subject: 'three' });
  let tries = 0;
  box.before = (method) => {
    if (method === 'survey' && ++tries === 1) throw new AppError('transient', 'test.cut', 'The page was cut');
  };
  await t.drain();
  expect((await rows(t)).map((m) => m.gone_at)).toEqual([null, null]);
  expect((await account(t)).state.gap).toMatchObject({ occasion: expect.any(String) });
  clock.advance(60_000);
  await t.drain();
  expect((await rows(t)).map((m) => [m.subject, m.gone_at !== null])).toEqual([
    ['one', false],
    ['three', false],
    ['two', true],
  ]);
});

test('what a survey did not show is gone only when the mailbox says so of it', async () => {
  const box = elsewhere();
  await using t = await testApp({
    mailbox: (m) => ({
      ...box.wrap(m),
      async *survey(...args) {
        for await (const page of m.survey(...args)) yield page.slice(0, -1);
      },
    }),
  });
  await t.deliver({ subject: 'one' }, { subject: 'two' });
  await t.drain();
  await loseTrack(t, { subject: 'three' });
  await t.drain();
  expect((await rows(t)).map((m) => [m.subject, m.gone_at])).toEqual([
    ['one', null],
    ['three', null],
    ['two', null],
  ]);
  expect(box.calls.state).toBeGreaterThan(0);
});

test('a message that was marked gone and is there after all comes back', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'one' });
  await t.drain();
  const { lockHandlesByProviderId } = await import('#mail/message-store.ts');
  await t.app.db.write(async (tx) => {
    for (const h of (await lockHandlesByProviderId(tx, t.accountId, [await idOf(t, 'one')])).values()) {
      await markGone(tx, h, t.app.clock.now());
    }
  });
  await loseTrack(t, { subject: 'two' });
  await t.drain();
  expect((await rows(t)).map((m) => m.gone_at)).toEqual([null, null]);
});

test('a second gap in the life of an account is closed like the first', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'a' });
  await t.drain();
  for (const subject of ['b', 'c', 'd']) {
    await loseTrack(t, { subject });
    await t.drain();
    expect((await account(t)).state.gap).toBeNull();
  }
  expect((await rows(t)).map((m) => m.subject)).toEqual(['a', 'b', 'c', 'd']);
});

test('a mailbox that was put back to an earlier state is compared whole', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'a' });
  await t.drain();
  const { syncCursor } = await account(t);
  await t.deliver({ subject: 'b' });
  box.nextChanges = () => ({ changes: [], cursor: String(Number(syncCursor) - 1), more: false });
  await t.drain();
  expect((await rows(t)).map((m) => m.subject)).toEqual(['a', 'b']);
  expect(Number((await account(t)).syncCursor)).toBeGreaterThan(Number(syncCursor));
  expect(box.calls.survey).toBeGreaterThan(0);
});

test('a comparison that was given up is begun again by itself', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'a' });
  await t.drain();
  await loseTrack(t, { subject: 'b' });
  box.before = (method) => {
    if (method === 'survey') throw new AppError('permanent', 'test.broken', 'Broken');
  };
  await t.drain();
  expect(await rows(t)).toHaveLength(1);
  box.before = () => {};
  await t.app.queue.enqueue(lookJob, {});
  await t.drain();
  expect((await rows(t)).map((m) => m.subject)).toEqual(['a', 'b']);
  expect((await account(t)).state.gap).toBeNull();
});

test('mail that was missed for longer than a day is judged as old mail', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'a' });
  await t.drain();
  await loseTrack(t, { subject: 'old', ageMs: 2 * DAY }, { subject: 'young', ageMs: DAY / 2 });
  await t.drain();
  const live = await t.app.db.all<{ subject: string; payload_json: string }>(
    "select m.subject, j.payload_json from messages m join jobs j on j.idempotency_key = 'classify:' || m.id order by 1",
  );
  expect(live.map((j) => [j.subject, JSON.parse(j.payload_json).live])).toEqual([
    ['a', false],
    ['old', false],
    ['young', true],
  ]);
});

test('a label or flag that is set elsewhere is taken in, one at a time, and nothing is done about it', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.addRule(RULE);
  await t.deliver({ subject: 'a' });
  await t.drain();
  const id = await idOf(t, 'a');
  const before = await account(t);
  const change = (part: object) => ({
    kind: 'patched' as const,
    id,
    patch: { addLabels: [], removeLabels: [], addFlags: [], removeFlags: [], ...part },
  });
  box.nextChanges = () => ({
    changes: [
      change({ addLabels: ['SPAM'], removeLabels: ['INBOX'] }),
      change({ addFlags: ['seen'] }),
      change({ addLabels: ['ARCHIVE'] }),
      change({ removeLabels: ['SPAM'] }),
      { ...change({ addFlags: ['seen'] }), id: 'unknown to us' },
    ],
    cursor: String(Number(before.syncCursor) + 1),
    more: false,
  });
  await sync(t);
  const [row] = await t.app.db.all<{ labels_json: string; flags_json: string }>('select * from messages');
  expect(JSON.parse(row?.labels_json ?? '')).toEqual(['ARCHIVE']);
  expect(JSON.parse(row?.flags_json ?? '').sort()).toEqual(['flagged', 'seen']);
  expect(await decisions(t)).toBe(1);
  const lists = await t.app.db.all<{ provider_label_id: string }>(
    'select provider_label_id from message_labels',
  );
  expect(lists.map((l) => l.provider_label_id)).toEqual(['ARCHIVE']);
});

test('a mailbox that is looked into in vain says when that was, and nothing fails', async () => {
  const clock = new ManualClock();
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap, clock });
  await t.deliver({ subject: 'a' });
  await t.drain();
  clock.advance(10 * 60_000);
  await sync(t);
  expect((await account(t)).state.lastSyncAt).toBe(clock.now());
  const failed = await t.app.db.all("select type from jobs where last_error is not null or state = 'failed'");
  expect(failed).toEqual([]);
});
