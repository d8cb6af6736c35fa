import { join } from 'node:path';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { createQueue } from '#queue/queue.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { checkLabor, labor, placeOf, startLaborer, untilDone } from './kit/labor.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const numbersOf = ({ engine, quick }: TrialRun): { processes: number[]; jobs: number } => {
  if (engine === 'embedded') return { processes: quick ? [4] : [2, 4, 8], jobs: quick ? 2_000 : 20_000 };
  return { processes: quick ? [2] : [2, 4], jobs: quick ? 500 : 5_000 };
};

/** So many processes drain what one put there, while two keys hold some of it to one at a time. */
const drainWith = async (t: TrialRun, processes: number, jobs: number): Promise<void> => {
  const place = await t.database();
  const db = await openDatabase({ ...placeOf(place), clock, random: t.random });
  t.onEnd(() => db.close());
  await migrate(db, { clock });
  const queue = createQueue({ db, clock, newId: idMaker(clock, t.random) });
  const payloads = (n: number) => Array.from({ length: n }, () => ({ ms: 0 }));
  const made = await queue.enqueueMany(labor, payloads(jobs - 100));
  for (const serialKey of ['a', 'b'])
    made.push(...(await queue.enqueueMany(labor, payloads(50), { serialKey })));
  const marks = join(t.dir, `marks-${processes}`);
  const settings = { database: placeOf(place), marks };
  const laborers = await Promise.all(Array.from({ length: processes }, () => startLaborer(t, settings)));
  const began = performance.now();
  for (const one of laborers) await one.ask('start');
  const left = await untilDone(db, 10 * 60_000);
  const seconds = (performance.now() - began) / 1000;
  t.check(`every job ended with ${processes} processes`, left === 0, `${left} wait or run`);
  const troubles = await Promise.all(laborers.map((one) => one.ask<Record<string, number>>('stop')));
  const told = troubles.flatMap((one) => Object.keys(one));
  t.check('no worker was told of trouble', told.length === 0, told.join('; '));
  const accepted = made.map((one) => one.id);
  await checkLabor(t, { db, accepted, marks });
  t.figure(`jobs a second with ${processes} processes`, Math.round(jobs / seconds));
};

/** Several processes work on one database, and none is in another's way. */
export const processesTrial = defineTrial({
  id: 'Q1',
  title: 'two to eight processes on one database',
  promise: 'each of thousands of jobs runs once; no caller is told that the database is busy',
  engines: ['embedded', 'postgres', 'remote'],
  run: async (t) => {
    const { processes, jobs } = numbersOf(t);
    for (const count of processes) await drainWith(t, count, jobs);
  },
});
