import { expect, test } from 'vitest';
import { AppError } from '#std/errors.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { kindOf, workbench } from './workbench.suite.ts';

const consent = (key?: string) =>
  new AppError('needs-user', 'test.consent', 'Nobody said yes', { waitsFor: key });

onEveryDatabase('Jobs that wait for something by name', (fresh) => {
  test('are due at once when it is there, all of them, and none that waits for something else', async () => {
    await using t = await fresh();
    const { queue, worker, db } = workbench(t);
    let given = false;
    const done: number[] = [];
    const kind = kindOf('test.wait', async (_, { n }) => {
      if (!given) throw consent(n === 0 ? undefined : n % 2 ? 'odd' : 'even');
      done.push(n);
    });
    await queue.enqueueMany(
      kind,
      [0, 1, 2, 3, 4, 5].map((n) => ({ n })),
    );
    const w = worker([kind]);
    await w.drain();
    given = true;
    await w.drain();
    expect(done).toEqual([]);
    expect(await queue.wake('odd')).toBe(3);
    await w.drain();
    expect(done.sort()).toEqual([1, 3, 5]);
    expect(await db.write((tx) => queue.wake('even', { tx }))).toBe(2);
    await w.drain();
    expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
    const attempts = (await queue.list()).map(({ attempts }) => attempts);
    expect(attempts.sort()).toEqual([0, 1, 1, 1, 1, 1]);
    expect(await queue.wake('odd')).toBe(0);
  });

  test('are not left waiting when it came about while they ran', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    let runs = 0;
    const kind = kindOf('test.wait', async () => {
      if (++runs > 1) return;
      // Its answer was read before, and what it waits for comes about now.
      await queue.wake('consent');
      throw consent('consent');
    });
    const { id } = await queue.enqueue(kind, { n: 1 });
    const w = worker([kind]);
    await w.drain();
    expect(runs).toBe(1);
    clock.advance(1_000);
    await w.drain();
    expect(runs).toBe(2);
    expect((await queue.get(id))?.job).toMatchObject({ state: 'completed', attempts: 1 });
  });

  test('come again by themselves after an hour, and one that then fails otherwise is no longer woken', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    let runs = 0;
    const kind = kindOf('test.wait', async () => {
      runs++;
      throw runs === 1 ? consent('consent') : new AppError('transient', 'test.away', 'Away');
    });
    await queue.enqueue(kind, { n: 1 });
    const w = worker([kind]);
    await w.drain();
    clock.advance(60 * 60_000 - 1);
    await w.drain();
    expect(runs).toBe(1);
    clock.advance(1);
    await w.drain();
    expect(runs).toBe(2);
    expect(await queue.wake('consent')).toBe(0);
  });
});
