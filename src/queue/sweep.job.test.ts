import { expect, test } from 'vitest';
import type { Config } from '#config/config.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { makeClaim } from './claim-store.ts';
import { heartbeat } from './lease-store.ts';
import { Worker } from './runner.ts';
import { sweepJob } from './sweep.job.ts';
import { kindOf, workbench } from './workbench.suite.ts';

const plain = kindOf('test.plain');
const queueSettings = { stale_after: 120_000, heartbeat: 30_000 };

/** A worker that knows only the sweep, and a job that somebody else claimed and says nothing of. */
const setUp = async (t: Awaited<ReturnType<typeof testDatabase>>) => {
  const bench = workbench(t);
  const { db, queue, clock, random, newId, log } = bench;
  const config = { queue: queueSettings } as Pick<Config, 'queue'>;
  const app = { db, queue, clock, random, log, hooks: {}, config };
  const worker = new Worker({ db, queue, clock, random, newId, log, app, jobs: [sweepJob] });
  const { id } = await queue.enqueue(plain, { n: 1 });
  const token = newId();
  await db.write((tx) =>
    makeClaim(['test.plain'], db.engine, 'app').claim(tx, {
      rooms: [1],
      limit: 1,
      token,
      workerId: 'elsewhere/x/1/a',
      now: clock.now(),
    }),
  );
  const sweep = async (meanwhile: () => Promise<void>) => {
    await queue.enqueue(sweepJob, {});
    const drained = worker.drain();
    let over = false;
    void drained.finally(() => {
      over = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    await meanwhile();
    while (!over) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await drained;
  };
  return { ...bench, worker, id, token, sweep };
};

test('a job whose worker stays silent for another heartbeat is taken back', async () => {
  await using t = await testDatabase('memory');
  const { clock, queue, worker, id, sweep } = await setUp(t);
  clock.set(clock.ms() + 200_000);
  await sweep(async () => {});
  expect((await queue.get(id))?.job).toMatchObject({ state: 'queued', attempts: 1 });
  await worker.stop();
});

test('after a sleep, in which everybody fell silent, a worker that wakes up keeps its jobs', async () => {
  await using t = await testDatabase('memory');
  const { clock, db, queue, worker, id, token, sweep } = await setUp(t);
  clock.set(clock.ms() + 86_400_000);
  await sweep(async () => {
    await db.write((tx) => heartbeat(tx, [{ id, token }], { now: clock.now(), lease: 'app' }));
  });
  expect((await queue.get(id))?.job).toMatchObject({ state: 'running', attempts: 1 });
  await worker.stop();
});
