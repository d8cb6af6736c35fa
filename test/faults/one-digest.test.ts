import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount } from '#accounts/store.ts';
import { loadConfig } from '#config/load.ts';
import { composeJob } from '#digests/compose.job.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { parsePool } from '#mail/parse-pool.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { rescueStale } from '#queue/rescue.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { seededRandom } from '#std/random.ts';
import type { Instant } from '#std/time.ts';
import { memoryLog } from '#telemetry/log-memory.ts';
import { type App, openApp } from '../../src/app.ts';
import { workerOf } from '../../src/main.ts';
import { Killed, Killer, type Moment } from './killer.ts';

const RECEIVED = '2026-01-15T08:30:00.000Z' as Instant;
const DUE = '2026-01-15T09:00:00.000Z' as Instant;

let dir = '';
// Threads take longer to start than a whole life, and no life depends on whose they are.
const parser = parsePool({ clock: systemClock });
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ashford-fault-'));
  const app = await open(join(dir, 'mail'), new ManualClock(), undefined);
  await mailbox(app);
  const worker = workerOf(app);
  await worker.drain();
  await worker.stop();
  await app.close();
});
afterAll(async () => {
  await parser.close();
  rmSync(dir, { recursive: true, force: true });
});

const open = async (data: string, clock: ManualClock, killer: Killer | undefined): Promise<App> => {
  const { config } = loadConfig({
    env: {},
    cwd: dir,
    homeDir: dir,
    readFile: () => undefined,
    // Nothing cuts the power here, so nothing need be forced onto the disk.
    overrides: { 'paths.data_dir': data, 'queue.concurrency': 1, 'queue.durability': 'normal' },
  });
  const log = memoryLog();
  // A process that is being killed complains; what counts is the state that it leaves.
  log.expectErrors('');
  const between = killer ? { between: killer } : {};
  return openApp({ config, version: 'test', log, clock, random: seededRandom(7), parser, ...between });
};

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

/** Works until nothing is due, now and after every backoff. */
const settle = async (worker: { drain(): Promise<unknown> }, clock: ManualClock): Promise<void> => {
  for (let i = 0; i < 3; i++) {
    await worker.drain();
    clock.advance(10 * 60_000);
  }
  await worker.drain();
};

/** The digest falls due in a process that may die; true when it lived to the end. */
const life = async (data: string, clock: ManualClock, killer: Killer | undefined): Promise<boolean> => {
  const untilDeath = <T>(work: Promise<T>): Promise<T> =>
    killer ? Promise.race([work, killer.death]) : work;
  let app: App | undefined;
  try {
    app = await untilDeath(open(data, clock, killer));
    const worker = workerOf(app);
    // The dead process's jobs are found by their silence.
    const rescue = { ...app, hooks: {}, signals: app.queue.signals, lease: 'app' as const };
    await untilDeath(rescueStale(rescue, 1));
    const key = { userId: app.owner.id, idempotencyKey: 'the-digest' };
    await untilDeath(app.queue.enqueue(composeJob, { to: DUE }, key));
    await untilDeath(settle(worker, clock));
    await worker.stop();
    return true;
  } catch (e) {
    if (e instanceof Killed) return false;
    throw e;
  } finally {
    if (killer) killer.dead = true;
    await app?.close();
  }
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

const scenario = async (name: string, killer: Killer): Promise<Record<string, unknown>> => {
  const data = join(dir, name);
  cpSync(join(dir, 'mail'), data, { recursive: true });
  const clock = new ManualClock();
  let lived = await life(data, clock, killer);
  for (let restarts = 0; !lived && restarts < 5; restarts++) {
    // Long enough for claims to go stale and for every backoff to end.
    clock.advance(30 * 60_000);
    lived = await life(data, clock, undefined);
  }
  expect(lived).toBe(true);
  const app = await open(data, clock, undefined);
  const state: Record<string, unknown> = {};
  for (const [what, sql] of Object.entries(QUERIES)) state[what] = await app.db.all(sql);
  await app.close();
  rmSync(data, { recursive: true, force: true });
  return state;
};

test('a digest that is composed and delivered, killed at every port call in turn, ends in the same state', async () => {
  const whole = new Killer(Number.POSITIVE_INFINITY, 'before');
  const wanted = await scenario('whole', whole);
  expect(wanted).toMatchObject({
    digests: [{ window_from: '2026-01-14T09:00:00.000Z', window_to: DUE, state: 'delivered', n: 3 }],
    covered: [{ n: 3, digests: 1 }],
    posted: [{ channel: 'web', subject_type: 'digest' }],
    audit: [{ action: 'digest.compose' }, { action: 'digest.deliver' }],
    live: [],
  });
  expect(whole.calls).toBeGreaterThan(5);
  for (const moment of ['before', 'after'] satisfies Moment[]) {
    for (let at = 1; at <= whole.calls; at++) {
      expect(await scenario(`${moment}-${at}`, new Killer(at, moment)), `${moment} call ${at}`).toEqual(
        wanted,
      );
    }
  }
}, 180_000);
