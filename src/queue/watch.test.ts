import { expect, test } from 'vitest';
import { JOB_POLL_MS, JOB_TALLY_KEEP_MS, JOB_TALLY_MS } from '#config/limits.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { noCounts } from './ending-counts.ts';
import { RetryableError } from './outcome.ts';
import { TallyKeeper } from './tally.ts';
import { watchQueue } from './watch.ts';
import { kindOf, workbench } from './workbench.suite.ts';

onEveryDatabase('Watching a queue', (fresh) => {
  test('a worker notes what it did only when that changed, and not all the time', async () => {
    await using t = await fresh();
    const { db, clock, log } = workbench(t);
    const keeper = new TallyKeeper({ db, clock, log }, 'host/space/1/a');
    const counts = noCounts();
    const rows = () => db.all<{ seen_at: string; completed: number }>('select * from job_workers');
    await keeper.note({ counts, running: 0 });
    expect(await rows()).toEqual([]);
    counts.completed = 2;
    counts.exhausted = 1;
    await keeper.note({ counts, running: 3 });
    const first = clock.now();
    expect(await rows()).toEqual([
      { worker_id: 'host/space/1/a', seen_at: first, started: 6, completed: 2, failed: 1, retried: 0 },
    ]);
    clock.advance(JOB_TALLY_MS - 1);
    counts.completed = 5;
    await keeper.note({ counts, running: 0 });
    expect((await rows())[0]?.seen_at).toBe(first);
    clock.advance(1);
    await keeper.note({ counts, running: 0 });
    expect(await rows()).toMatchObject([{ seen_at: clock.now(), completed: 5 }]);
    const second = clock.now();
    clock.advance(JOB_TALLY_MS);
    await keeper.note({ counts, running: 0 });
    expect((await rows())[0]?.seen_at).toBe(second);
    counts.retried = 1;
    await keeper.note({ counts, running: 0 }, { last: true });
    expect((await rows())[0]?.seen_at).toBe(clock.now());
  });

  test('what workers noted that are long gone is dropped by the next one', async () => {
    await using t = await fresh();
    const { db, clock, log } = workbench(t);
    const counts = { ...noCounts(), completed: 1 };
    await new TallyKeeper({ db, clock, log }, 'old').note({ counts, running: 0 });
    clock.advance(JOB_TALLY_KEEP_MS + 1);
    await new TallyKeeper({ db, clock, log }, 'new').note({ counts, running: 0 });
    expect(await db.all('select worker_id from job_workers')).toEqual([{ worker_id: 'new' }]);
  });

  test('rates come from what was made and what workers noted between two looks', async () => {
    await using t = await fresh();
    const { db, clock, log, queue } = workbench(t);
    const watch = watchQueue(db);
    const keeper = new TallyKeeper({ db, clock, log }, 'host/space/1/a');
    const counts = noCounts();
    const look = () => watch.look(clock.ms());
    counts.completed = 1_000;
    await keeper.note({ counts, running: 0 });
    clock.advance(1_000);
    expect((await look()).rates).toBeNull();
    // A long rest, in which nothing is noted: it must not thin out what comes after it.
    clock.advance(60_000);
    expect((await look()).rates).toMatchObject({ completed: 0, started: 0 });
    counts.completed = 1_300;
    counts.failed = 30;
    await queue.enqueueMany(kindOf('test.plain'), [{ n: 1 }, { n: 2 }]);
    await keeper.note({ counts, running: 0 });
    clock.advance(1_000);
    const busy = await look();
    const seconds = (JOB_TALLY_MS + JOB_POLL_MS) / 1000;
    expect(busy.rates).toEqual({
      completed: 300 / seconds,
      failed: 30 / seconds,
      started: 330 / seconds,
      retried: 0,
      enqueued: 2,
    });
    expect(busy.stats.types).toMatchObject([{ type: 'test.plain', ready: 2 }]);
    clock.advance(60_000);
    expect((await look()).rates).toMatchObject({ completed: 0, enqueued: 0 });
  });

  test('workers that hold jobs are named with their last sign of life', async () => {
    await using t = await fresh();
    const { db, clock, queue, worker } = workbench(t);
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const kind = kindOf('test.slow', async () => {
      begun.resolve();
      await held.promise;
    });
    await queue.enqueue(kind, { n: 1 });
    const w = worker([kind]);
    const drained = w.drain();
    await begun.promise;
    const { workers } = await watchQueue(db).look(clock.ms());
    expect(workers).toEqual([{ workerId: w.id, running: 1, heartbeatAt: clock.now() }]);
    held.resolve();
    await drained;
  });

  test('a worker notes by itself what it did, at the latest when it stops', async () => {
    await using t = await fresh();
    const { db, queue, worker } = workbench(t);
    const kind = kindOf('test.mixed', async (_, { n }) => {
      if (n === 2) throw new RetryableError('away');
    });
    await queue.enqueueMany(kind, [{ n: 1 }, { n: 2 }]);
    const w = worker([kind]);
    await w.drain();
    await w.stop();
    expect(await db.all('select started, completed, failed, retried from job_workers')).toEqual([
      { started: 2, completed: 1, failed: 0, retried: 1 },
    ]);
  });
});
