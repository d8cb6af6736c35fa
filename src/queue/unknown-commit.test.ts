import { expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import { unknownCommit } from '#db/errors.ts';
import { idMaker } from '#std/ids.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { createQueue } from './queue.ts';
import { kindOf, workbench } from './workbench.suite.ts';

/** A database that commits, and then is lost before it says so: once for each time that it is told to. */
const forgetful = (db: Db) => {
  let forget = 0;
  let open = Promise.resolve();
  let waiting = 0;
  const made: Db = {
    engine: db.engine,
    query: db.query,
    all: (...args) => db.all(...args),
    run: (...args) => db.run(...args),
    onForeignCommit: () => () => {},
    close: async () => {},
    write: async (work) => {
      waiting++;
      await open;
      waiting--;
      const value = await db.write(work);
      if (forget === 0) return value;
      forget--;
      throw unknownCommit(new Error('Connection terminated unexpectedly'));
    },
  };
  return {
    db: made,
    forget: (times: number) => {
      forget = times;
    },
    /** Writes wait from now on, until what is returned is called. */
    hold: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      open = promise;
      return resolve;
    },
    waiting: () => waiting,
  };
};

test('a job whose enqueueing was not answered is there once, and its caller is told so', async () => {
  await using t = await testDatabase();
  const { clock, random } = workbench(t);
  const { db, forget } = forgetful(t.db);
  const queue = createQueue({ db, clock, newId: idMaker(clock, random) });
  forget(1);
  const { id, created } = await queue.enqueue(kindOf('test.any'), { n: 1 });
  expect(created).toBe(true);
  expect((await queue.list()).map((job) => job.id)).toEqual([id]);
});

test('jobs whose claim was not answered are found and run, with no attempt lost', async () => {
  await using t = await testDatabase();
  const { queue, clock, worker, lines } = workbench(t);
  const { db, forget } = forgetful(t.db);
  const ran: number[] = [];
  const kind = kindOf('test.any', async (_, { n }) => {
    ran.push(n);
  });
  await queue.enqueueMany(kind, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  const w = worker([kind], { db });
  forget(1);
  w.start();
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  expect(ran).toEqual([]);
  clock.advance(1_000);
  await expect.poll(async () => (await queue.list({ state: 'completed' })).length).toBe(3);
  expect(ran.sort()).toEqual([1, 2, 3]);
  for (const job of await queue.list()) expect(job.attempts).toBe(1);
  await w.stop();
});

test('what an unanswered claim took is found by one of the turns that are under way at once', async () => {
  await using t = await testDatabase('postgres');
  const { queue, clock, worker, lines } = workbench(t);
  const { db, forget, hold, waiting } = forgetful(t.db);
  const ran: number[] = [];
  const kind = kindOf('test.any', async (_, { n }) => {
    ran.push(n);
  });
  await queue.enqueueMany(kind, [{ n: 1 }, { n: 2 }]);
  const w = worker([kind], { db });
  forget(1);
  w.start();
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  const release = hold();
  clock.advance(1_000);
  await expect.poll(waiting).toBe(1);
  // Wakes another turn, which finds that the claim is being looked for.
  await queue.enqueue(kind, { n: 3 });
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  release();
  await expect.poll(async () => (await queue.list({ state: 'completed' })).length).toBe(3);
  await w.stop();
  expect(ran.sort()).toEqual([1, 2, 3]);
});

test('an ending whose record was not answered counts as what it was', async () => {
  await using t = await testDatabase();
  const { queue, clock, worker, lines } = workbench(t);
  const { db, forget } = forgetful(t.db);
  const kind = kindOf('test.any', async () => forget(1));
  await queue.enqueue(kind, { n: 1 });
  const w = worker([kind], { db });
  w.start();
  await expect.poll(() => lines.some((line) => line.message.includes('could not reach'))).toBe(true);
  clock.advance(1_000);
  await expect.poll(() => lines.find((line) => line.message === 'job')?.fields.ending).toBe('completed');
  await w.stop();
});

test('a worker that stops gives back what an unanswered claim took', async () => {
  await using t = await testDatabase();
  const { queue, clock, worker, lines } = workbench(t);
  const { db, forget } = forgetful(t.db);
  const kind = kindOf('test.any');
  await queue.enqueue(kind, { n: 1 });
  const w = worker([kind], { db });
  forget(1);
  w.start();
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  const stopping = w.stop();
  clock.advance(1_000);
  await stopping;
  expect(await queue.list()).toMatchObject([{ state: 'queued', attempts: 0 }]);
});
