import { readdirSync } from 'node:fs';
import { openDatabase } from '#db/open.ts';
import { systemClock } from '#std/clock.ts';
import { startProgram } from './kit/program.ts';
import { defineTrial } from './trial.ts';

const START_MS = 3_000;
/** Files of a database, which come and go. */
const OF_DATABASE = /^ashford\.db(-wal|-shm|-bell)?$/;

export const restartsTrial = defineTrial({
  id: 'R29',
  title: 'the program is started and stopped again and again',
  promise: 'it starts within 3 s and leaves no lock, lease, run file or temporary file',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxMs: 60 * 60_000,
  maxQuickMs: 600_000,
  run: async (t) => {
    const rounds = t.quick ? 15 : 500;
    const place = await t.database();
    const files = () =>
      readdirSync(place.dir)
        .filter((file) => !OF_DATABASE.test(file))
        .sort();
    const starts: number[] = [];
    const stops: number[] = [];
    let firstFiles: string[] | undefined;
    let unwell = 0;
    const budgetMs = t.quick ? 5_000 : Number.POSITIVE_INFINITY;
    const beganMs = performance.now();
    for (let round = 0; round < rounds && performance.now() - beganMs < budgetMs; round++) {
      t.signal.throwIfAborted();
      const began = performance.now();
      const program = startProgram(t, place, ['start', '--port', '0']);
      await program.serves;
      starts.push(performance.now() - began);
      const asked = performance.now();
      // At once, or after it had time to begin its work.
      await new Promise((resolve) => setTimeout(resolve, t.random.next() * 200));
      program.kill(round % 2 === 0 ? 'SIGTERM' : 'SIGINT');
      if ((await program.ended) !== 0) {
        unwell++;
        t.note(program.said());
      }
      stops.push(performance.now() - asked);
      firstFiles ??= files();
    }
    const sorted = starts.slice(1).sort((a, b) => a - b);
    const slowest = sorted.at(-1) ?? 0;
    t.figure('starts and stops', starts.length);
    t.figure('the first start, with its tables', Math.round(starts[0] ?? 0), 'ms');
    t.figure('the others, in the middle', Math.round(sorted[sorted.length >> 1] ?? 0), 'ms');
    t.figure('the slowest', Math.round(slowest), 'ms');
    t.figure('the slowest stop', Math.round(Math.max(...stops)), 'ms');
    t.check('all end with 0', unwell === 0, `${unwell} did not`);
    const left = files();
    t.check(
      'no file is left that was not there after the first',
      left.join() === firstFiles?.join(),
      left.join(),
    );
    t.check('no run file is left', !left.some((file) => file.includes('run.json')), left.join());
    // On a machine that is busy with other tests a start says nothing.
    if (!t.quick) t.check('every start takes 3 s at most', slowest <= START_MS, `${Math.round(slowest)} ms`);
    const db = await openDatabase({ url: place.url, clock: systemClock, random: t.random });
    t.onEnd(() => db.close());
    const held = await db.all("select id from jobs where state = 'running' or claim_token is not null");
    t.check('no job is held', held.length === 0, `${held.length}`);
    await db.write((tx) => tx.run('create table lock_is_free (n integer)'));
    t.check('a write works at once', true);
  },
});
