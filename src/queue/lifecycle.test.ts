import { expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import { AppError } from '#std/errors.ts';
import { testDatabase } from '#test/kit/databases.ts';
import type { JobContext } from './context.ts';
import { kindOf, workbench } from './workbench.suite.ts';

/** A kind whose jobs run until they are let go, or until their signal fires. */
const gated = (type = 'test.gated', more: Parameters<typeof kindOf>[2] = {}) => {
  const open = new Map<number, () => void>();
  const started: number[] = [];
  const heard: string[] = [];
  let onStart = () => {};
  const kind = kindOf(
    type,
    (ctx: JobContext<object>, { n }) =>
      new Promise<string>((resolve, reject) => {
        ctx.signal.addEventListener('abort', () => {
          heard.push((ctx.signal.reason as Error).message);
          reject(ctx.signal.reason);
        });
        open.set(n, () => resolve(`done ${n}`));
        started.push(n);
        onStart();
      }),
    more,
  );
  const running = (count: number) =>
    new Promise<void>((resolve) => {
      onStart = () => {
        if (started.length >= count) resolve();
      };
      onStart();
    });
  return { kind, open: (n: number) => open.get(n)?.(), started, heard, running };
};

/** Resolves when the worker has nothing left in hand. */
const settled = async (fn: () => Promise<boolean>): Promise<void> => {
  while (!(await fn())) await new Promise((resolve) => setImmediate(resolve));
};

test('a started worker runs what is enqueued, and what becomes due', async () => {
  await using t = await testDatabase();
  const { queue, worker, clock } = workbench(t);
  const g = gated();
  const w = worker([g.kind]);
  w.start();
  await queue.enqueue(g.kind, { n: 1 });
  await g.running(1);
  await queue.enqueue(g.kind, { n: 2 }, { notBeforeMs: clock.ms() + 60_000 });
  clock.advance(59_999);
  await settled(async () => (await queue.stats()).types[0]?.delayed === 1);
  expect(g.started).toEqual([1]);
  clock.advance(1);
  await g.running(2);
  g.open(1);
  g.open(2);
  await w.stop();
  expect((await queue.list({ state: 'completed' })).length).toBe(2);
});

test('no more than its concurrency runs at once, and no more of a type than its own limit', async () => {
  await using t = await testDatabase();
  const { queue, worker } = workbench(t);
  const narrow = gated('test.narrow', { concurrency: 2 });
  const wide = gated('test.wide');
  const w = worker([narrow.kind, wide.kind], { concurrency: 4 });
  await queue.enqueueMany(narrow.kind, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  await queue.enqueueMany(wide.kind, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  w.start();
  await Promise.all([narrow.running(2), wide.running(2)]);
  expect(w.running).toBe(4);
  narrow.open(1);
  await narrow.running(3);
  expect(wide.started).toEqual([1, 2]);
  for (const n of [1, 2, 3]) narrow.open(n);
  await wide.running(3);
  for (const n of [1, 2, 3]) wide.open(n);
  await w.stop();
  expect((await queue.list({ state: 'completed' })).length).toBe(6);
});

test('a cancel in the same process fires the signal at once, and nothing overwrites it', async () => {
  await using t = await testDatabase();
  const { queue, worker, lines } = workbench(t);
  const g = gated();
  const w = worker([g.kind]);
  w.start();
  const { id } = await queue.enqueue(g.kind, { n: 1 });
  await g.running(1);
  await queue.cancel(id);
  expect(g.heard).toEqual([expect.stringMatching('canceled')]);
  await w.stop();
  expect((await queue.get(id))?.job).toMatchObject({ state: 'canceled', lastError: null });
  expect(lines.map((l) => l.fields.ending)).toEqual(['canceled']);
});

test('a cancel by another process is heard with the next heartbeat', async () => {
  await using t = await testDatabase();
  const { queue, worker, clock } = workbench(t);
  const g = gated();
  const w = worker([g.kind]);
  w.start();
  const { id } = await queue.enqueue(g.kind, { n: 1 });
  await g.running(1);
  await workbench(t).queue.cancel(id);
  expect(g.heard).toEqual([]);
  clock.advance(30_000);
  await settled(async () => g.heard.length > 0);
  expect(g.heard[0]).toMatch('canceled');
  await w.stop();
  expect((await queue.get(id))?.job.state).toBe('canceled');
});

test('heartbeats show life while a job runs', async () => {
  await using t = await testDatabase();
  const { queue, worker, clock } = workbench(t);
  const g = gated();
  const w = worker([g.kind]);
  w.start();
  const { id } = await queue.enqueue(g.kind, { n: 1 });
  await g.running(1);
  const first = (await queue.get(id))?.job.heartbeatAt;
  clock.advance(30_000);
  await settled(async () => (await queue.get(id))?.job.heartbeatAt !== first);
  expect((await queue.get(id))?.job.heartbeatAt).toBe(clock.now());
  g.open(1);
  await w.stop();
});

test('a worker that comes to hold a job again which it had lost shows life for the second run, not for the first', async () => {
  await using t = await testDatabase();
  const { queue, worker, clock, db } = workbench(t);
  const g = gated();
  const w = worker([g.kind]);
  w.start();
  const { id } = await queue.enqueue(g.kind, { n: 1 });
  await g.running(1);
  // Somebody took it for dead.
  await db.write((tx) =>
    tx.run("update jobs set state = 'queued', claim_token = null, heartbeat_at = null where id = $1", [id]),
  );
  queue.signals.ready(0);
  await g.running(2);
  clock.advance(30_000);
  await settled(async () => g.heard.length > 0);
  const beat = (await queue.get(id))?.job.heartbeatAt;
  clock.advance(30_000);
  await settled(async () => (await queue.get(id))?.job.heartbeatAt !== beat);
  expect((await queue.get(id))?.job).toMatchObject({ state: 'running', heartbeatAt: clock.now() });
  g.open(1);
  await settled(async () => (await queue.get(id))?.job.state === 'completed');
  expect(g.heard).toHaveLength(1);
  await w.stop();
});

test('a job that takes too long is aborted and tried again', async () => {
  await using t = await testDatabase();
  const { queue, worker, clock } = workbench(t);
  const g = gated('test.slow', { timeoutMs: 5_000 });
  const w = worker([g.kind]);
  w.start();
  const { id } = await queue.enqueue(g.kind, { n: 1 });
  await g.running(1);
  clock.advance(5_000);
  await w.stop();
  expect(g.heard).toEqual([expect.stringMatching('too long')]);
  expect((await queue.get(id))?.job).toMatchObject({
    state: 'queued',
    attempts: 1,
    lastError: 'transient queue.timeout: It took longer than 5000 ms',
  });
});

test('a handler that does not listen to its signal loses its place all the same', async () => {
  await using t = await testDatabase();
  const { queue, worker, clock } = workbench(t);
  let begun = () => {};
  const begin = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const deaf = kindOf('test.deaf', () => new Promise(() => begun()), { timeoutMs: 5_000 });
  const w = worker([deaf], { concurrency: 1 });
  w.start();
  const { id } = await queue.enqueue(deaf, { n: 1 });
  await begin;
  clock.advance(5_000);
  expect(w.running).toBe(1);
  clock.advance(5_000);
  expect(w.running).toBe(0);
  await w.stop();
  expect((await queue.get(id))?.job).toMatchObject({ state: 'queued', attempts: 1 });
});

test('stopping lets jobs finish within the grace time, then puts the rest back with the attempt not counted', async () => {
  await using t = await testDatabase();
  const { queue, worker, clock, lines } = workbench(t);
  const g = gated();
  const w = worker([g.kind], { concurrency: 2 });
  w.start();
  const made = await queue.enqueueMany(g.kind, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  await g.running(2);
  const stopped = w.stop({ graceMs: 30_000 });
  expect(w.stop()).toBe(stopped);
  g.open(1);
  await settled(async () => (await queue.list({ state: 'completed' })).length === 1);
  expect(g.heard).toEqual([]);
  clock.advance(30_000);
  await stopped;
  expect(g.heard).toEqual([expect.stringMatching('stopping')]);
  expect(g.started).toEqual([1, 2]);
  const jobs = await Promise.all(made.map(async ({ id }) => (await queue.get(id))?.job));
  expect(jobs.map((j) => [j?.state, j?.attempts])).toEqual([
    ['completed', 1],
    ['queued', 0],
    ['queued', 0],
  ]);
  expect(lines.map((l) => l.fields.ending)).toEqual(['completed', 'released']);
  await expect(w.drain()).rejects.toThrow('stopped');
});

test('claims that were taken ahead go back when there is no place for them, and when the worker stops', async () => {
  await using t = await testDatabase();
  const bench = workbench(t);
  const { queue, worker, clock } = bench;
  const g = gated('test.slow');
  const quick = kindOf('test.quick', async () => clock.advance(1));
  const w = worker([g.kind, quick], { concurrency: 2 });
  await queue.enqueueMany(
    quick,
    Array.from({ length: 400 }, (_, n) => ({ n })),
    { priority: -1 },
  );
  await queue.enqueueMany(
    g.kind,
    Array.from({ length: 100 }, (_, n) => ({ n })),
  );
  w.start();
  await g.running(2);
  const held = (await queue.stats()).types.find((s) => s.type === 'test.slow')?.running ?? 0;
  expect(held).toBeGreaterThan(2);
  await settled(async () => {
    clock.advance(1_000);
    return (await queue.stats()).types.find((s) => s.type === 'test.slow')?.running === 2;
  });
  const waiting = await queue.list({ state: 'queued', limit: 200 });
  expect(waiting.length).toBe(98);
  expect(waiting.every((j) => j.attempts === 0)).toBe(true);
  for (const n of g.started) g.open(n);
  await w.stop();
});

test('a database that is away for a while costs no ending', async () => {
  await using t = await testDatabase();
  const bench = workbench(t);
  const { queue, clock, lines } = bench;
  const g = gated();
  let away = false;
  let refused = 0;
  const db: Db = {
    engine: t.db.engine,
    query: t.db.query,
    all: (...args) => t.db.all(...args),
    run: (...args) => t.db.run(...args),
    onForeignCommit: () => () => {},
    close: async () => {},
    write: (work) => {
      if (!away) return t.db.write(work);
      refused++;
      return Promise.reject(new AppError('transient', 'db.away', 'away'));
    },
  };
  const w = bench.worker([g.kind], { db });
  w.start();
  const [one, two] = await queue.enqueueMany(g.kind, [{ n: 1 }, { n: 2 }]);
  await g.running(2);
  away = true;
  g.open(1);
  g.open(2);
  await settled(async () => refused > 0);
  await queue.cancel(two?.id ?? '');
  for (let i = 0; i < 8; i++) {
    const before = refused;
    clock.advance(15_000);
    await settled(async () => refused > before);
  }
  away = false;
  clock.advance(15_000);
  await settled(async () => (await queue.get(one?.id ?? ''))?.job.state === 'completed');
  expect((await queue.get(one?.id ?? ''))?.job.result).toBe('done 1');
  expect((await queue.get(two?.id ?? ''))?.job).toMatchObject({ state: 'canceled', result: null });
  expect(lines.some((l) => l.message === 'the queue could not reach its database')).toBe(true);
  await w.stop();
});

test('an ending that the database refuses fails its own job and no other', async () => {
  await using t = await testDatabase();
  const { queue, worker } = workbench(t);
  const g = kindOf('test.any', async (_, { n }) => `result ${n}`);
  await t.db.write((tx) =>
    tx.run(`create trigger refuse before update on jobs when new.result_json = '"result 2"'
      begin select raise(abort, 'refused'); end`),
  );
  await queue.enqueueMany(g, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  const w = worker([g]);
  w.start();
  await settled(async () => (await queue.list({ state: 'completed' })).length === 2);
  await settled(async () => (await queue.list({ state: 'failed' })).length === 1);
  expect(await queue.list({ state: 'failed' })).toMatchObject([
    { payload: { n: 2 }, failureKind: 'fatal', lastError: expect.stringMatching('queue.not-recorded') },
  ]);
  await w.stop();
});

test('draining rejects when the database fails', async () => {
  await using t = await testDatabase();
  const { queue, worker } = workbench(t);
  const plain = kindOf('test.plain');
  await queue.enqueue(plain, { n: 1 });
  await t.db.write((tx) => tx.run('alter table jobs rename to gone'));
  await expect(worker([plain]).drain()).rejects.toThrow(/jobs/);
});
