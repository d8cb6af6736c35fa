import { describe, expect, test } from 'vitest';
import { openDatabase } from '#db/open.ts';
import { systemClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import { onEveryDatabase, type TestDatabase, testDatabase } from '#test/kit/databases.ts';
import type { JobKind } from './define.ts';
import { createQueue } from './queue.ts';
import { Worker } from './runner.ts';
import { add, madeFor, setUp, tick, USER } from './schedule-bench.suite.ts';
import { Scheduler } from './scheduler.ts';
import { createSchedules } from './schedules.ts';
import { kindOf, type Workbench } from './workbench.suite.ts';

onEveryDatabase('Schedules of several workers', (fresh, kind) => {
  test('many workers fire each due time once', async () => {
    await using t = await fresh();
    const s = setUp(t);
    for (let i = 0; i < 30; i++)
      await add(s, `*/${(i % 29) + 1} * * * *`, i === 29 ? { userId: 'user-2' } : {});
    const opened = kind === 'memory' ? [] : await Promise.all([1, 2, 3].map(() => another(t.url)));
    const others = opened.map((db) => schedulerOn(db, s));
    try {
      const all = [s.scheduler(), s.scheduler(), ...others];
      for (let minute = 1; minute <= 5; minute++) {
        s.clock.advance(60_000);
        await Promise.all(all.map((one) => one.look()));
        // What one left to another that held it is fired by now.
        await all[0]?.look();
      }
      const jobs = await s.queue.list({ limit: 1_000 });
      const keys = jobs.map((job) => job.idempotencyKey);
      expect(new Set(keys).size).toBe(keys.length);
      const expected = Array.from({ length: 30 }, (_, i) => Math.floor(5 / ((i % 29) + 1)));
      expect(jobs.length).toBe(expected.reduce((a, b) => a + b, 0));
    } finally {
      for (const db of opened) await db.close();
    }
  });

  test('a started worker runs what is due without being asked, and at once what was added', async () => {
    await using t = await fresh();
    let ran: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      ran = resolve;
    });
    const kinds = [kindOf('test.tick', async () => ran())];
    const s = setUp(t, kinds);
    const worker = s.worker(kinds);
    worker.start();
    await add(s, '1 9 * * *');
    // Its timer is set when it has looked.
    await worker.drain();
    s.clock.advance(60_001);
    await first;
    await worker.stop();
    expect(await madeFor(s)).toEqual(['2026-01-15T09:01']);
  });
});

describe.each(['file', 'postgres'] as const)('Four started workers on %s', (kind) => {
  test('run what another process put on a schedule when its time comes, once', async () => {
    await using t = await testDatabase(kind);
    const ran: (string | null)[] = [];
    let first: () => void = () => {};
    const done = new Promise<void>((resolve) => {
      first = resolve;
    });
    const kinds = [
      kindOf('test.tick', async (ctx) => {
        ran.push(ctx.scheduledFor);
        first();
      }),
    ];
    const opened = await Promise.all([1, 2, 3, 4].map(() => another(t.url)));
    const workers = opened.map((db) => startedWorker(db, kinds));
    // At the start they reckon anew what lies ahead, and would correct the time that is written below.
    for (const worker of workers) await worker.drain();
    const newId = idMaker(systemClock, systemRandom);
    const queue = createQueue({ db: t.db, clock: systemClock, newId });
    const schedules = createSchedules({
      db: t.db,
      clock: systemClock,
      newId,
      queue,
      kinds: async () => kinds,
    });
    const soon = toInstant(systemClock.ms() + 400);
    await t.db.write(async (tx) => {
      const { id } = await schedules.add({
        job: tick,
        payload: { n: 1 },
        cron: '0 0 1 1 *',
        timeZone: 'UTC',
        userId: USER,
        tx,
      });
      await tx.run('update schedules set next_run_at = $1 where id = $2', [soon, id]);
    });
    await done;
    // Whoever else would fire it has looked by the time that it stops.
    for (const worker of workers) await worker.drain();
    for (const worker of workers) await worker.stop();
    for (const db of opened) await db.close();
    expect(ran).toEqual([soon]);
    expect(await queue.list()).toHaveLength(1);
    const [schedule] = await schedules.list({ userId: USER });
    expect(schedule?.nextRunAt).toMatch(/-01-01T00:00:00.000Z$/);
  });
});

const startedWorker = (db: TestDatabase['db'], jobs: readonly JobKind<object>[]): Worker<object> => {
  const newId = idMaker(systemClock, systemRandom);
  const queue = createQueue({ db, clock: systemClock, newId });
  const worker = new Worker({ db, queue, clock: systemClock, random: systemRandom, newId, app: {}, jobs });
  worker.start();
  return worker;
};

const another = (url: string) => openDatabase({ url, clock: systemClock, random: systemRandom });

/** What another process with the same clock would have; its ids are its own. */
const schedulerOn = (db: TestDatabase['db'], { clock, log }: Workbench): Scheduler => {
  const queue = createQueue({ db, clock, newId: idMaker(clock, systemRandom) });
  return new Scheduler({ db, clock, queue, log, kinds: new Map([[tick.type, tick]]) });
};
