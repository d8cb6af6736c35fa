import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { createQueue } from '#queue/queue.ts';
import { Worker } from '#queue/runner.ts';
import { kindOf } from '#queue/workbench.suite.ts';
import { type Clock, systemClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import { CALM } from './sim/plan.ts';
import { simulate } from './sim/simulate.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JUMPS = [0, HOUR, -HOUR, DAY, -DAY, Number.NEGATIVE_INFINITY, Number.NaN];
const QUICK_SEEDS = 30;
const FULL_SEEDS = 2_000;
const HEARTBEAT_MS = 150;
const STALE_MS = 900;

/** A clock whose date can be set while its timers go on: NaN stands still, minus infinity is 1970. */
const settable = (): Clock & { set(aheadMs: number): void } => {
  let read = (): number => systemClock.ms();
  return {
    ...systemClock,
    ms: () => read(),
    now: () => toInstant(read()),
    set: (aheadMs) => {
      const at = read();
      const began = systemClock.ms();
      if (Number.isNaN(aheadMs)) read = () => at;
      else if (aheadMs === Number.NEGATIVE_INFINITY) read = () => systemClock.ms() - began;
      else read = () => systemClock.ms() + aheadMs;
    },
  };
};

/** Simulated: every clock of the host, or each machine's alone, is set again and again while jobs and schedules run. */
const simulated = async (t: TrialRun): Promise<void> => {
  let runs = 0;
  let ticks = 0;
  for (const clocks of ['host', 'each'] as const) {
    const seeds = t.quick ? QUICK_SEEDS : FULL_SEEDS;
    for (let seed = t.seed; seed < t.seed + seeds && !t.signal.aborted; seed++) {
      const run = await simulate(seed, { ...CALM, schedules: true, deaths: seed % 2 === 0, clocks });
      runs++;
      ticks += run.log.filter((line) => line.endsWith(' ticks')).length;
      t.check(
        `seed ${seed}, clocks of ${clocks}`,
        run.problems.length === 0,
        run.problems.slice(0, 3).join('; '),
      );
    }
  }
  t.figure('simulated runs with clocks that are set', runs);
  t.figure('runs of a schedule of every minute in them', ticks);
};

/** Real workers on a shared server, each with a clock of its own that is set while it works. */
const shared = async (t: TrialRun): Promise<void> => {
  const { url, authToken } = await t.database();
  const ports = { clock: systemClock, random: systemRandom };
  const db = await openDatabase({ url, ...ports, ...(authToken === undefined ? {} : { authToken }) });
  t.onEnd(() => db.close());
  await migrate(db, ports);
  const running = new Map<string, number>();
  let doubles = 0;
  let ran = 0;
  const kind = kindOf('clock.work', async (ctx) => {
    const now = (running.get(ctx.jobId) ?? 0) + 1;
    if (now > 1) doubles++;
    running.set(ctx.jobId, now);
    // Some are longer than a lease, and live by their heartbeats.
    await systemClock.sleep(t.random.next() < 0.2 ? STALE_MS * 2 : 30).finally(() => {
      running.set(ctx.jobId, (running.get(ctx.jobId) ?? 1) - 1);
    });
    ran++;
  });
  const crew = JUMPS.map(() => {
    const clock = settable();
    const newId = idMaker(clock, systemRandom);
    const queue = createQueue({ db, clock, newId });
    const times = { pollMs: 50, heartbeatMs: HEARTBEAT_MS, staleMs: STALE_MS, sweepMs: 100 };
    const worker = new Worker({
      db,
      queue,
      clock,
      random: systemRandom,
      newId,
      app: {},
      jobs: [kind],
      concurrency: 2,
      ...times,
    });
    return { clock, queue, worker };
  });
  const jobs = t.quick ? 100 : 2_000;
  const [first] = crew;
  if (!first) return;
  await first.queue.enqueueMany(
    kind,
    Array.from({ length: jobs }, (_, n) => ({ n })),
  );
  for (const [i, { clock, worker }] of crew.entries()) {
    clock.set(JUMPS[i] ?? 0);
    worker.start();
  }
  for (let round = 0; ran < jobs && !t.signal.aborted; round++) {
    await systemClock.sleep(500);
    for (const [i, { clock }] of crew.entries()) clock.set(JUMPS[(i + round) % JUMPS.length] ?? 0);
  }
  await Promise.all(crew.map(({ worker }) => worker.stop({ graceMs: 3_000 })));
  const left = await first.queue.list({ limit: 5 });
  t.figure('jobs run by workers with seven different clocks', ran);
  t.check('no job ran beside itself', doubles === 0, `${doubles}`);
  t.check('each ran once', ran === jobs, `${ran} of ${jobs}`);
  t.check(
    'all are completed',
    left.every((job) => job.state === 'completed'),
  );
};

export const clockTrial = defineTrial({
  id: 'R17',
  title: 'clocks that are set by an hour, a day, to 1970, or stand still',
  promise:
    'leases hold: no job runs beside itself or is taken early; missed runs of a schedule are caught up by one',
  engines: ['embedded', 'remote', 'postgres'],
  quickEngines: ['embedded', 'postgres'],
  maxQuickMs: 90_000,
  maxMs: 60 * 60_000,
  run: (t) => (t.engine === 'embedded' ? simulated(t) : shared(t)),
});
