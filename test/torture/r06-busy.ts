import { join } from 'node:path';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { createQueue } from '#queue/queue.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { startChild } from './kit/child.ts';
import { checkLabor, type Laborer, placeOf, startCaller, startLaborer, untilDone } from './kit/labor.ts';
import type { Hold, LockPlan } from './kit/lock-plan.ts';
import { type Served, startServed } from './kit/server.ts';
import { defineTrial, type TrialRun } from './trial.ts';

/** Milliseconds of a hold under which every HTTP write must succeed, and within which all must go on after one. */
const HARMLESS_MS = 5_000;
const RECOVERY_MS = 1_000;
/** A libSQL server takes the lock from a transaction after five seconds by itself. */
const REMOTE_HOLD_MS = 4_500;

const planFor = (t: TrialRun, url: string): LockPlan => {
  const longest = t.quick ? 2_000 : t.engine === 'remote' ? REMOTE_HOLD_MS : 10_000;
  const remote = t.engine === 'remote';
  return { url, remote, seed: t.seed, holdMs: { from: 100, to: longest }, gapMs: { from: 50, to: 1_000 } };
};

const holdTheLock = (t: TrialRun, plan: LockPlan) => {
  const child = startChild(t, new URL('./kit/lock-holder.child.ts', import.meta.url), {
    args: [JSON.stringify(plan)],
  });
  const holds: Hold[] = [];
  const stopped = new Promise<void>((resolve) => {
    child.onMessage((m) => {
      if (m === 'done') resolve();
      else holds.push(m as Hold);
    });
  });
  return {
    holds,
    stop: async () => {
      child.send('stop');
      await stopped;
    },
  };
};

interface Write extends Hold {
  status: number;
}

/** Changes a setting over HTTP, one request after the other. */
const startWriting = (served: Served) => {
  const writes: Write[] = [];
  let going = true;
  const loop = async () => {
    for (let n = 1; going; n++) {
      const from = Date.now();
      const answer = await served.call('PATCH', '/api/settings', { displayName: `Robin ${n}` });
      writes.push({ from, to: Date.now(), status: answer.status });
      await clock.sleep(100);
    }
  };
  const ended = loop();
  ended.catch(() => {});
  return {
    writes,
    stop: async () => {
      going = false;
      await ended;
    },
  };
};

/** Milliseconds from the end of a hold to the end of a write in which nobody held the lock. */
const freeMs = (hold: Hold, write: Hold, holds: readonly Hold[]): number =>
  holds.reduce(
    (left, { from, to }) => left - Math.max(0, Math.min(to, write.to) - Math.max(from, hold.to)),
    write.to - hold.to,
  );

/** How long the lock was free after each hold until the first write was through that had waited for it. */
const recoveries = (holds: readonly Hold[], writes: readonly Hold[]): number[] =>
  holds.flatMap((hold) => {
    const waited = writes.filter((w) => w.from < hold.to && w.to >= hold.to);
    return waited.length === 0 ? [] : [Math.min(...waited.map((w) => freeMs(hold, w, holds)))];
  });

const checkProbes = async (t: TrialRun, laborers: readonly Laborer[]): Promise<void> => {
  const probes = await Promise.all(laborers.map((one) => one.ask<number>('probe')));
  const slowest = Math.max(...probes);
  t.check('a write and a transaction work at once', slowest < RECOVERY_MS, `${Math.round(slowest)} ms`);
};

const checkTroubles = async (t: TrialRun, laborers: readonly Laborer[], longest: number): Promise<void> => {
  const troubles = await Promise.all(laborers.map((one) => one.ask<Record<string, number>>('stop')));
  const lines = troubles.flatMap((one) => Object.entries(one));
  const gaveUp = lines.filter(([line]) => /not recorded|could not be recorded/.test(line));
  t.check('no worker gave up recording an end', gaveUp.length === 0, JSON.stringify(gaveUp));
  // One long hold after another can outlast what a write waits; a worker then tries again.
  const waits = lines.filter(([line]) => /busy|locked/i.test(line)).reduce((sum, [, n]) => sum + n, 0);
  t.figure('times that a worker waited in vain', waits);
  t.check('none waits in vain for holds of 5 s', longest >= HARMLESS_MS || waits === 0, `${waits} times`);
  t.figure('longest hold', longest, 'ms');
};

const checkWrites = (t: TrialRun, writes: readonly Write[], holds: readonly Hold[]): void => {
  const long = holds.filter((hold) => hold.to - hold.from >= HARMLESS_MS);
  const failed = writes.filter(
    (w) => w.status >= 300 && !long.some((hold) => hold.from < w.to && hold.to > w.from),
  );
  t.check('no HTTP write failed', failed.length === 0, failed.map((w) => w.status).join(' '));
  t.figure('HTTP writes', writes.length);
  t.figure('slowest HTTP write', Math.max(0, ...writes.map((w) => w.to - w.from)), 'ms');
};

/** Everybody writes while another program holds the lock of the database for random times. */
export const busyTrial = defineTrial({
  id: 'R6',
  title: 'another program holds the write lock',
  promise:
    '0 lost jobs, 0 failed HTTP writes under holds of 5 s, on within 1 s after a release, no poisoned connection',
  engines: ['embedded', 'remote'],
  maxMs: 8 * 60_000,
  run: async (t) => {
    const place = await t.database();
    const db = await openDatabase({ ...placeOf(place), durability: 'normal', clock, random: t.random });
    t.onEnd(() => db.close());
    await migrate(db, { clock });
    const queue = createQueue({ db, clock, newId: idMaker(clock, t.random) });
    const marks = join(t.dir, 'marks');
    const settings = { database: placeOf(place), marks };
    const laborers = await Promise.all([startLaborer(t, settings), startLaborer(t, settings)]);
    for (const one of laborers) await one.ask('start');
    const served = await startServed(t, place);
    const holder = holdTheLock(t, planFor(t, place.url));
    const caller = startCaller(queue, { everyMs: 20, jobMs: 5 });
    const writer = startWriting(served);
    await clock.sleep(t.quick ? 8_000 : 5 * 60_000, t.signal);
    await holder.stop();
    await checkProbes(t, laborers);
    await caller.stop();
    await writer.stop();
    const { holds } = holder;
    t.check('the lock was held', holds.length > 1);
    t.check('no caller was refused', caller.refused.length === 0, caller.refused.slice(0, 3).join('; '));
    const late = recoveries(holds, [...caller.spans, ...writer.writes]);
    t.figure('slowest to go on after a release', Math.max(0, ...late), 'ms');
    t.check(
      'all goes on within a second',
      late.length > 0 && late.every((ms) => ms <= RECOVERY_MS),
      late.join(' '),
    );
    checkWrites(t, writer.writes, holds);
    const left = await untilDone(db, 30_000);
    t.check('every job ended', left === 0, `${left} wait or run`);
    await checkTroubles(t, laborers, Math.max(0, ...holds.map((hold) => hold.to - hold.from)));
    await served.stop();
    await checkLabor(t, { db, accepted: caller.accepted, marks });
  },
});
