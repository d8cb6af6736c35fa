// A worker in a process of its own, for tests that need several or that kill one. Arguments: what to do, database URL.
import { openDatabase } from '#db/open.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom as random } from '#std/random.ts';
import { guardProcess } from './attribution.ts';
import type { JobContext } from './context.ts';
import { createQueue } from './queue.ts';
import { Worker } from './runner.ts';
import { kindOf } from './workbench.suite.ts';

const [, , mode, url] = process.argv;
const db = await openDatabase({ url: url ?? '', clock, random, durability: 'normal' });

/** An effect on the world outside: not undone, whatever becomes of the job. */
const effect = (ctx: JobContext<object>, what: string) =>
  db.write((tx) =>
    tx.run('insert into effects (job_id, what, attempt, worker) values ($1, $2, $3, $4)', [
      ctx.jobId,
      what,
      ctx.attempt,
      String(process.pid),
    ]),
  );

const kinds = [
  kindOf('child.once', async (ctx) => {
    await effect(ctx, 'run');
  }),
  kindOf('child.steps', async (ctx) => {
    for (const name of ['a', 'b', 'c']) await ctx.step(name, () => effect(ctx, name));
    process.send?.('did one');
  }),
  kindOf('child.rejects', async () => {
    void Promise.reject(new Error('nobody awaits this'));
  }),
  kindOf('child.rejects-later', async (ctx) => {
    void clock.sleep(1).then(() => {
      throw new Error('nobody awaits this either');
    });
    await clock.sleep(60_000, ctx.signal);
  }),
  kindOf('child.throws', async (ctx) => {
    clock.after(1, () => {
      throw new Error('thrown in a timer');
    });
    await clock.sleep(60_000, ctx.signal);
  }),
];

const newId = idMaker(clock, random);
const queue = createQueue({ db, clock, newId });
const worker = new Worker({ db, queue, clock, random, newId, app: {}, jobs: kinds, concurrency: 5 });
const removeGuard = guardProcess();

const finish = async (): Promise<void> => {
  await worker.stop();
  await db.close();
  removeGuard();
  process.disconnect?.();
};

if (mode === 'drain') {
  process.once('message', async () => {
    process.send?.(await worker.drain());
    await finish();
  });
  process.send?.('ready');
} else if (mode === 'start') {
  worker.start();
  process.once('message', () => void finish());
  process.send?.('ready');
} else {
  void Promise.reject(new Error('this belongs to no job'));
}
