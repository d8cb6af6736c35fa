import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { toInstant, toMs } from '#std/time.ts';
import { DATABASE_KINDS, onEveryDatabase, testDatabase } from '#test/kit/databases.ts';
import { leaseClockOf, makeClaim } from './claim-store.ts';
import { heartbeat } from './lease-store.ts';
import { pruneJobs } from './prune.ts';
import { rescueDead, rescueStale, silentJobs } from './rescue.ts';
import { settle } from './settle-store.ts';
import { kindOf, type Workbench, workbench } from './workbench.suite.ts';
import { makeWorkerId } from './worker-id.ts';

const plain = kindOf('test.plain');

/** A claim by a worker that will never be heard of again. */
const abandon = (bench: Workbench, workerId: string, limit = 10) => {
  const { db, clock, newId } = bench;
  const { claim } = makeClaim(['test.plain'], db.engine, 'app');
  return db.write((tx) => claim(tx, { rooms: [limit], limit, token: newId(), workerId, now: clock.now() }));
};

const ports = (bench: Workbench, more: object = {}) => ({
  ...bench,
  hooks: {},
  signals: bench.queue.signals,
  lease: 'app' as const,
  ...more,
});

onEveryDatabase('Rescue', (fresh, kind) => {
  test('a job without a sign of life for two minutes is queued again, or failed when its attempts ran out', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock, lines } = bench;
    const again = await queue.enqueue(plain, { n: 1 });
    const last = await queue.enqueue(plain, { n: 2 }, { maxAttempts: 1 });
    await abandon(bench, 'elsewhere/x/1/a');
    clock.advance(119_999);
    expect(await rescueStale(ports(bench), 120_000)).toBe(0);
    clock.advance(2);
    expect(await rescueStale(ports(bench), 120_000)).toBe(2);
    const job = (await queue.get(again.id))?.job;
    expect(job).toMatchObject({ state: 'queued', attempts: 1, workerId: null, heartbeatAt: null });
    expect(job?.lastError).toMatch('queue.worker-gone');
    expect(toMs(job?.notBefore ?? '')).toBeGreaterThan(clock.ms() + 1_000);
    expect((await queue.get(last.id))?.job).toMatchObject({ state: 'failed', failureKind: 'exhausted' });
    expect(lines.map((l) => [l.level, l.fields.becomes]).sort()).toEqual([
      ['warn', 'failed'],
      ['warn', 'queued'],
    ]);
    expect(await rescueStale(ports(bench), 120_000)).toBe(0);
  });

  test('of several with one singleton key the oldest keeps it, whichever was claimed last', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { db, queue, clock } = bench;
    const older = await queue.enqueue(plain, { n: 1 }, { singletonKey: 'one' });
    const claimed = await abandon(bench, 'elsewhere/x/1/a');
    const newer = await queue.enqueue(plain, { n: 2 }, { singletonKey: 'one' });
    await abandon(bench, 'elsewhere/x/1/a');
    const back = { to: 'queued', atMs: clock.ms(), counted: false, error: null } as const;
    await db.write((tx) =>
      settle(
        tx,
        claimed.map((held) => ({ ...held, ending: back })),
        clock.now(),
      ),
    );
    expect(await abandon(bench, 'elsewhere/x/1/a')).toHaveLength(1);
    clock.advance(120_001);
    expect(await rescueStale(ports(bench), 120_000)).toBe(2);
    const keys = [older, newer].map(async ({ id }) => (await queue.get(id))?.job.singletonKey);
    expect(await Promise.all(keys)).toEqual(['one', null]);
  });

  test('a sign of life from a clock that was far ahead is none once a lease has passed without another', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock } = bench;
    const { id } = await queue.enqueue(plain, { n: 1 });
    clock.advance(86_400_000);
    await abandon(bench, 'elsewhere/x/1/a');
    clock.set(clock.ms() - 86_400_000);
    expect(await rescueStale(ports(bench), 120_000)).toBe(1);
    expect((await queue.get(id))?.job.state).toBe('queued');
    await abandon(bench, 'elsewhere/x/1/b');
    clock.set(clock.ms() - 119_000);
    expect(await rescueStale(ports(bench), 120_000)).toBe(0);
  });

  test('of the jobs that were silent before, those that gave a sign of life since are left, whatever the clock says', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock, db } = bench;
    const [gone, alive] = await queue.enqueueMany(plain, [{ n: 1 }, { n: 2 }]);
    const held = await abandon(bench, 'elsewhere/x/1/a');
    clock.advance(120_001);
    const silent = await silentJobs(ports(bench), 120_000);
    expect(silent.size).toBe(2);
    const beats = held.filter((job) => job.id === alive?.id);
    await db.write((tx) => heartbeat(tx, beats, { now: clock.now(), lease: 'app' }));
    clock.advance(3_600_000);
    expect(await rescueStale(ports(bench), 120_000, silent)).toBe(1);
    expect((await queue.get(gone?.id ?? ''))?.job.state).toBe('queued');
    expect((await queue.get(alive?.id ?? ''))?.job.state).toBe('running');
  });

  test('jobs of a process on this machine that died are taken back at once, those of others are left', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, random } = bench;
    const parts = makeWorkerId(random).split('/');
    parts[parts.length - 2] = String(spawnSync(process.execPath, ['-e', '']).pid);
    await queue.enqueueMany(plain, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await abandon(bench, parts.join('/'), 1);
    await abandon(bench, makeWorkerId(random), 1);
    await abandon(bench, 'elsewhere/x/1/a', 1);
    expect(await rescueDead(ports(bench))).toBe(1);
    expect((await queue.list({ state: 'queued' })).map((j) => j.payload)).toEqual([{ n: 1 }]);
  });

  test('a worker that starts looks for such jobs, and watches them for a heartbeat before it takes them', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock } = bench;
    const { id } = await queue.enqueue(plain, { n: 1 });
    await abandon(bench, 'elsewhere/x/1/a');
    clock.advance(121_000);
    const startedMs = clock.ms();
    const w = bench.worker([plain]);
    let rescued = false;
    queue.signals.onReady(() => {
      rescued = true;
    });
    w.start();
    while (!rescued) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!rescued) clock.advance(1_000);
    }
    expect(clock.ms() - startedMs).toBeGreaterThan(30_000);
    expect((await queue.get(id))?.job).toMatchObject({ state: 'queued', attempts: 1 });
    await w.stop();
  });

  test('finished jobs are deleted when their time is over, the others stay', async () => {
    await using t = await fresh();
    const bench = workbench(t);
    const { queue, clock, worker, db } = bench;
    const bad = kindOf('test.bad', async () => {
      throw new Error('x');
    });
    await queue.enqueueMany(
      plain,
      Array.from({ length: kind === 'remote' ? 20 : 1_200 }, (_, n) => ({ n })),
    );
    await queue.enqueue(bad, { n: 0 }, { maxAttempts: 1 });
    await worker([plain, bad], { ahead: 0 }).drain();
    await queue.enqueue(plain, { n: -1 }, { notBeforeMs: clock.ms() + 1e10 });
    clock.advance(7 * 86_400_000 - 1);
    expect(await pruneJobs({ db, clock })).toBe(0);
    await queue.enqueue(kindOf('test.late'), { n: -2 });
    clock.advance(2);
    expect(await pruneJobs({ db, clock })).toBe(kind === 'remote' ? 20 : 1_200);
    expect((await queue.list()).map((j) => j.type)).toEqual(['test.late', 'test.plain', 'test.bad']);
    clock.advance(24 * 86_400_000);
    expect(await pruneJobs({ db, clock })).toBe(1);
    expect((await queue.list()).map((j) => j.type)).toEqual(['test.late', 'test.plain']);
    expect(toInstant(clock.ms())).toBe(clock.now());
  });
});

const SHARED = DATABASE_KINDS.filter((kind) => kind === 'remote' || kind === 'postgres');

test.each(SHARED)(
  'on %s a lease is told by the clock of the database, whatever the machines think the time is',
  async (kind) => {
    await using t = await testDatabase(kind);
    const bench = workbench(t);
    const { queue, db, clock, newId } = bench;
    const { id } = await queue.enqueue(plain, { n: 1 });
    const { claim } = makeClaim(['test.plain'], db.engine, 'database');
    const request = { rooms: [1], limit: 1, token: newId(), workerId: 'elsewhere/x/1/a', now: clock.now() };
    const [held] = await db.write((tx) => claim(tx, request));
    if (!held) throw new Error('nothing claimed');
    const lease = ports(bench, { lease: 'database' });
    const beat = () => db.write((tx) => heartbeat(tx, [held], { now: clock.now(), lease: 'database' }));
    clock.advance(365 * 86_400_000);
    expect(await beat()).toEqual([]);
    expect((await queue.get(id))?.job.heartbeatAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await rescueStale(lease, 120_000)).toBe(0);
    await db.write((tx) => tx.run("update jobs set heartbeat_at = '2020-01-01T00:00:00.000Z'"));
    expect(await rescueStale(lease, 120_000)).toBe(1);
    expect(await beat()).toMatchObject([{ id }]);
    expect(leaseClockOf(db.engine)).toBe('database');
  },
);
