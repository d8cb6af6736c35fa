import type { App } from '#app.ts';
import { judge } from './kit/checker.ts';
import { type Crew, startCrew } from './kit/crew.ts';
import { openInstallation, type Place } from './kit/installation.ts';
import { honestJob, POISONS } from './kit/poison-jobs.ts';
import { until } from './kit/until.ts';
import { defineTrial, type TrialRun } from './trial.ts';

/** What each comes to: jobs that end their process are given up after three deaths, however many attempts are left. */
const DEADLY = ['spins', 'hoards', 'exits', 'kills'] as const;
const DEATHS = 3;
const WORKERS = 4;
/** Small heaps make a hoarder fail soon. */
const HEAP = ['--max-old-space-size=192'];
const SETTLED_MS = 150_000;

const live = async (app: App, like: string): Promise<number> => {
  const [row] = await app.db.all<{ n: number }>(
    "select count(*) as n from jobs where state in ('queued', 'running') and type like $1",
    [like],
  );
  return Number(row?.n);
};

const crewOf = (t: TrialRun, place: Place): Promise<Crew> =>
  startCrew(t, place, {
    size: WORKERS,
    entry: new URL('./kit/poison.child.ts', import.meta.url),
    execArgv: HEAP,
    quiet: true,
  });

/** Honest jobs that end in a second, over `ms`. */
const throughput = async (app: App, ms: number): Promise<number> => {
  const done = async () => {
    const [row] = await app.db.all<{ n: number }>(
      "select count(*) as n from jobs where type = 'torture.honest' and state = 'completed'",
    );
    return Number(row?.n);
  };
  const before = await done();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ((await done()) - before) / ((performance.now() - began) / 1000);
};

const setAside = async (t: TrialRun, app: App): Promise<void> => {
  const ms = await until(t, SETTLED_MS, async () => (await live(app, 'poison.%')) === 0);
  t.figure('until all poison was set aside', Math.round(ms / 1000), 's');
};

const FEED_AT_ONCE = 5_000;

const feed = async (app: App, count: number): Promise<void> => {
  for (let from = 0; from < count; from += FEED_AT_ONCE) {
    const size = Math.min(FEED_AT_ONCE, count - from);
    await app.queue.enqueueMany(
      honestJob,
      Array.from({ length: size }, (_, n) => ({ n: from + n })),
    );
  }
};

/** The pace of honest work with one of each poison beside it, in parts of its pace alone before and after. */
const compare = async (t: TrialRun, app: App): Promise<void> => {
  const ms = 60_000;
  // More than can be done in the time.
  await feed(app, t.engine === 'remote' ? 350_000 : 500_000);
  const before = await throughput(app, ms);
  const poison = Object.values(POISONS);
  for (const job of poison) await app.queue.enqueue(job, { n: 1 }, { priority: -1 });
  const beside = await throughput(app, ms * 2);
  await setAside(t, app);
  const after = await throughput(app, ms);
  t.check('there was work all the time', (await live(app, 'torture.honest')) > 0);
  t.figure('honest jobs a second alone before', Math.round(before));
  t.figure('honest jobs a second beside poison', Math.round(beside));
  t.figure('honest jobs a second alone after', Math.round(after));
  // A database that slows down as it fills does so with poison and without.
  const part = beside / ((before + after) / 2);
  t.figure('of the pace alone', Math.round(part * 1000) / 10, '%');
  t.check('others keep nine tenths of their pace', part >= 0.9, `${Math.round(part * 100)} %`);
};

export const poisonTrial = defineTrial({
  id: 'R19',
  title: 'jobs that throw, hang, spin, hoard memory, exit and kill their process',
  promise: 'each is set aside after its attempts or three deaths, says why, and others go on',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxQuickMs: 600_000,
  run: async (t) => {
    const place = await t.database();
    const app = await openInstallation(place);
    t.onEnd(() => app.close());
    const crew = await crewOf(t, place);
    if (t.quick) {
      await feed(app, 200);
      for (const job of Object.values(POISONS)) await app.queue.enqueue(job, { n: 1 }, { priority: -1 });
      await setAside(t, app);
    } else await compare(t, app);
    t.figure('deaths of processes', crew.falls);
    if (!t.quick)
      await app.db.write((tx) =>
        tx.run("delete from jobs where type = 'torture.honest' and state = 'queued'"),
      );
    await until(t, SETTLED_MS, async () => (await live(app, '%')) === 0);
    await crew.stop();
    for (const [name, job] of Object.entries(POISONS)) {
      const [row] = await app.queue.list({ type: job.type, limit: 1 });
      const found = row && (await app.queue.get(row.id));
      t.check(
        `what ${name} is set aside`,
        row?.state === 'failed' && row.failureKind === 'exhausted',
        row?.state,
      );
      if (!(DEADLY as readonly string[]).includes(name)) continue;
      const told = row?.lastError?.includes(`its worker died with it ${DEATHS} times`) ?? false;
      t.check(`the card of what ${name} names the deaths`, told, row?.lastError ?? 'nothing');
      t.check(
        `what ${name} died ${DEATHS} times`,
        found?.errors.length === DEATHS,
        `${found?.errors.length}`,
      );
    }
    await judge(t, { db: app.db, mayFail: Object.values(POISONS).map((job) => job.type) });
  },
});
