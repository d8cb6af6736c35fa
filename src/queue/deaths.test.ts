import { expect, test } from 'vitest';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { makeClaim } from './claim-store.ts';
import { deathError, deathsBefore, isSuspect } from './deaths.ts';
import { rescueStale } from './rescue.ts';
import { kindOf, type Workbench, workbench } from './workbench.suite.ts';

const plain = kindOf('test.plain');
const STALE_MS = 120_000;

test('how often a worker died with a job is read from its last error and nothing else', () => {
  const lastError = deathError(2, '2026-01-15T09:00:00.000Z');
  expect(lastError).toMatch('queue.worker-gone: its worker died with it 2 times');
  expect(deathsBefore({ lastError, attempt: 3 })).toBe(2);
  // Queued again by an operator, it begins anew.
  expect(deathsBefore({ lastError, attempt: 1 })).toBe(0);
  expect(isSuspect({ lastError: 'Error: boom', attempt: 3 })).toBe(false);
  expect(isSuspect({ lastError: null, attempt: 3 })).toBe(false);
});

onEveryDatabase('Deaths', (fresh) => {
  /** A worker claims and dies; somebody finds out. */
  const deathOf = async (bench: Workbench, workerId: string, limit = 10): Promise<void> => {
    const { db, clock, newId, queue } = bench;
    const { claim } = makeClaim(['test.plain'], db.engine, 'app');
    const now = clock.now();
    await db.write((tx) => claim(tx, { rooms: [limit], limit, token: newId(), workerId, now }));
    clock.advance(STALE_MS + 1);
    await rescueStale({ ...bench, hooks: {}, signals: queue.signals, lease: 'app' }, STALE_MS);
  };

  /** Makes ready what waits for its backoff. */
  const later = async ({ db, clock }: Workbench): Promise<void> => {
    clock.advance(600_000);
    await db.write((tx) => tx.run("update jobs set updated_at = $1 where state = 'queued'", [clock.now()]));
  };

  const told = async ({ queue }: Workbench) =>
    (await queue.list())
      .map((j) => ({
        n: (j.payload as { n: number }).n,
        state: j.state,
        attempts: j.attempts,
        times: Number(/(\d) time/.exec(j.lastError ?? '')?.[1] ?? 0),
      }))
      .sort((a, b) => a.n - b.n);

  test('the first death makes all that were held suspects, the next one blames the suspect that ran', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    await bench.queue.enqueueMany(plain, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await deathOf(bench, 'elsewhere/x/1/a', 2);
    expect(await told(bench)).toEqual([
      { n: 1, state: 'queued', attempts: 1, times: 1 },
      { n: 2, state: 'queued', attempts: 1, times: 1 },
      { n: 3, state: 'queued', attempts: 0, times: 0 },
    ]);
    await later(bench);
    await deathOf(bench, 'elsewhere/x/2/a');
    const after = await told(bench);
    expect(after.map((j) => j.times).sort()).toEqual([0, 1, 2]);
    expect(after.map((j) => j.attempts).sort()).toEqual([0, 1, 2]);
    expect(after[2]).toEqual({ n: 3, state: 'queued', attempts: 0, times: 0 });
  });

  test('a job with which its worker died three times in a row is given up, and says so', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { id } = await bench.queue.enqueue(plain, { n: 1 }, { maxAttempts: 10 });
    for (let i = 0; i < 3; i++) {
      await deathOf(bench, `elsewhere/x/${i}/a`);
      await later(bench);
    }
    const { job, ...more } = (await bench.queue.get(id)) ?? {};
    expect(job).toMatchObject({ state: 'failed', failureKind: 'exhausted', attempts: 3 });
    expect(job?.lastError).toMatch('died with it 3 times, so it is not run again');
    expect(more).toMatchObject({ errors: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }] });
    await bench.queue.retry(id);
    await later(bench);
    await deathOf(bench, 'elsewhere/x/9/a');
    expect(await told(bench)).toEqual([{ n: 1, state: 'queued', attempts: 1, times: 1 }]);
  });

  test('a worker runs one suspect at a time, and others beside it', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, worker } = bench;
    let suspects = 0;
    let most = 0;
    const running: number[] = [];
    const slow = kindOf('test.plain', async (_, { n }) => {
      running.push(n);
      if (n >= 10) return;
      most = Math.max(most, ++suspects);
      await new Promise((resolve) => setImmediate(resolve));
      suspects--;
    });
    await queue.enqueueMany(slow, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await deathOf(bench, 'elsewhere/x/1/a');
    await later(bench);
    await queue.enqueueMany(slow, [{ n: 10 }, { n: 11 }]);
    expect(await worker([slow]).drain()).toMatchObject({ completed: 5 });
    expect(most).toBe(1);
    expect(running.sort((a, b) => a - b)).toEqual([1, 2, 3, 10, 11]);
  });
});
