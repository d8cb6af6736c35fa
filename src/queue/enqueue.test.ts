import { expect, test } from 'vitest';
import { toInstant } from '#std/time.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { kindOf, workbench } from './workbench.suite.ts';

onEveryDatabase('Enqueueing', (fresh) => {
  const plain = kindOf('test.plain');

  test('a job is stored as it was given', async () => {
    await using t = await fresh();
    const { queue, clock } = workbench(t);
    const dueMs = clock.ms() + 60_000;
    const { id, created } = await queue.enqueue(
      plain,
      { n: 7 },
      {
        priority: -3,
        notBeforeMs: dueMs,
        maxAttempts: 9,
        idempotencyKey: 'i',
        singletonKey: 's',
        serialKey: 'r',
        userId: 'u',
        scheduleId: 'c',
        parentJobId: 'p',
        traceparent: 't',
      },
    );
    expect(created).toBe(true);
    const found = await queue.get(id);
    expect(found?.steps).toEqual([]);
    expect(found?.job).toMatchObject({
      id,
      type: 'test.plain',
      payload: { n: 7 },
      priority: -3,
      state: 'queued',
      attempts: 0,
      maxAttempts: 9,
      notBefore: toInstant(dueMs),
      idempotencyKey: 'i',
      singletonKey: 's',
      serialKey: 'r',
      userId: 'u',
      scheduleId: 'c',
      parentJobId: 'p',
      traceparent: 't',
      createdAt: clock.now(),
      updatedAt: clock.now(),
      startedAt: null,
      finishedAt: null,
      failureKind: null,
      result: null,
    });
  });

  test('a payload that does not fit, or a key that no index can hold, is refused', async () => {
    await using t = await fresh();
    const { queue } = workbench(t);
    await expect(queue.enqueue(plain, { n: 'x' } as never)).rejects.toMatchObject({
      code: 'queue.bad-payload',
    });
    for (const key of ['', 'a\0b', '\ud800', 'x'.repeat(501)]) {
      await expect(queue.enqueue(plain, { n: 1 }, { idempotencyKey: key })).rejects.toMatchObject({
        code: 'queue.bad-key',
      });
    }
    await expect(queue.enqueue(plain, { n: 1 }, { maxAttempts: 0 })).rejects.toMatchObject({ kind: 'input' });
    await expect(queue.enqueue(plain, { n: 1 }, { priority: 0.5 })).rejects.toMatchObject({ kind: 'input' });
    expect(await queue.list()).toEqual([]);
  });

  test('text of any kind in a payload comes back as it was', async () => {
    await using t = await fresh();
    const { queue } = workbench(t);
    const { z } = await import('zod');
    const { defineJob } = await import('./define.ts');
    const text = defineJob({ type: 'test.text', payload: z.string(), run: async () => {} });
    const odd = ['zero\0byte', 'half \ud800 pair', '"quoted" \\ \u2028', '🙂 ümlaut', ''];
    const made = await queue.enqueueMany(text, [...odd, ...odd, ...odd]);
    for (const [i, { id }] of made.entries()) {
      expect((await queue.get(id))?.job.payload).toBe([...odd, ...odd, ...odd][i]);
    }
  });

  test('an idempotency key that was used before creates nothing, even after its job has ended', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const first = await queue.enqueue(plain, { n: 1 }, { idempotencyKey: 'k' });
    expect(await queue.enqueue(plain, { n: 2 }, { idempotencyKey: 'k' })).toEqual({
      id: first.id,
      created: false,
    });
    await worker([plain]).drain();
    expect(await queue.enqueue(plain, { n: 3 }, { idempotencyKey: 'k' })).toEqual({
      id: first.id,
      created: false,
    });
    expect((await queue.list()).length).toBe(1);
  });

  test('within one batch, and between calls in flight together, a key counts once', async () => {
    await using t = await fresh();
    const { queue } = workbench(t);
    const keyed = kindOf('test.keyed', async () => {}, { idempotencyKey: ({ n }) => `k${n % 3}` });
    const batch = await queue.enqueueMany(
      keyed,
      Array.from({ length: 30 }, (_, n) => ({ n })),
    );
    expect(batch.map((b) => b.created)).toEqual(Array.from({ length: 30 }, (_, n) => n < 3));
    expect(new Set(batch.map((b) => b.id)).size).toBe(3);
    const calls = await Promise.all(Array.from({ length: 20 }, (_, n) => queue.enqueue(keyed, { n: n % 4 })));
    expect(calls.filter((c) => c.created).length).toBe(0);
    expect(new Set(calls.map((c) => c.id)).size).toBe(3);
  });

  test('a singleton is merged with one that waits, and queued beside one that runs', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const during: boolean[] = [];
    const single = kindOf(
      'test.single',
      async () => {
        if (during.length > 0) return;
        during.push((await queue.enqueue(single, { n: 1 })).created);
        during.push((await queue.enqueue(single, { n: 2 })).created);
      },
      // One at a time: the second waits while the first runs, however quick the next claim is.
      { singletonKey: () => 'one', concurrency: 1 },
    );
    const first = await queue.enqueue(single, { n: 0 });
    expect(await queue.enqueue(single, { n: 9 })).toEqual({ id: first.id, created: false });
    const counts = await worker([single]).drain();
    expect(during).toEqual([true, false]);
    expect(counts.completed).toBe(2);
  });

  test('a job enqueued in a transaction is there when it commits and gone when it rolls back', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    await t.db.write((tx) => queue.enqueue(plain, { n: 1 }, { tx }));
    await t.db
      .write(async (tx) => {
        await queue.enqueue(plain, { n: 2 }, { tx });
        await queue.enqueueMany(plain, [{ n: 3 }, { n: 4 }], { tx });
        throw new Error('no');
      })
      .catch(() => {});
    expect((await queue.list()).map((j) => j.payload)).toEqual([{ n: 1 }]);
    expect((await worker([plain]).drain()).completed).toBe(1);
  });

  test('an idle worker is told of a job only by the commit', async () => {
    await using t = await fresh();
    const { queue } = workbench(t);
    const told: number[] = [];
    queue.signals.onReady((ms) => told.push(ms));
    await t.db.write(async (tx) => {
      await queue.enqueue(plain, { n: 1 }, { tx });
      expect(told).toEqual([]);
    });
    expect(told.length).toBe(1);
    await t.db
      .write(async (tx) => {
        await queue.enqueue(plain, { n: 1 }, { tx });
        throw new Error('no');
      })
      .catch(() => {});
    expect(told.length).toBe(1);
  });

  test('thousands of jobs go in at once, in order', async () => {
    await using t = await fresh();
    const { queue } = workbench(t);
    const made = await queue.enqueueMany(
      plain,
      Array.from({ length: 6_000 }, (_, n) => ({ n })),
    );
    expect(made.every((m) => m.created)).toBe(true);
    const page = await queue.list({ limit: 2 });
    expect(page.map((j) => j.payload)).toEqual([{ n: 5_999 }, { n: 5_998 }]);
    expect(await queue.enqueueMany(plain, [])).toEqual([]);
  });
});
