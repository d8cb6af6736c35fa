import { expect, test } from 'vitest';
import { JOB_BULK_ROWS } from '#config/limits.ts';
import { onEveryDatabase, type TestDatabase } from '#test/kit/databases.ts';
import { FatalError, RetryableError } from './outcome.ts';
import { kindOf, workbench } from './workbench.suite.ts';

const fatal = kindOf('test.fatal', async (_, { n }) => {
  throw new FatalError(`Refused ${n}`);
});
const tired = kindOf('test.tired', async (_, { n }) => {
  throw new RetryableError(`Away ${n}`);
});

/** Two that failed for good, three whose attempts ran out a second later, and one that was canceled. */
const graveyard = async (t: TestDatabase) => {
  const bench = workbench(t);
  const { queue, worker, clock } = bench;
  await queue.enqueueMany(fatal, [{ n: 1 }, { n: 2 }], { userId: 'u' });
  await worker([fatal]).drain();
  clock.advance(1_000);
  await queue.enqueueMany(tired, [{ n: 3 }, { n: 4 }, { n: 5 }], { userId: 'v', maxAttempts: 1 });
  await worker([tired]).drain();
  const { id: canceled } = await queue.enqueue(tired, { n: 6 });
  await queue.cancel(canceled);
  return { ...bench, canceled };
};

onEveryDatabase('Dead letters', (fresh) => {
  test('a filter chooses by everything that it names', async () => {
    await using t = await fresh();
    const { queue, clock, canceled } = await graveyard(t);
    const count = async (filter: Parameters<typeof queue.countDead>[0]) =>
      (await queue.countDead(filter)).count;
    expect(await queue.countDead({})).toEqual({
      count: 5,
      types: { 'test.fatal': 2, 'test.tired': 3 },
      more: false,
    });
    expect(await count({ state: 'canceled' })).toBe(1);
    expect(await count({ failureKind: 'exhausted' })).toBe(3);
    expect(await count({ failureKind: 'exhausted', type: 'test.fatal' })).toBe(0);
    expect(await count({ type: 'test.fatal' })).toBe(2);
    expect(await count({ userId: 'v' })).toBe(3);
    expect(await count({ errorContains: 'AWAY 4' })).toBe(1);
    expect(await count({ errorContains: '%' })).toBe(0);
    expect(await count({ finishedBefore: clock.now() })).toBe(2);
    expect(await count({ finishedAfter: clock.now() })).toBe(3);
    expect(await count({ state: 'canceled', ids: [canceled, 'nobody'] })).toBe(1);
    expect(await count({ ids: [canceled] })).toBe(0);
  });

  test('they are listed, newest first, in pages', async () => {
    await using t = await fresh();
    const { queue } = await graveyard(t);
    const page = async (before?: string) => queue.listDead({ errorContains: 'e' }, { limit: 3, before });
    const first = await page();
    expect(first.map((j) => j.payload)).toEqual([{ n: 5 }, { n: 4 }, { n: 3 }]);
    expect((await page(first.at(-1)?.id)).map((j) => j.payload)).toEqual([{ n: 2 }, { n: 1 }]);
  });

  test('those that fit wait again with all their attempts; the others stay', async () => {
    await using t = await fresh();
    const { queue, worker } = await graveyard(t);
    expect(await queue.retryMany({ failureKind: 'exhausted' }, { limit: 2 })).toEqual({
      count: 2,
      types: { 'test.tired': 2 },
      more: true,
    });
    const waiting = await queue.list({ state: 'queued' });
    expect(waiting.map((j) => j.payload)).toEqual([{ n: 4 }, { n: 3 }]);
    expect(waiting[0]).toMatchObject({ attempts: 0, failureKind: null, finishedAt: null });
    expect((await queue.list({ state: 'failed' })).length).toBe(3);
    expect((await worker([tired]).drain()).exhausted).toBe(2);
    expect((await queue.retryMany({ state: 'canceled' })).count).toBe(1);
    expect((await queue.retryMany({ type: 'test.none' })).count).toBe(0);
  });

  test('they are deleted with their steps and errors', async () => {
    await using t = await fresh();
    const { queue, db } = await graveyard(t);
    expect((await queue.discardMany({ type: 'test.tired' })).count).toBe(3);
    expect((await queue.list()).map((j) => j.state)).toEqual(['canceled', 'failed', 'failed']);
    expect(await db.all('select distinct error from job_errors order by error')).toEqual([
      { error: 'FatalError: Refused 1' },
      { error: 'FatalError: Refused 2' },
    ]);
  });

  test('of those with one singleton key the first keeps it, and each runs', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const kind = kindOf('test.single');
    for (const n of [1, 2, 3]) {
      const { id } = await queue.enqueue(kind, { n }, { singletonKey: 's' });
      await queue.cancel(id);
    }
    expect((await queue.retryMany({ state: 'canceled' })).count).toBe(3);
    const keys = (await queue.list({ state: 'queued' })).map((j) => j.singletonKey);
    expect(keys).toEqual([null, null, 's']);
    expect((await worker([kind]).drain()).completed).toBe(3);
  });

  test('many of one fair key get in line one behind the other, so that another key need not wait for all', async () => {
    await using t = await fresh();
    const order: number[] = [];
    const kind = kindOf('test.fair', async (_, { n }) => {
      order.push(n);
    });
    const { queue, worker } = workbench(t);
    const payloads = Array.from({ length: 20 }, (_, i) => ({ n: i + 1 }));
    const made = await queue.enqueueMany(kind, payloads, { fairKey: 'a' });
    for (const { id } of made) await queue.cancel(id);
    await queue.retryMany({ state: 'canceled' });
    await queue.enqueue(kind, { n: 100 }, { fairKey: 'b' });
    await worker([kind], { concurrency: 1, ahead: 0 }).drain();
    expect(order.indexOf(100)).toBeLessThan(3);
    expect(order.filter((n) => n < 100)).toEqual(payloads.map((p) => p.n));
  });

  test('more than one transaction holds are gone through, each once', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const n = JOB_BULK_ROWS * 2 + 1;
    const payloads = Array.from({ length: n }, (_, i) => ({ n: i }));
    await queue.enqueueMany(fatal, payloads);
    await worker([fatal], { concurrency: 200 }).drain();
    const told: number[] = [];
    expect((await queue.retryMany({}, { onProgress: (count) => told.push(count) })).count).toBe(n);
    expect(told).toEqual([JOB_BULK_ROWS, JOB_BULK_ROWS * 2, n]);
    await worker([fatal], { concurrency: 200 }).drain();
    expect((await queue.discardMany({}, { limit: n })).more).toBe(false);
    expect(await queue.list()).toEqual([]);
  });
});
