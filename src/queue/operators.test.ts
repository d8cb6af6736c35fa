import { expect, test } from 'vitest';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { FatalError } from './outcome.ts';
import { kindOf, workbench } from './workbench.suite.ts';

const plain = kindOf('test.plain');
const fatal = kindOf('test.fatal', async () => {
  throw new FatalError('no use');
});

onEveryDatabase('What operators do', (fresh) => {
  test('a queued job is canceled at once and never runs', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const { id } = await queue.enqueue(plain, { n: 1 });
    await queue.cancel(id);
    expect((await worker([plain]).drain()).completed).toBe(0);
    expect((await queue.get(id))?.job).toMatchObject({ state: 'canceled', attempts: 0 });
    await expect(queue.cancel(id)).rejects.toMatchObject({ code: 'queue.wrong-state' });
    await expect(queue.cancel('nobody')).rejects.toMatchObject({ code: 'queue.no-such-job' });
  });

  test('terminal states change by retry alone, which starts anew', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const failed = await queue.enqueue(fatal, { n: 1 });
    const done = await queue.enqueue(plain, { n: 2 });
    await worker([plain, fatal]).drain();
    expect((await queue.get(failed.id))?.job).toMatchObject({
      state: 'failed',
      failureKind: 'fatal',
      attempts: 1,
      lastError: 'FatalError: no use',
      finishedAt: clock.now(),
    });
    for (const { id } of [failed, done]) {
      await expect(queue.cancel(id)).rejects.toMatchObject({ code: 'queue.wrong-state' });
      await expect(queue.reschedule(id, 0)).rejects.toMatchObject({ code: 'queue.wrong-state' });
    }
    await expect(queue.retry(done.id)).rejects.toMatchObject({ code: 'queue.wrong-state' });
    await queue.retry(failed.id);
    expect((await queue.get(failed.id))?.job).toMatchObject({
      state: 'queued',
      attempts: 0,
      failureKind: null,
      finishedAt: null,
    });
    expect((await worker([fatal]).drain()).failed).toBe(1);
  });

  test('a canceled job can be retried', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const { id } = await queue.enqueue(plain, { n: 1 });
    await queue.cancel(id);
    await queue.retry(id);
    expect((await worker([plain]).drain()).completed).toBe(1);
  });

  test('of two waiting jobs only one has a singleton key, and a retried one gives way', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const first = await queue.enqueue(plain, { n: 1 }, { singletonKey: 's' });
    await queue.cancel(first.id);
    const second = await queue.enqueue(plain, { n: 2 }, { singletonKey: 's' });
    expect(second.created).toBe(true);
    await queue.retry(first.id);
    expect((await queue.get(first.id))?.job.singletonKey).toBeNull();
    expect((await queue.get(second.id))?.job.singletonKey).toBe('s');
    expect((await worker([plain]).drain()).completed).toBe(2);
  });

  test('a queued job can be moved to another time, either way', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    const { id } = await queue.enqueue(plain, { n: 1 });
    await queue.reschedule(id, clock.ms() + 1_000);
    const w = worker([plain]);
    expect((await w.drain()).completed).toBe(0);
    await queue.reschedule(id, clock.ms() - 1);
    expect((await w.drain()).completed).toBe(1);
  });

  test('a job is deleted with its steps unless it runs', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const stepping = kindOf('test.steps', async (ctx) => {
      await expect(queue.discard(ctx.jobId)).rejects.toMatchObject({ code: 'queue.wrong-state' });
      await ctx.step('one', async () => 1);
    });
    const { id } = await queue.enqueue(stepping, { n: 1 });
    await worker([stepping]).drain();
    expect((await queue.get(id))?.steps.length).toBe(1);
    await queue.discard(id);
    expect(await queue.get(id)).toBeUndefined();
    expect(await t.db.all('select * from job_steps')).toEqual([]);
  });

  test('lists are filtered, newest first, in pages', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    await queue.enqueueMany(plain, [{ n: 1 }, { n: 2 }, { n: 3 }], { userId: 'u' });
    await queue.enqueue(fatal, { n: 4 });
    await worker([fatal]).drain();
    const dead = await queue.list({ state: 'failed', failureKind: 'fatal' });
    expect(dead.map((j) => j.payload)).toEqual([{ n: 4 }]);
    const first = await queue.list({ userId: 'u', type: 'test.plain', limit: 2 });
    expect(first.map((j) => j.payload)).toEqual([{ n: 3 }, { n: 2 }]);
    const next = await queue.list({ userId: 'u', limit: 2, before: first.at(-1)?.id ?? '' });
    expect(next.map((j) => j.payload)).toEqual([{ n: 1 }]);
  });

  test('the numbers of what waits and runs are told by type', async () => {
    await using t = await fresh();
    const { queue, worker, clock } = workbench(t);
    expect(await queue.stats()).toEqual({ types: [], oldestDue: null });
    await queue.enqueue(fatal, { n: 0 });
    await worker([fatal]).drain();
    const due = clock.now();
    await queue.enqueueMany(plain, [{ n: 1 }, { n: 2 }]);
    clock.advance(1_000);
    await queue.enqueue(plain, { n: 3 }, { notBeforeMs: clock.ms() + 1 });
    expect(await queue.stats()).toEqual({
      types: [
        {
          type: 'test.fatal',
          ready: 0,
          delayed: 0,
          running: 0,
          failed: 1,
          canceled: 0,
          more: [],
          oldestDue: null,
        },
        {
          type: 'test.plain',
          ready: 2,
          delayed: 1,
          running: 0,
          failed: 0,
          canceled: 0,
          more: [],
          oldestDue: due,
        },
      ],
      oldestDue: due,
    });
  });
});
