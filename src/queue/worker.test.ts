import { expect, test } from 'vitest';
import { AppError, type ErrorKind } from '#std/errors.ts';
import { toMs } from '#std/time.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { FatalError, giveUp, RetryableError } from './outcome.ts';
import { kindOf, workbench } from './workbench.suite.ts';

const throwing = (type: string, error: () => unknown) =>
  kindOf(type, async () => {
    throw error();
  });

onEveryDatabase('What becomes of a job', (fresh) => {
  test('its result is kept', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const sum = kindOf('test.sum', async (_, { n }) => ({ twice: n * 2 }));
    const { id } = await queue.enqueue(sum, { n: 4 });
    expect(await worker([sum]).drain()).toMatchObject({ completed: 1 });
    expect((await queue.get(id))?.job).toMatchObject({
      state: 'completed',
      result: { twice: 8 },
      attempts: 1,
      finishedAt: clock.now(),
      heartbeatAt: null,
      failureKind: null,
    });
  });

  test('an error is tried again with growing waits, until its attempts run out', async () => {
    await using t = await fresh();
    const { queue, worker, clock, lines } = workbench(t);
    const bad = throwing('test.bad', () => new TypeError('oops'));
    const { id } = await queue.enqueue(bad, { n: 1 }, { maxAttempts: 3 });
    const w = worker([bad]);
    const waits: number[] = [];
    for (const attempt of [1, 2]) {
      expect(await w.drain()).toMatchObject({ retried: 1 });
      const job = (await queue.get(id))?.job;
      expect(job).toMatchObject({ state: 'queued', attempts: attempt, lastError: 'TypeError: oops' });
      waits.push(toMs(job?.notBefore ?? '') - clock.ms());
      clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits[0]).toBeGreaterThanOrEqual(1_500);
    expect(waits[0]).toBeLessThanOrEqual(2_500);
    expect(waits[1]).toBeGreaterThanOrEqual(3_000);
    expect(waits[1]).toBeLessThanOrEqual(5_000);
    expect(await w.drain()).toMatchObject({ exhausted: 1 });
    expect((await queue.get(id))?.job).toMatchObject({
      state: 'failed',
      failureKind: 'exhausted',
      attempts: 3,
    });
    expect(lines.map((l) => [l.level, l.fields.ending])).toEqual([
      ['warn', 'retried'],
      ['warn', 'retried'],
      ['error', 'exhausted'],
    ]);
  });

  const app = (kind: ErrorKind, retryAfterMs?: number) => () =>
    new AppError(kind, 'test.x', 'm', { retryAfterMs });

  test.each([
    ['fatal', () => new FatalError('x'), { state: 'failed', failureKind: 'fatal' }, 0],
    ['permanent', app('permanent'), { state: 'failed', failureKind: 'fatal' }, 0],
    ['input', app('input'), { state: 'failed', failureKind: 'fatal' }, 0],
    ['denied', app('denied'), { state: 'failed', failureKind: 'fatal' }, 0],
    [
      'retryable with a delay',
      () => new RetryableError('x', { retryAfterMs: 77_000 }),
      { attempts: 1 },
      77_000,
    ],
    ['transient with a delay', app('transient', 33_000), { attempts: 1 }, 33_000],
    ['limit', app('limit', 99_000), { state: 'queued', attempts: 0 }, 99_000],
    ['limit without a time', app('limit'), { state: 'queued', attempts: 0 }, 60_000],
    ['needs-user', app('needs-user'), { state: 'queued', attempts: 0 }, 3_600_000],
  ] as const)('%s errors are told apart', async (_name, error, expected, waitMs) => {
    await using t = await fresh();
    const asked: string[] = [];
    const { queue, worker, clock } = workbench(t, { onNeedsUser: (job) => asked.push(job.id) });
    const bad = throwing('test.bad', error);
    const { id } = await queue.enqueue(bad, { n: 1 });
    await worker([bad]).drain();
    const job = (await queue.get(id))?.job;
    expect(job).toMatchObject(expected);
    expect(toMs(job?.notBefore ?? '') - clock.ms()).toBe(waitMs);
    expect(asked).toEqual(_name === 'needs-user' ? [id] : []);
  });

  test('a conflict is tried again once, at once', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const bad = throwing('test.bad', app('conflict'));
    const { id } = await queue.enqueue(bad, { n: 1 });
    expect(await worker([bad]).drain()).toMatchObject({ retried: 1, failed: 1 });
    expect((await queue.get(id))?.job).toMatchObject({ state: 'failed', failureKind: 'fatal', attempts: 2 });
  });

  test('a handler may snooze or give up by what it returns', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const sleepy = kindOf('test.sleepy', async (ctx, { n }) =>
      n === 0 ? giveUp('not wanted') : ctx.snooze(clock.ms() + 1_000),
    );
    const [gone, later] = await queue.enqueueMany(sleepy, [{ n: 0 }, { n: 1 }]);
    const w = worker([sleepy]);
    expect(await w.drain()).toMatchObject({ canceled: 1, snoozed: 1 });
    expect((await queue.get(gone?.id ?? ''))?.job).toMatchObject({
      state: 'canceled',
      lastError: 'not wanted',
    });
    expect((await queue.get(later?.id ?? ''))?.job).toMatchObject({ state: 'queued', attempts: 0 });
    expect(await w.drain()).toMatchObject({ snoozed: 0 });
    clock.advance(1_000);
    expect(await w.drain()).toMatchObject({ snoozed: 1 });
  });

  test('what cannot be stored fails loudly: a result that is no JSON, an error of odd characters', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const ring: Record<string, unknown> = {};
    ring.ring = ring;
    const bad = kindOf('test.bad', async (_, { n }) => {
      if (n === 0) return ring;
      throw new FatalError(`a\0b \ud800 ${'x'.repeat(9_000)}`);
    });
    const [result, error] = await queue.enqueueMany(bad, [{ n: 0 }, { n: 1 }], { maxAttempts: 1 });
    expect(await worker([bad]).drain()).toMatchObject({ exhausted: 1, failed: 1 });
    expect((await queue.get(result?.id ?? ''))?.job.lastError).toMatch(/circular/i);
    const text = (await queue.get(error?.id ?? ''))?.job.lastError ?? '';
    expect(text.startsWith('FatalError: a\uFFFDb \uFFFD xxx')).toBe(true);
    expect(text.length).toBe(4_000);
  });

  test('a payload that its kind no longer understands is fatal', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const { id } = await queue.enqueue(kindOf('test.old'), { n: 1 });
    await t.db.write((tx) => tx.run(`update jobs set payload_json = '{"m":1}'`));
    expect(await worker([kindOf('test.old')]).drain()).toMatchObject({ failed: 1 });
    expect((await queue.get(id))?.job.lastError).toMatch('queue.bad-payload');
  });

  test('a step that finished is not run again: a later attempt gets its record', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const ran: string[] = [];
    const seen: unknown[] = [];
    const steps = kindOf('test.steps', async (ctx) => {
      const one = await ctx.step('one', async () => {
        ran.push('one');
        return { at: ctx.attempt, none: undefined };
      });
      await ctx.step('void', async () => void ran.push('void'));
      seen.push(one);
      const two = await ctx.step('two', async () => {
        ran.push('two');
        if (ctx.attempt === 1) throw new Error('half way');
        return 2;
      });
      return { one, two };
    });
    const { id } = await queue.enqueue(steps, { n: 1 });
    const w = worker([steps]);
    await w.drain();
    expect((await queue.get(id))?.steps).toMatchObject([
      { name: 'one', attempt: 1, result: { at: 1 }, finishedAt: clock.now(), error: null },
      { name: 'two', attempt: 1, finishedAt: null, error: 'Error: half way' },
      { name: 'void', attempt: 1, result: null },
    ]);
    clock.advance(10_000);
    await w.drain();
    expect(ran).toEqual(['one', 'void', 'two', 'two']);
    expect(seen).toEqual([{ at: 1 }, { at: 1 }]);
    const found = await queue.get(id);
    expect(found?.job).toMatchObject({ state: 'completed', result: { one: { at: 1 }, two: 2 } });
    expect(found?.steps.find((s) => s.name === 'two')).toMatchObject({ attempt: 2, result: 2, error: null });
  });

  test('a handler that lost its claim can record no step, commit nothing and show no life', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const codes: string[] = [];
    const code = (p: Promise<unknown>) =>
      p.then(
        () => 'done',
        (e: AppError) => e.code,
      );
    const lone = kindOf('test.lone', async (ctx) => {
      await ctx.step('before', async () => 1);
      // Somebody takes the job away and claims it again.
      await t.db.write((tx) => tx.run("update jobs set claim_token = 'another' where id = $1", [ctx.jobId]));
      codes.push(await code(ctx.step('after', async () => 2)));
      codes.push(await code(ctx.write((tx) => queue.enqueue(lone, { n: 2 }, { tx }))));
      codes.push(await code(ctx.heartbeat()));
      codes.push(String(ctx.signal.aborted));
      return 'a lie';
    });
    const { id } = await queue.enqueue(lone, { n: 1 });
    expect(await worker([lone]).drain()).toMatchObject({ lost: 1, completed: 0 });
    expect(codes).toEqual(['queue.claim-lost', 'queue.claim-lost', 'queue.claim-lost', 'true']);
    const found = await queue.get(id);
    expect(found?.steps.map((s) => s.name)).toEqual(['before']);
    expect(found?.job).toMatchObject({ state: 'running', result: null });
    expect((await queue.list()).length).toBe(1);
    expect(clock.ms()).toBeGreaterThan(0);
  });

  test('a child is enqueued together with what its parent commits', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t, { traceparent: () => undefined as unknown as string });
    const child = kindOf('test.child');
    const parent = kindOf('test.parent', async (ctx) => {
      await ctx.write((tx) => ctx.enqueue(child, { n: 1 }, { tx })).catch(() => {});
      await ctx
        .write(async (tx) => {
          await ctx.enqueue(child, { n: 2 }, { tx });
          throw new Error('no');
        })
        .catch(() => {});
    });
    const { id } = await queue.enqueue(parent, { n: 0 }, { userId: 'u', traceparent: 'trace' });
    expect(await worker([parent, child]).drain()).toMatchObject({ completed: 2 });
    expect(await queue.list({ type: 'test.child' })).toMatchObject([
      { payload: { n: 1 }, parentJobId: id, userId: 'u', traceparent: 'trace' },
    ]);
  });
});
