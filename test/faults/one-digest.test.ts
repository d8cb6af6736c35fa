import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount } from '#accounts/store.ts';
import { composeJob } from '#digests/compose.job.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { ManualClock } from '#std/clock.ts';
import type { Instant } from '#std/time.ts';
import type { App } from '../../src/app.ts';
import { workerOf } from '../../src/main.ts';
import { everyDeath, Grounds, nobody, type Story } from './lives.ts';

const RECEIVED = '2026-01-15T08:30:00.000Z' as Instant;
const DUE = '2026-01-15T09:00:00.000Z' as Instant;

const grounds = new Grounds();
beforeAll(async () => {
  const app = await grounds.open(grounds.start, new ManualClock());
  await mailbox(app);
  const worker = workerOf(app);
  await worker.drain();
  await worker.stop();
  await app.close();
});
afterAll(() => grounds.clear());

const rawMail = (n: number): Uint8Array =>
  new TextEncoder().encode(
    `From: a${n}@mail.example\r\nTo: me@home.example\r\nSubject: Letter ${n}\r\nMessage-ID: <d${n}@x.example>\r\n\r\nHello.\r\n`,
  );

/** Three messages in the mailbox, and a sync that takes them in. */
const mailbox = async (app: App): Promise<void> => {
  const userId = app.owner.id;
  const key = { userId, provider: 'local', email: 'me@home.example' };
  const account = await createAccount(app, { ...key, displayName: 'Me' });
  await app.db.write(async (tx) => {
    const mails = [1, 2, 3].map((n) => ({ raw: rawMail(n), date: RECEIVED, labels: ['INBOX'], flags: [] }));
    await deliver(tx, { accountId: account.id, mails });
    await app.queue.enqueue(syncJob, { accountId: account.id }, { tx, userId });
  });
};

const QUERIES = {
  digests:
    "select window_from, window_to, state, json_extract(content_json, '$.sections[0].total') as n from digests",
  items: "select section, item_json like '%Letter%' as ours from digest_items where section = 'unread'",
  covered: 'select count(*) as n, count(distinct digest_id) as digests from digest_messages',
  posted: 'select channel, subject_type from channel_messages',
  audit: "select action from audit_log where subject_type = 'digest' order by seq",
  live: "select type, state from jobs where state <> 'completed'",
  mailbox: 'select labels_json, flags_json from local_messages order by id',
};

/** The digest falls due. */
const story: Story<Record<string, unknown>> = {
  steps: [
    (app) =>
      app.queue.enqueue(composeJob, { to: DUE }, { userId: app.owner.id, idempotencyKey: 'the-digest' }),
  ],
  waits: 3,
  end: async (app) => {
    const state: Record<string, unknown> = {};
    for (const [what, sql] of Object.entries(QUERIES)) state[what] = await app.db.all(sql);
    return state;
  },
};

test('a digest that is composed and delivered, killed at every port call in turn, ends in the same state', async () => {
  const whole = nobody();
  const wanted = await grounds.tell('whole', whole, story);
  expect(wanted).toMatchObject({
    digests: [{ window_from: '2026-01-14T09:00:00.000Z', window_to: DUE, state: 'delivered', n: 3 }],
    covered: [{ n: 3, digests: 1 }],
    posted: [{ channel: 'web', subject_type: 'digest' }],
    audit: [{ action: 'digest.compose' }, { action: 'digest.deliver' }],
    live: [],
  });
  expect(whole.calls).toBeGreaterThan(5);
  for (const { killer, name } of everyDeath(whole.calls))
    expect(await grounds.tell(name, killer, story), name).toEqual(wanted);
}, 180_000);
