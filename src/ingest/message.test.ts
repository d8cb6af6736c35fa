import { expect, test } from 'vitest';
import { FETCH_APART, FETCH_FIRST, MESSAGE_ATTEMPTS } from '#config/limits-ingest.ts';
import { FetchStopped } from '#mail/fetch-stopped.ts';
import { ManualClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { elsewhere } from './elsewhere.suite.ts';
import { syncJob } from './sync.job.ts';

const RULE = {
  name: 'All',
  conditions: { type: 'sender_domain', value: 'example.com' },
  actions: [{ type: 'star' }],
};
const HOUR_MS = 3_600_000;

/** A mailbox that answers with an error whenever a mail of this subject is asked for. */
const withholding = async (broken: { subject: string | undefined }) => {
  const clock = new ManualClock();
  const box = elsewhere();
  box.answerFetch = async (mails) => {
    const subjects = mails.map((m) => ('raw' in m.content ? new TextDecoder().decode(m.content.raw) : ''));
    if (broken.subject && subjects.some((raw) => raw.includes(`Subject: ${broken.subject}`))) {
      throw new AppError('transient', 'mail.server-error', 'The server failed');
    }
    return mails;
  };
  const t = await testApp({ clock, mailbox: box.wrap });
  await t.addRule(RULE);
  // What comes from here on is new.
  await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
  await t.drain();
  /** Lets so much time pass, a minute at a time. */
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 60_000) {
      clock.advance(60_000);
      await t.drain();
    }
  };
  return { t, box, pass };
};

const subjects = async (t: TestApp): Promise<string[]> =>
  (await t.app.db.all<{ subject: string }>('select subject from messages order by subject')).map(
    (m) => m.subject,
  );
const ledger = (t: TestApp) =>
  t.app.db.all<{ state: string; reason: string | null }>(
    'select state, reason from message_ledger where message_id is null',
  );
const starred = async (t: TestApp): Promise<number> =>
  (await t.app.db.all("select id from actions where status = 'completed'")).length;

test('a message that its mailbox cannot give keeps no other from coming, and comes when it can be had', async () => {
  const broken: { subject: string | undefined } = { subject: 'broken' };
  const { t, pass } = await withholding(broken);
  await using _ = t;
  await t.deliver({ subject: 'one' }, { subject: 'broken' }, { subject: 'two' });
  await t.drain();
  expect(await subjects(t)).toEqual([]);
  await pass(120_000);
  expect(await subjects(t)).toEqual(['one', 'two']);
  expect(await ledger(t)).toMatchObject([
    { state: 'failed', reason: expect.stringContaining('asked again') },
  ]);
  await t.deliver({ subject: 'three' });
  await t.drain();
  expect(await subjects(t)).toEqual(['one', 'three', 'two']);
  broken.subject = undefined;
  await pass(10 * 60_000);
  expect(await subjects(t)).toEqual(['broken', 'one', 'three', 'two']);
  expect(await ledger(t)).toEqual([]);
  expect(await starred(t)).toBe(4);
});

test('one that can never be had ends as a dead letter that says why', async () => {
  const { t, pass } = await withholding({ subject: 'broken' });
  await using _ = t;
  await t.deliver({ subject: 'one' }, { subject: 'broken' });
  await t.drain();
  await pass(12 * HOUR_MS);
  const [job] = await t.app.queue.list({ type: 'ingest.message' });
  expect(job).toMatchObject({ state: 'failed', failureKind: 'exhausted', attempts: MESSAGE_ATTEMPTS });
  expect(job?.lastError).toContain('The server failed');
});

test('while a mailbox gives nothing at all, nothing is passed over', async () => {
  const { t, box, pass } = await withholding({ subject: undefined });
  await using _ = t;
  const give = box.answerFetch;
  box.answerFetch = async () => {
    throw new AppError('transient', 'mail.server-error', 'The server failed');
  };
  const many = Array.from({ length: 2 * FETCH_APART }, (_, i) => `${i + 10}`);
  await t.deliver(...many.map((subject) => ({ subject })));
  await t.drain();
  await pass(20 * 60_000);
  expect(await ledger(t)).toEqual([]);
  box.answerFetch = give;
  await t.deliver({ subject: 'last' });
  await pass(10 * 60_000);
  expect(await subjects(t)).toEqual([...many, 'last']);
});

test('a message that is said to be gone by a server that has not heard of it yet comes a little later', async () => {
  const { t, box, pass } = await withholding({ subject: undefined });
  await using _ = t;
  const give = box.answerFetch;
  box.answerFetch = async () => [];
  await t.deliver({ subject: 'one' });
  await t.drain();
  expect(await ledger(t)).toMatchObject([{ state: 'left_alone' }]);
  box.answerFetch = give;
  await pass(120_000);
  expect(await subjects(t)).toEqual(['one']);
  expect(await starred(t)).toBe(1);
});

test('one that is gone for good is asked for once more, and no more', async () => {
  const { t, box, pass } = await withholding({ subject: undefined });
  await using _ = t;
  box.answerFetch = async () => [];
  await t.deliver({ subject: 'one' });
  await t.drain();
  await pass(HOUR_MS);
  expect(box.fetched).toHaveLength(2);
  expect(await ledger(t)).toMatchObject([{ state: 'left_alone' }]);
});

test('a lone message that cannot be had is waited for like any other', async () => {
  const broken: { subject: string | undefined } = { subject: 'broken' };
  const { t, pass } = await withholding(broken);
  await using _ = t;
  await t.deliver({ subject: 'broken' });
  await t.drain();
  await pass(60_000);
  expect(await ledger(t)).toMatchObject([{ state: 'failed' }]);
  broken.subject = undefined;
  await pass(10 * 60_000);
  expect(await subjects(t)).toEqual(['broken']);
});

test('what came before the quota was used up is kept', async () => {
  const broken: { subject: string | undefined } = { subject: 'broken' };
  const { t, box, pass } = await withholding(broken);
  await using _ = t;
  const give = box.answerFetch;
  let left = 2 * FETCH_APART;
  box.answerFetch = async (mails, o) => {
    if (left <= 0) throw new AppError('limit', 'mail.quota-wait', 'Enough', { retryAfterMs: 120_000 });
    if (mails.length === 1) left--;
    return give(mails, o);
  };
  const many = Array.from({ length: 4 * FETCH_APART }, (_, i) => `${i + 10}`);
  await t.deliver(...['broken', ...many].map((subject) => ({ subject })));
  await t.drain();
  await pass(60_000);
  const early = await subjects(t);
  expect(early.length).toBeGreaterThanOrEqual(FETCH_APART);
  expect(early.length).toBeLessThan(many.length);
  left = Number.POSITIVE_INFINITY;
  broken.subject = undefined;
  await pass(10 * 60_000);
  expect(await subjects(t)).toEqual([...many, 'broken']);
  expect(await ledger(t)).toEqual([]);
});

test('what came before a limit was hit is kept, though all was asked for together', async () => {
  const { t, box, pass } = await withholding({ subject: undefined });
  await using _ = t;
  let few = true;
  box.answerFetch = async (mails) => {
    if (!few || mails.length < 2) return mails;
    const came = mails.slice(0, mails.length / 2);
    const asked = new Set(came.map(({ id }) => id));
    throw new FetchStopped(new AppError('limit', 'mail.rate-limited', 'Too fast'), { mails: came, asked });
  };
  await t.deliver(...['one', 'two', 'three', 'four'].map((subject) => ({ subject })));
  await t.drain();
  expect(await subjects(t)).toHaveLength(2);
  few = false;
  await pass(120_000);
  expect(await subjects(t)).toEqual(['four', 'one', 'three', 'two']);
  expect(await ledger(t)).toEqual([]);
  expect(await starred(t)).toBe(4);
});

test('a burst of mail is stored as it comes, the first few before the many', async () => {
  const { t, box } = await withholding({ subject: undefined });
  await using _ = t;
  const sizes: number[] = [];
  box.answerFetch = async (mails) => {
    sizes.push(mails.length);
    return mails;
  };
  await t.deliver(...Array.from({ length: 40 }, (_, i) => ({ subject: `${i}` })));
  await t.drain();
  expect(sizes).toEqual([FETCH_FIRST, 2 * FETCH_FIRST, 40 - 3 * FETCH_FIRST]);
  expect(await subjects(t)).toHaveLength(40);
});
