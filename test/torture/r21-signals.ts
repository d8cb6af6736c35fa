import type { App } from '#app.ts';
import { INTERRUPTED } from '#cli/report.ts';
import { toInstant } from '#std/time.ts';
import { judge } from './kit/checker.ts';
import { startChild } from './kit/child.ts';
import { startCrew } from './kit/crew.ts';
import { openInstallation, type Place, placeText } from './kit/installation.ts';
import { notifyJob, sendJob } from './kit/outbox-jobs.ts';
import { honestJob, stubbornJob } from './kit/poison-jobs.ts';
import { until } from './kit/until.ts';
import { startWorld } from './kit/world.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const CLAIM_MS = 200;
const EXIT_MS = 10_000;
/** For what is left of all rounds: more than what a crew does in the meantime is put in each. */
const QUIET_MS = 20 * 60_000;
const STOPPING = new URL('./kit/stopping.child.ts', import.meta.url);
/** What comes to a process, in turn: one signal, or a second one soon after it. */
const MANNERS = [['SIGTERM'], ['SIGINT'], ['SIGTERM', 'SIGTERM'], ['SIGTERM'], ['SIGHUP']] as const;
const SECOND_MS = 150;

interface Seen {
  lateClaims: number;
  /** Milliseconds. */
  slowest: number;
  wrongEnds: number;
  held: number;
  counted: number;
}

const load = async (o: {
  t: TrialRun;
  app: App;
  url: string;
  round: number;
  accepted: string[];
}): Promise<void> => {
  const { t, app, url, round } = o;
  const payloads = Array.from({ length: t.quick ? 10 : 40 }, (_, i) => ({ url, n: round * 1_000 + i }));
  for (const job of [sendJob, notifyJob]) {
    for (const { id } of await app.queue.enqueueMany(job, payloads)) o.accepted.push(id);
  }
  await app.queue.enqueueMany(
    honestJob,
    Array.from({ length: 200 }, (_, n) => ({ n })),
  );
  if (round % (t.quick ? 10 : 4) === 3) await app.queue.enqueue(stubbornJob, { n: round }, { priority: -1 });
};

/** Starts a worker, tells it to stop while it works, and looks at what it leaves. */
const stopOne = async (o: {
  t: TrialRun;
  place: Place;
  app: App;
  manner: readonly NodeJS.Signals[];
  seen: Seen;
}): Promise<void> => {
  const { t, app, seen } = o;
  const [first = 'SIGTERM', second] = o.manner;
  const child = startChild(t, STOPPING, { args: [placeText(o.place)] });
  await child.next();
  await new Promise((resolve) => setTimeout(resolve, 100 + t.random.next() * 400));
  const at = Date.now();
  const began = performance.now();
  child.kill(first);
  if (second) {
    await new Promise((resolve) => setTimeout(resolve, SECOND_MS));
    child.kill(second);
  }
  const how = await child.ended;
  seen.slowest = Math.max(seen.slowest, performance.now() - began);
  // It may have been done before the second one came, or have had nothing left to do but to end.
  const done = how === 0 || (second !== undefined && how === second);
  if (!done && !(second && how === INTERRUPTED)) {
    seen.wrongEnds++;
    t.note(`ended with ${how}: ${child.stderr().slice(-500)}`);
  }
  const late = await app.db.all('select id from jobs where started_at > $1', [toInstant(at + CLAIM_MS)]);
  seen.lateClaims += late.length;
  if (!done) return;
  const [left] = await app.db.all<{ held: number; counted: number }>(LEFT);
  seen.held += Number(left?.held ?? 0);
  seen.counted += Number(left?.counted ?? 0);
};

/** What is held still, and what was given back and has used an attempt. */
const LEFT = `select sum(case when state = 'running' then 1 else 0 end) as held,
  sum(case when state = 'queued' and attempts > 0 and last_error is null then 1 else 0 end) as counted from jobs`;

export const signalsTrial = defineTrial({
  id: 'R21',
  title: 'workers are told to stop under load',
  promise:
    'they claim nothing after 200 ms, end with 0 within 10 s, and what they held is done or given back, never done twice',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxMs: 60 * 60_000,
  maxQuickMs: 600_000,
  run: async (t) => {
    const rounds = t.quick ? 5 : 200;
    const place = await t.database();
    const app = await openInstallation(place);
    t.onEnd(() => app.close());
    const world = await startWorld(t, { slow: 0.3, slowMs: 400, after: 0.02 });
    const accepted: string[] = [];
    const seen = { lateClaims: 0, slowest: 0, wrongEnds: 0, held: 0, counted: 0 };
    for (let round = 0; round < rounds; round++) {
      t.signal.throwIfAborted();
      await load({ t, app, url: world.url, round, accepted });
      await stopOne({ t, place, app, manner: MANNERS[round % MANNERS.length] ?? MANNERS[0], seen });
    }
    const { lateClaims, slowest, wrongEnds, held, counted } = seen;
    t.figure('stops', rounds);
    t.figure('the slowest stop', Math.round(slowest), 'ms');
    t.check('they end with 0, or at once at a second signal', wrongEnds === 0, `${wrongEnds} did not`);
    t.check('each ends within 10 s', slowest <= EXIT_MS, `${Math.round(slowest)} ms`);
    t.check(
      'nothing is claimed later than 200 ms after a signal',
      lateClaims === 0,
      `${lateClaims} jobs were`,
    );
    t.check('nothing stays held', held === 0, `${held} jobs`);
    t.check('what was given back has used no attempt', counted === 0, `${counted} jobs`);
    await app.db.write((tx) => tx.run("delete from jobs where type = 'torture.stubborn'"));
    const crew = await startCrew(t, place, { size: t.quick ? 1 : 4, entry: STOPPING });
    const ms = await until(t, QUIET_MS, async () => {
      const [row] = await app.db.all<{ n: number }>(
        "select count(*) as n from jobs where state in ('queued', 'running')",
      );
      return Number(row?.n) === 0;
    });
    t.figure('the rest was done in', Math.round(ms / 1000), 's');
    await judge(t, { db: app.db, accepted, ledger: await world.ledger() });
    crew.signal('SIGTERM');
    t.check(
      'the last one stops well',
      (await crew.stop()).every((how) => how === 0),
    );
  },
});
