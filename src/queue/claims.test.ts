import { expect, test } from 'vitest';
import { isConstraint } from '#db/errors.ts';
import { onEveryDatabase, type TestDatabase } from '#test/kit/databases.ts';
import { makeClaim, promote } from './claim-store.ts';
import type { ClaimedJob } from './job.ts';
import { heartbeat, isHeld } from './lease-store.ts';
import { settle } from './settle-store.ts';
import { kindOf, type Workbench, workbench } from './workbench.suite.ts';

const plain = kindOf('test.plain');
const other = kindOf('test.other');

/** Claims as a worker that knows both kinds would. */
const claims = (t: TestDatabase, { clock, newId }: Workbench) => {
  const { claim } = makeClaim(['test.plain', 'test.other'], t.db.engine, 'app');
  return (limit: number, rooms: number[] = [limit, limit]): Promise<ClaimedJob[]> =>
    t.db.write(async (tx) => {
      await promote(tx, clock.now());
      return claim(tx, { rooms, limit, token: newId(), workerId: 'w', now: clock.now() });
    });
};

const numbers = (jobs: readonly ClaimedJob[]): unknown[] =>
  jobs.map((j) => (JSON.parse(j.payloadJson) as { n: number }).n);

onEveryDatabase('Claims', (fresh) => {
  test('due jobs come by priority, then due time, then id, whatever their type', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock } = bench;
    const now = clock.ms();
    await queue.enqueue(plain, { n: 5 }, { priority: 1, notBeforeMs: now - 9_000 });
    await queue.enqueue(plain, { n: 3 }, { notBeforeMs: now - 1_000 });
    await queue.enqueue(other, { n: 2 }, { notBeforeMs: now - 2_000 });
    await queue.enqueue(other, { n: 1 }, { priority: -1 });
    await queue.enqueue(plain, { n: 4 }, {});
    await queue.enqueue(plain, { n: 0 }, { notBeforeMs: now + 1 });
    const claim = claims(t, bench);
    expect(numbers(await claim(2))).toEqual([1, 2]);
    expect(numbers(await claim(9))).toEqual([3, 4, 5]);
    expect(await claim(9)).toEqual([]);
    clock.advance(1);
    expect(numbers(await claim(9))).toEqual([0]);
  });

  test('a delayed job that has become due stands where its due time puts it', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock } = bench;
    await queue.enqueue(plain, { n: 2 }, { notBeforeMs: clock.ms() + 2_000 });
    await queue.enqueue(plain, { n: 1 }, { notBeforeMs: clock.ms() + 1_000 });
    clock.advance(5_000);
    await queue.enqueue(plain, { n: 3 });
    expect(numbers(await claims(t, bench)(9))).toEqual([1, 2, 3]);
  });

  test('a claim counts the attempt and marks the job as held', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { id } = await bench.queue.enqueue(plain, { n: 1 });
    const [job] = await claims(t, bench)(1);
    expect(job).toMatchObject({ id, attempt: 1, maxAttempts: 5, lastError: null });
    expect((await bench.queue.get(id))?.job).toMatchObject({
      state: 'running',
      attempts: 1,
      workerId: 'w',
      heartbeatAt: bench.clock.now(),
      startedAt: bench.clock.now(),
    });
  });

  test('types without room, and types that nobody here knows, are passed over', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue } = bench;
    await queue.enqueueMany(
      kindOf('test.unknown'),
      Array.from({ length: 50 }, (_, n) => ({ n })),
    );
    await queue.enqueueMany(
      plain,
      Array.from({ length: 20 }, (_, n) => ({ n })),
    );
    await queue.enqueueMany(other, [{ n: 100 }, { n: 101 }]);
    const claim = claims(t, bench);
    expect(numbers(await claim(5, [2, 5]))).toEqual([0, 1, 100, 101]);
    expect(await claim(5, [0, 5])).toEqual([]);
    expect(numbers(await claim(1, [9, 9]))).toEqual([2]);
  });

  test('jobs with one serial key are handed out one at a time, in order, also within one claim', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock } = bench;
    for (const n of [1, 2, 3]) await queue.enqueue(n === 2 ? other : plain, { n }, { serialKey: 'a' });
    await queue.enqueue(plain, { n: 4 }, { serialKey: 'b' });
    await queue.enqueue(plain, { n: 5 });
    const claim = claims(t, bench);
    const first = await claim(9);
    expect(numbers(first)).toEqual([1, 4, 5]);
    expect(await claim(9)).toEqual([]);
    const ending = { to: 'completed', resultJson: null } as const;
    await t.db.write((tx) =>
      settle(
        tx,
        first.map(({ id, token }) => ({ id, token, ending })),
        clock.now(),
      ),
    );
    const second = await claim(9);
    expect(numbers(second)).toEqual([2]);
    await t.db.write((tx) =>
      settle(
        tx,
        second.map(({ id, token }) => ({ id, token, ending })),
        clock.now(),
      ),
    );
    expect(numbers(await claim(9))).toEqual([3]);
  });

  test('the database itself refuses two running jobs with one serial key', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    await bench.queue.enqueueMany(plain, [{ n: 1 }, { n: 2 }], { serialKey: 'a' });
    const force = t.db.write((tx) => tx.run("update jobs set state = 'running'"));
    await expect(force).rejects.toSatisfy((e) => isConstraint(e, 'unique'));
  });

  test('a worker that lost its claim can neither show life, nor write, nor say how the job ended', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock } = bench;
    const { id } = await queue.enqueue(plain, { n: 1 });
    const claim = claims(t, bench);
    const [old] = await claim(1);
    if (!old) throw new Error('nothing claimed');
    const back = { to: 'queued', atMs: clock.ms(), counted: true, error: 'gone' } as const;
    expect((await t.db.write((tx) => settle(tx, [{ ...old, ending: back }], clock.now()))).size).toBe(0);
    const [held] = await claim(1);
    if (!held) throw new Error('not claimed again');
    expect(held).toMatchObject({ id, attempt: 2, lastError: 'gone' });

    const at = { now: clock.now(), lease: 'app' } as const;
    expect(await t.db.write((tx) => heartbeat(tx, [old, held], at))).toEqual([old]);
    expect(await t.db.write((tx) => heartbeat(tx, [{ id, token: old.token }], at))).toHaveLength(1);
    expect(await t.db.write((tx) => heartbeat(tx, [held], at))).toEqual([]);
    expect(await t.db.write((tx) => isHeld(tx, old))).toBe(false);
    expect(await t.db.write((tx) => isHeld(tx, held))).toBe(true);
    for (const ending of [
      { to: 'completed', resultJson: '1' },
      { to: 'failed', kind: 'fatal', error: 'x' },
      { to: 'canceled', error: 'x' },
      back,
    ] as const) {
      expect(await t.db.write((tx) => settle(tx, [{ ...old, ending }], clock.now()))).toEqual(new Set([id]));
      const many = Array.from({ length: 5 }, () => ({ ...old, ending }));
      expect(await t.db.write((tx) => settle(tx, many, clock.now()))).toEqual(new Set([id]));
    }
    expect((await queue.get(id))?.job).toMatchObject({ state: 'running', attempts: 2, result: null });
  });

  test('of many endings in one statement, exactly those that are no longer held are named', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock } = bench;
    await queue.enqueueMany(
      plain,
      Array.from({ length: 20 }, (_, n) => ({ n })),
    );
    const held = await claims(t, bench)(20);
    const gone = held.filter((_, i) => i % 7 === 0);
    for (const { id } of gone) await queue.cancel(id);
    const ending = { to: 'completed', resultJson: '{"a":"\\u0000"}' } as const;
    const lost = await t.db.write((tx) =>
      settle(
        tx,
        held.map((h) => ({ ...h, ending })),
        clock.now(),
      ),
    );
    expect(lost).toEqual(new Set(gone.map((g) => g.id)));
    const states = (await queue.list({ limit: 100 })).map((j) => j.state).sort();
    expect(states).toEqual([...gone.map(() => 'canceled'), ...Array(17).fill('completed')].sort());
  });
});
