import { expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { kindOf, workbench } from './workbench.suite.ts';

/** A database whose next write after `slow()` is done at once and answered late: when `answer` is called. */
const slowToAnswer = (db: Db) => {
  let slow: { done: () => void; answered: Promise<void> } | undefined;
  const made: Db = {
    engine: db.engine,
    query: db.query,
    all: (...args) => db.all(...args),
    run: (...args) => db.run(...args),
    onForeignCommit: () => () => {},
    close: async () => {},
    write: async (work) => {
      const mine = slow;
      slow = undefined;
      const value = await db.write(work);
      mine?.done();
      await mine?.answered;
      return value;
    },
  };
  return {
    db: made,
    slow: (): { done: Promise<void>; answer: () => void } => {
      const done = Promise.withResolvers<void>();
      const answered = Promise.withResolvers<void>();
      slow = { done: done.resolve, answered: answered.promise };
      return { done: done.promise, answer: answered.resolve };
    },
  };
};

test('a job that waited for another of its key is claimed though a look was under way when that one ended', async () => {
  await using t = await testDatabase('postgres');
  const { queue, worker } = workbench(t);
  const { db, slow } = slowToAnswer(t.db);
  const ends = Promise.withResolvers<void>();
  const ran: number[] = [];
  const first = async (n: number) => {
    ran.push(n);
    if (n === 1) await ends.promise;
  };
  const kind = kindOf('test.serial', (_, { n }) => first(n), { serialKey: () => 'one', concurrency: 2 });
  await queue.enqueueMany(kind, [{ n: 1 }, { n: 2 }]);
  const w = worker([kind], { db });
  const drained = w.drain();
  await expect.poll(() => ran).toEqual([1]);
  const { done, answer } = slow();
  // Wakes a turn, which finds only the second job, and that one waits for the first.
  await queue.enqueue(kindOf('test.unknown-here'), { n: 0 });
  await done;
  ends.resolve();
  await expect.poll(async () => (await queue.list({ state: 'completed' })).length).toBe(1);
  answer();
  await drained;
  expect(ran).toEqual([1, 2]);
  await w.stop();
});
