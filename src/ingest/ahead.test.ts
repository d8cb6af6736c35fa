import { expect, test } from 'vitest';
import { workAhead } from './ahead.ts';

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

test('steps begin ahead of the one that is finished, at most so many, and finish in their order', async () => {
  const log: string[] = [];
  let begun = 0;
  let most = 0;
  await workAhead([1, 2, 3, 4, 5, 6], {
    depth: 2,
    begin: async (n) => {
      begun++;
      most = Math.max(most, begun);
      // Later ones are ready sooner.
      for (let i = n; i < 8; i++) await tick();
      return n * 10;
    },
    finish: async (ready, n) => {
      await tick();
      begun--;
      log.push(`${n}:${ready}`);
    },
  });
  expect(log).toEqual(['1:10', '2:20', '3:30', '4:40', '5:50', '6:60']);
  expect(most).toBe(3);
});

test('a failure ends it after what was finished before, and what was begun is waited for', async () => {
  const finished: number[] = [];
  let open = 0;
  const work = workAhead([1, 2, 3, 4], {
    depth: 3,
    begin: async (n) => {
      open++;
      await tick();
      if (n < 3) open--;
      if (n === 3) throw new Error('three');
      if (n === 4) {
        await tick();
        await tick();
        open -= 2;
      }
      return n;
    },
    finish: async (n) => void finished.push(n),
  });
  await expect(work).rejects.toThrow('three');
  expect(finished).toEqual([1, 2]);
  expect(open).toBe(0);
});

test('a source of steps that fails ends it too', async () => {
  const finished: number[] = [];
  async function* steps() {
    yield 1;
    throw new Error('no page');
  }
  const work = workAhead(steps(), {
    depth: 0,
    begin: async (n) => n,
    finish: async (n) => void finished.push(n),
  });
  await expect(work).rejects.toThrow('no page');
  expect(finished).toEqual([1]);
});
