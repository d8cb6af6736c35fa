import { requestAction } from '#actions/request.ts';
import type { App } from '#app.ts';
import { toInstant } from '#std/time.ts';
import { judge } from './kit/checker.ts';
import { type Crew, startCrew } from './kit/crew.ts';
import { deliverLetters, mailboxOf, openInstallation } from './kit/installation.ts';
import { notifyJob, sendJob } from './kit/outbox-jobs.ts';
import { until } from './kit/until.ts';
import { startWorld } from './kit/world.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const KILL_MS = { least: 250, most: 750 };
/** Milliseconds from a request to the end of a snooze. */
const SNOOZE_MS = 20_000;
const LETTERS_AT_ONCE = 500;
/** Jobs that wait for the first workers. */
const HEAD_START = 5;
/** A lease, and the time that P2 allows on top. */
const STUCK_MS = 150_000;

/** Out of ten jobs. */
const MIX = [
  ...Array<string>(4).fill('apply_label'),
  ...Array<string>(2).fill('archive'),
  'trash',
  'snooze',
  'send',
  'notify',
];
const PARAMETERS: Record<string, () => Record<string, unknown>> = {
  apply_label: () => ({ label: 'Sorted' }),
  snooze: () => ({ until: toInstant(Date.now() + SNOOZE_MS) }),
};

interface Field {
  app: App;
  accountId: string;
  url: string;
  /** Ids of messages nobody has acted on. */
  letters: string[];
  accepted: string[];
  /** Message and the type of action that it got. */
  acted: Map<string, string>;
}

/** One request of the mix; resolves when it is accepted. */
const request = async (f: Field, n: number): Promise<void> => {
  const kind = MIX[n % MIX.length] ?? '';
  if (kind === 'send' || kind === 'notify') {
    const payload = { url: f.url, n, ...(kind === 'notify' && n % 3 === 0 ? { key: `key ${n % 30}` } : {}) };
    f.accepted.push((await f.app.queue.enqueue(kind === 'send' ? sendJob : notifyJob, payload)).id);
    return;
  }
  const messageId = f.letters.pop();
  if (!messageId) throw new Error('no letters are left');
  await requestAction(f.app, {
    userId: f.app.owner.id,
    messageId,
    type: kind,
    parameters: PARAMETERS[kind]?.() ?? {},
    confirmed: true,
    by: { actor: 'owner', channel: 'torture' },
  });
  f.acted.set(messageId, kind);
};

const fill = async (f: Field, t: TrialRun, count: number): Promise<void> => {
  const { workerOf } = await import('#main.ts');
  for (let from = 1; from <= count; from += LETTERS_AT_ONCE) {
    await deliverLetters(f.app, f.accountId, { from, to: Math.min(count, from + LETTERS_AT_ONCE - 1) });
  }
  const worker = workerOf(f.app);
  await worker.drain();
  await worker.stop();
  const rows = await f.app.db.all<{ id: string }>('select id from messages order by id');
  f.letters.push(...rows.map((r) => r.id));
  t.check('every letter was taken in', rows.length === count, `${rows.length} of ${count}`);
};

/** Requests come in as fast as workers are killed, so that there is work at every kill. */
const killLoop = async (
  t: TrialRun,
  o: { crew: Crew; field: Field; jobs: number; kills: number },
): Promise<void> => {
  let asked = 0;
  for (let kill = 0; kill < o.kills; kill++) {
    const goal = Math.min(o.jobs, Math.ceil(((kill + HEAD_START) / o.kills) * o.jobs));
    const batch: Promise<void>[] = [];
    for (; asked < goal; asked++) batch.push(request(o.field, asked));
    await Promise.all(batch);
    const wait = KILL_MS.least + t.random.next() * (KILL_MS.most - KILL_MS.least);
    await new Promise((resolve) => setTimeout(resolve, wait));
    t.signal.throwIfAborted();
    await o.crew.kill();
    if (kill % 50 === 49) t.note(`${kill + 1} kills`);
  }
};

const waiting = async ({ app }: Field): Promise<number> => {
  const [row] = await app.db.all<{ n: number }>(
    "select count(*) as n from jobs where state in ('queued', 'running')",
  );
  return Number(row?.n);
};

interface End {
  type: string;
  state: string;
  n: number;
}

/** How the messages ended, by what was asked for. */
const ends = async (f: Field): Promise<Map<string, End[]>> => {
  const rows = await f.app.db.all<{ id: string; labels_json: string; flags_json: string; actions: string }>(
    `select m.id, m.labels_json, m.flags_json, (select count(*) from actions a where a.message_id = m.id and a.status = 'completed') as actions
     from messages m`,
  );
  const all = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const type = f.acted.get(row.id);
    if (!type) continue;
    const state = `${row.labels_json} ${row.flags_json} ${row.actions} actions`;
    const of = all.get(type) ?? new Map<string, number>();
    of.set(state, (of.get(state) ?? 0) + 1);
    all.set(type, of);
  }
  return new Map(
    [...all].map(([type, of]) => [
      type,
      [...of].map(([state, n]) => ({ type, state, n })).sort((a, b) => b.n - a.n),
    ]),
  );
};

/** What each type of action comes to when nothing is killed. */
const peace = async (t: TrialRun): Promise<Map<string, End[]>> => {
  const place = await t.database();
  const app = await openInstallation(place);
  const field: Field = {
    app,
    accountId: await mailboxOf(app),
    url: '',
    letters: [],
    accepted: [],
    acted: new Map(),
  };
  await fill(field, t, MIX.length);
  for (const [n, kind] of MIX.entries()) if (kind !== 'send' && kind !== 'notify') await request(field, n);
  const { workerOf } = await import('#main.ts');
  const worker = workerOf(app);
  await worker.drain();
  const snoozed = await app.db.all<{ id: string }>("select id from jobs where state = 'queued'");
  for (const { id } of snoozed) await app.queue.reschedule(id, 0);
  await worker.drain();
  await worker.stop();
  const found = await ends(field);
  await app.close();
  return found;
};

/**
 * A job whose workers were killed with it three times in a row looks like one that kills them, and is set aside for a
 * person, who has it run again. With so many deaths by chance there are a few.
 */
const runAgain = async (t: TrialRun, { app, ...field }: Field, jobs: number): Promise<void> => {
  const dead = await app.db.all<{ id: string; last_error: string | null }>(
    "select id, last_error from jobs where state = 'failed'",
  );
  const unlucky = dead.filter((job) => job.last_error?.startsWith('queue.worker-gone'));
  for (const { id } of unlucky) await app.queue.retry(id);
  await until(t, STUCK_MS, async () => (await waiting({ app, ...field })) === 0);
  t.figure('jobs set aside for their deaths, and run again', unlucky.length);
  t.check('few are set aside', unlucky.length <= jobs / 1_000, `${unlucky.length} of ${jobs}`);
};

export const killLoopTrial = defineTrial({
  id: 'R1',
  title: 'workers are killed again and again under mixed load',
  promise: 'nothing is lost, stuck or done twice, and everything ends as without kills',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxMs: 20 * 60_000,
  maxQuickMs: 600_000,
  run: async (t) => {
    const jobs = t.quick ? 2_000 : 20_000;
    const kills = t.quick ? 30 : 300;
    const wanted = await peace(t);
    const place = await t.database();
    const app = await openInstallation(place);
    t.onEnd(() => app.close());
    const world = await startWorld(t, { before: 0.03, after: 0.03, cut: 0.02, slow: 0.02, limit: 0.02 });
    const field: Field = {
      app,
      accountId: await mailboxOf(app),
      url: world.url,
      letters: [],
      accepted: [],
      acted: new Map(),
    };
    await fill(field, t, Math.ceil(jobs * 0.8) + MIX.length);
    const began = performance.now();
    const crew = await startCrew(t, place, { size: 4 });
    await killLoop(t, { crew, field, jobs, kills });
    const quietMs = await until(t, STUCK_MS, async () => (await waiting(field)) === 0);
    await runAgain(t, field, jobs);
    t.figure('jobs', jobs);
    t.figure('kills', crew.kills);
    t.figure('from the first job to quiet', Math.round((performance.now() - began) / 1000), 's');
    t.figure('from the last kill to quiet', Math.round(quietMs / 1000), 's');
    t.check('no worker fell by itself', crew.falls === 0, `${crew.falls} did`);
    t.check(
      'all workers stop well',
      (await crew.stop()).every((how) => how === 0),
    );
    const ledger = await world.ledger();
    t.figure('calls of the world', ledger.calls);
    await judge(t, { db: app.db, accepted: field.accepted, ledger });
    const sends = ledger.effects.filter((e) => e.kind === 'send').length;
    t.check('every send was made', sends === jobs / 10, `${sends} of ${jobs / 10}`);
    const found = await ends(field);
    for (const [type, [only]] of wanted) {
      const states = found.get(type) ?? [];
      const same = states.length === 1 && states[0]?.state === only?.state;
      t.check(
        `every ${type} ended as without kills`,
        same,
        `${JSON.stringify(states.slice(0, 4))} instead of ${only?.state}`,
      );
    }
  },
});
