import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount, findAccountByEmail } from '#accounts/store.ts';
import { findAction, undoneBy } from '#actions/store.ts';
import { requestUndo } from '#actions/undo.ts';
import { loadConfig } from '#config/load.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { importJob } from '#ingest/import.job.ts';
import { parsePool } from '#mail/parse-pool.ts';
import { rescueStale } from '#queue/rescue.ts';
import { createRules } from '#rules/store.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { seededRandom } from '#std/random.ts';
import { memoryLog } from '#telemetry/log-memory.ts';
import { type App, openApp } from '../../src/app.ts';
import { workerOf } from '../../src/main.ts';
import { Killed, Killer, type Moment } from './killer.ts';

const ARCHIVE = [
  ['news@list.example', 'Weekly letter', 'All the news.'],
  ['shop@store.example', 'Your receipt', 'Total 12.00'],
  ['anna@mail.example', 'Lunch?', 'At noon?'],
  ['codes@bank.example', 'Your code', '418806'],
]
  .map(
    ([from, subject, text], i) =>
      `From ${from} Thu Jan 15 08:00:0${i} 2026\nFrom: ${from}\nTo: me@home.example\nSubject: ${subject}\n` +
      `Message-ID: <m${i}@x.example>\nDate: Thu, 15 Jan 2026 08:00:0${i} +0000\n\n${text}\n`,
  )
  .join('\n');

const RULES = [
  {
    name: 'Letters',
    priority: 10,
    conditions: { type: 'sender_domain', value: 'list.example' },
    actions: [{ type: 'apply_label', parameters: { label: 'Letters' } }, { type: 'archive' }],
  },
  {
    name: 'Receipts',
    priority: 20,
    conditions: { type: 'subject_contains', value: 'receipt' },
    actions: [{ type: 'mark_read' }, { type: 'add_note', parameters: { text: 'Paid' } }],
  },
  {
    name: 'Codes',
    priority: 30,
    conditions: { type: 'subject_contains', value: 'code' },
    actions: [{ type: 'delete' }],
    safeMode: 'dangerous_override',
  },
];

let dir = '';
// Threads take longer to start than a whole life, and no life depends on whose they are.
const parser = parsePool({ clock: systemClock });
/** Every life begins on a copy of this: a database with its tables, and nothing in them. */
const EMPTY = 'empty.db';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ashford-fault-'));
  writeFileSync(join(dir, 'mail.mbox'), ARCHIVE);
  const db = await openDatabase({ url: join(dir, EMPTY), clock: systemClock, random: seededRandom(7) });
  await migrate(db, { clock: systemClock });
  await db.close();
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
  return openApp({
    config,
    version: 'test',
    log,
    clock,
    random: seededRandom(7),
    parser,
    ...(killer ? { between: killer } : {}),
  });
};

/** What the person does, from wherever they are: each command is given again until it was acknowledged. */
const person = async (app: App): Promise<void> => {
  const userId = app.owner.id;
  if ((await app.rulesOf(userId)).rules.length === 0) {
    await app.db.write((tx) =>
      createRules(tx, { userId, rules: RULES, newId: app.newId, now: app.clock.now() }),
    );
  }
  const key = { userId, provider: 'local', email: 'me@home.example' };
  const account =
    (await findAccountByEmail(app.db, key)) ?? (await createAccount(app, { ...key, displayName: 'Me' }));
  const payload = { accountId: account.id, path: join(dir, 'mail.mbox'), newestNow: false };
  await app.queue.enqueue(importJob, payload, { userId, idempotencyKey: 'the-import' });
};

const undoTheArchive = async (app: App): Promise<void> => {
  const [row] = await app.db.all<{ id: string }>("select id from actions where action_type = 'archive'");
  const action = await findAction(app.db, row?.id ?? '');
  if (!action) throw new Error('the archive action is missing');
  if ((await undoneBy(app.db, action.id)) !== undefined) return;
  await app.db.write((tx) => requestUndo(app, tx, { action, by: { actor: 'owner', channel: 'test' } }));
};

/** Works until nothing is due, now and after every backoff. */
const settle = async (worker: { drain(): Promise<unknown> }, clock: ManualClock): Promise<void> => {
  for (let i = 0; i < 3; i++) {
    await worker.drain();
    clock.advance(10 * 60_000);
  }
  await worker.drain();
};

/** Runs the flow in a process that may die; true when it lived to the end. */
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
    await untilDeath(person(app));
    await untilDeath(settle(worker, clock));
    await untilDeath(undoTheArchive(app));
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
  messages: `select m.subject, m.labels_json, m.flags_json, l.state from messages m
    join message_ledger l on l.message_id = m.id order by m.subject`,
  mailbox: 'select labels_json, flags_json from local_messages order by id',
  actions: `select m.subject, a.action_type, a.status, count(*) as n from actions a
    join messages m on m.id = a.message_id group by 1, 2, 3 order by 1, 2, 3`,
  undone: "select count(*) as n from action_links where relation_type = 'undo_of'",
  notes: 'select text from notes',
  live: "select type, state from jobs where state <> 'completed'",
  ledger: 'select count(*) as n from message_ledger',
};

const endState = async (data: string, clock: ManualClock): Promise<Record<string, unknown>> => {
  const app = await open(data, clock, undefined);
  const out: Record<string, unknown> = {};
  for (const [name, sql] of Object.entries(QUERIES)) out[name] = await app.db.all(sql);
  await app.close();
  return out;
};

const scenario = async (name: string, killer: Killer): Promise<Record<string, unknown>> => {
  const data = join(dir, name);
  mkdirSync(data);
  copyFileSync(join(dir, EMPTY), join(data, 'ashford.db'));
  const clock = new ManualClock();
  let lived = await life(data, clock, killer);
  for (let restarts = 0; !lived && restarts < 5; restarts++) {
    // Long enough for claims to go stale and for every backoff to end.
    clock.advance(30 * 60_000);
    lived = await life(data, clock, undefined);
  }
  expect(lived).toBe(true);
  const state = await endState(data, clock);
  rmSync(data, { recursive: true, force: true });
  return state;
};

test('import, decide, act and undo, killed at every port call in turn, end in the same state', async () => {
  const whole = new Killer(Number.POSITIVE_INFINITY, 'before');
  const wanted = await scenario('whole', whole);
  expect(wanted).toMatchObject({
    undone: [{ n: 1 }],
    live: [],
    ledger: [{ n: 4 }],
    notes: [{ text: 'Paid' }],
  });
  expect(wanted.actions).toHaveLength(6);
  expect(whole.calls).toBeGreaterThan(30);
  for (const moment of ['before', 'after'] satisfies Moment[]) {
    for (let at = 1; at <= whole.calls; at++) {
      expect(await scenario(`${moment}-${at}`, new Killer(at, moment)), `${moment} call ${at}`).toEqual(
        wanted,
      );
    }
  }
}, 180_000);
