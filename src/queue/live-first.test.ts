import { expect, test } from 'vitest';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { kindOf, workbench } from './workbench.suite.ts';

/** A handler that ends when it is told to, and the order in which jobs began. */
const held = () => {
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const kind = kindOf('test.held', async (_ctx, { n }) => {
    began.push(n);
    await new Promise<void>((resolve) => ends.push(resolve));
  });
  return { kind, began, ends };
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

onEveryDatabase('Live work beside bulk work', (fresh) => {
  test('a live job finds a place and begins while bulk work fills all that it may have', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { kind, began, ends } = held();
    await bench.queue.enqueueMany(
      kind,
      Array.from({ length: 50 }, (_, n) => ({ n })),
      { priority: 10 },
    );
    const worker = bench.worker([kind], { concurrency: 10 });
    worker.start();
    await until(() => began.length === 9);
    await bench.queue.enqueue(kind, { n: 1_000 });
    await until(() => began.length === 10);
    expect(began.at(-1)).toBe(1_000);
    expect(worker.running).toBe(10);
    const stopped = worker.stop({ graceMs: 60_000 });
    while (ends.length > 0) {
      for (const end of ends.splice(0)) end();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await stopped;
  });

  test('bulk work alone leaves the places of live work free, and all of it ends', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    let most = 0;
    let now = 0;
    const kind = kindOf('test.bulk', async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    });
    await bench.queue.enqueueMany(
      kind,
      Array.from({ length: 200 }, (_, n) => ({ n })),
      { priority: 10 },
    );
    expect(await bench.worker([kind], { concurrency: 20 }).drain()).toMatchObject({ completed: 200 });
    expect(most).toBe(18);
  });
});
