import { expect, test } from 'vitest';
import { JOB_ERRORS_KEPT, JOB_STALE_MS } from '#config/limits.ts';
import { AppError } from '#std/errors.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { makeClaim } from './claim-store.ts';
import { FatalError, RetryableError } from './outcome.ts';
import { rescueStale } from './rescue.ts';
import { settle } from './settle-store.ts';
import { kindOf, workbench } from './workbench.suite.ts';

onEveryDatabase('Errors of attempts', (fresh) => {
  test('each attempt that failed says how, when and where, and a success adds nothing', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const kind = kindOf('test.flaky', async (ctx) => {
      if (ctx.attempt === 1) throw new RetryableError('away');
      if (ctx.attempt === 2) throw new AppError('transient', 'imap.closed', 'The line broke');
    });
    const { id } = await queue.enqueue(kind, { n: 1 });
    const w = worker([kind]);
    const first = clock.now();
    await w.drain();
    clock.advance(10_000);
    const second = clock.now();
    await w.drain();
    clock.advance(10_000);
    expect((await w.drain()).completed).toBe(1);
    expect((await queue.get(id))?.errors).toEqual([
      { at: first, attempt: 1, workerId: w.id, error: 'RetryableError: away' },
      { at: second, attempt: 2, workerId: w.id, error: 'transient imap.closed: The line broke' },
    ]);
  });

  test('what ends a job for good is kept, also when the first attempts of another life are', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const kind = kindOf('test.fatal', async () => {
      throw new FatalError('no use');
    });
    const { id } = await queue.enqueue(kind, { n: 1 });
    await worker([kind]).drain();
    clock.advance(1);
    await queue.retry(id);
    await worker([kind]).drain();
    const errors = (await queue.get(id))?.errors ?? [];
    expect(errors.map((e) => [e.attempt, e.error])).toEqual([
      [1, 'FatalError: no use'],
      [1, 'FatalError: no use'],
    ]);
  });

  test('waiting for a limit or its user is no failure', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const kind = kindOf('test.waits', async (_, { n }) => {
      throw new AppError(n === 1 ? 'limit' : 'needs-user', 'test.wait', 'Not now');
    });
    const [one, two] = await queue.enqueueMany(kind, [{ n: 1 }, { n: 2 }]);
    await worker([kind]).drain();
    for (const { id } of [one, two] as { id: string }[]) {
      expect(await queue.get(id)).toMatchObject({ job: { state: 'queued', attempts: 0 }, errors: [] });
    }
  });

  test('a worker that is gone is an error of its attempt, and one that lost its claim adds none', async () => {
    await using t = await fresh();
    const { queue, db, clock, random, log, newId } = workbench(t);
    const kind = kindOf('test.gone');
    const { id } = await queue.enqueue(kind, { n: 1 });
    const claim = makeClaim(['test.gone'], db.engine, 'app');
    const token = newId();
    const request = { rooms: [1], limit: 1, token, workerId: 'far/away/1/x', now: clock.now() };
    await db.write((tx) => claim.claim(tx, request));
    clock.advance(JOB_STALE_MS + 1);
    const ports = { db, clock, random, log, hooks: {}, signals: queue.signals, lease: 'app' as const };
    expect(await rescueStale(ports, JOB_STALE_MS)).toBe(1);
    const ending = { to: 'failed', kind: 'fatal', error: 'late' } as const;
    const lost = await db.write((tx) => settle(tx, [{ id, token, ending }], clock.now()));
    expect([...lost]).toEqual([id]);
    expect((await queue.get(id))?.errors).toMatchObject([
      { attempt: 1, workerId: 'far/away/1/x', error: expect.stringContaining('queue.worker-gone') },
    ]);
  });

  test('the newest are kept, and all go with the job', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const most = JOB_ERRORS_KEPT + 3;
    const kind = kindOf('test.again', async (ctx) => {
      throw new RetryableError(`try ${ctx.attempt}`, { retryAfterMs: 0 });
    });
    const { id } = await queue.enqueue(kind, { n: 1 }, { maxAttempts: most });
    const w = worker([kind]);
    for (let i = 0; i < most; i++) {
      await w.drain();
      clock.advance(1);
    }
    const errors = (await queue.get(id))?.errors ?? [];
    expect(errors.length).toBe(JOB_ERRORS_KEPT);
    expect(errors.at(-1)?.attempt).toBe(most);
    await queue.discard(id);
    expect(await t.db.all('select * from job_errors')).toEqual([]);
  });
});
