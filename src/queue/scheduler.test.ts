import { expect, test } from 'vitest';
import { z } from 'zod';
import { toMs } from '#std/time.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { defineJob } from './define.ts';
import { add, madeFor, setUp, USER } from './schedule-bench.suite.ts';
import { kindOf } from './workbench.suite.ts';

const DAY_MS = 86_400_000;

onEveryDatabase('Schedules', (fresh) => {
  test('a due schedule makes one job, and moves on in the same transaction', async () => {
    await using t = await fresh();
    const s = setUp(t);
    const made = await add(s, '30 9 * * *');
    expect(made.nextRunAt).toBe('2026-01-15T09:30:00.000Z');
    const scheduler = s.scheduler();
    await scheduler.look();
    expect(await madeFor(s)).toEqual([]);
    s.clock.advance(30 * 60_000);
    await scheduler.look();
    await scheduler.look();
    const [job] = await s.queue.list({ limit: 10 });
    expect(await madeFor(s)).toEqual(['2026-01-15T09:30']);
    expect(job).toMatchObject({ type: 'test.tick', scheduleId: made.id, userId: USER, maxAttempts: 10 });
    expect(await s.schedules.get(made.id)).toMatchObject({
      nextRunAt: '2026-01-16T09:30:00.000Z',
      lastRunAt: '2026-01-15T09:30:00.000Z',
      lastJobId: job?.id,
      lastError: null,
    });
  });

  test('handlers learn for which time they were made, and null when somebody ran it by hand', async () => {
    await using t = await fresh();
    const seen: (string | null)[] = [];
    const kinds = [kindOf('test.tick', async (ctx) => void seen.push(ctx.scheduledFor))];
    const s = setUp(t, kinds);
    const made = await add(s, '30 9 * * *');
    const worker = s.worker(kinds);
    s.clock.advance(3 * 3_600_000);
    await worker.drain();
    const id = await s.schedules.runNow(made.id);
    await worker.drain();
    await worker.stop();
    expect(seen).toEqual(['2026-01-15T09:30:00.000Z', null]);
    expect((await s.schedules.get(made.id))?.lastJobId).toBe(id);
  });

  test('runs that were slept through are caught up by one, or skipped', async () => {
    await using t = await fresh();
    const s = setUp(t);
    const once = await add(s, '0 7 * * *');
    const skip = await add(s, '0 8 * * *', { missed: 'skip' });
    const often = await add(s, '*/5 * * * *', { missed: 'skip' });
    s.clock.advance(3 * DAY_MS + 30_000);
    await s.scheduler().look();
    expect(await madeFor(s)).toEqual(['2026-01-18T07:00', '2026-01-18T09:00']);
    const runsOf = async (id: string) => await s.schedules.get(id);
    expect(await runsOf(once.id)).toMatchObject({ nextRunAt: '2026-01-19T07:00:00.000Z' });
    expect(await runsOf(skip.id)).toMatchObject({ nextRunAt: '2026-01-19T08:00:00.000Z', lastRunAt: null });
    // The latest of its times was half a minute ago: that one was not missed.
    expect(await runsOf(often.id)).toMatchObject({ nextRunAt: '2026-01-18T09:05:00.000Z' });
  });

  test('a clock that is set forward brings one run and no burst; set back, what lies too far ahead comes closer', async () => {
    await using t = await fresh();
    const s = setUp(t);
    const made = await add(s, '*/10 * * * *');
    const scheduler = s.scheduler();
    await scheduler.look();
    s.clock.set(s.clock.ms() + 30 * DAY_MS + 1);
    await scheduler.look();
    expect(await madeFor(s)).toEqual(['2026-02-14T09:00']);
    expect((await s.schedules.get(made.id))?.nextRunAt).toBe('2026-02-14T09:10:00.000Z');
    s.clock.set(toMs('2026-01-15T09:12:00.000Z'));
    await scheduler.look();
    expect((await s.schedules.get(made.id))?.nextRunAt).toBe('2026-01-15T09:20:00.000Z');
    s.clock.set(toMs('1970-01-01T00:01:00.000Z'));
    await scheduler.look();
    expect((await s.schedules.get(made.id))?.nextRunAt).toBe('1970-01-01T00:10:00.000Z');
    expect(await madeFor(s)).toHaveLength(1);
  });

  test('what the wrong clock of another machine moved too far ahead comes closer within minutes', async () => {
    await using t = await fresh();
    const s = setUp(t);
    const { id } = await add(s, '0 10 * * *');
    const scheduler = s.scheduler();
    await scheduler.look();
    await t.db.run('update schedules set next_run_at = $1', ['2026-01-20T10:00:00.000Z']);
    s.clock.set(s.clock.ms() + 60_000);
    await scheduler.look();
    expect((await s.schedules.get(id))?.nextRunAt).toBe('2026-01-20T10:00:00.000Z');
    s.clock.set(s.clock.ms() + 10 * 60_000);
    await scheduler.look();
    expect((await s.schedules.get(id))?.nextRunAt).toBe('2026-01-15T10:00:00.000Z');
  });

  test('a time that comes again after the clock was set back is not run again', async () => {
    await using t = await fresh();
    const s = setUp(t);
    await add(s, '0 10 * * *');
    const scheduler = s.scheduler();
    s.clock.set(toMs('2026-01-15T10:00:00.500Z'));
    await scheduler.look();
    s.clock.set(toMs('2026-01-15T09:59:00.000Z'));
    await scheduler.look();
    s.clock.set(toMs('2026-01-15T10:00:01.000Z'));
    await scheduler.look();
    expect(await madeFor(s)).toEqual(['2026-01-15T10:00']);
  });

  test('a paused schedule makes nothing, and catches nothing up when it goes on', async () => {
    await using t = await fresh();
    const s = setUp(t);
    const made = await add(s, '*/10 * * * *');
    expect(await s.schedules.pause(made.id)).toMatchObject({ enabled: false, nextRunAt: null });
    s.clock.advance(DAY_MS);
    const scheduler = s.scheduler();
    await scheduler.look();
    expect(await s.schedules.countOverdue()).toBe(0);
    expect(await s.schedules.resume(made.id)).toMatchObject({
      enabled: true,
      nextRunAt: '2026-01-16T09:10:00.000Z',
    });
    await scheduler.look();
    expect(await madeFor(s)).toEqual([]);
    s.clock.advance(600_000);
    await scheduler.look();
    expect(await madeFor(s)).toEqual(['2026-01-16T09:10']);
  });

  test('after a restart the next process goes on where the last one ended', async () => {
    await using t = await fresh();
    const s = setUp(t);
    await add(s, '0 * * * *');
    s.clock.advance(3_600_000);
    await s.scheduler().look();
    s.clock.advance(1_800_000);
    await s.scheduler().look();
    expect(await madeFor(s)).toEqual(['2026-01-15T10:00']);
    s.clock.advance(1_800_000);
    await s.scheduler().look();
    expect(await madeFor(s)).toEqual(['2026-01-15T10:00', '2026-01-15T11:00']);
  });

  test('one schedule a user, type and cron; a change may not make two alike', async () => {
    await using t = await fresh();
    const s = setUp(t);
    await add(s, '0 7 * * MON');
    await expect(add(s, '00  7 * * mon')).rejects.toMatchObject({
      kind: 'conflict',
      code: 'schedule.exists',
    });
    await add(s, '0 7 * * MON', { userId: 'user-2' });
    const other = await add(s, '0 8 * * MON');
    await expect(s.schedules.change(other.id, { cron: '0 7 * * MON' })).rejects.toMatchObject({
      code: 'schedule.exists',
    });
    expect((await s.schedules.get(other.id))?.cron).toBe('0 8 * * MON');
    expect(await s.schedules.list({ userId: USER })).toHaveLength(2);
    const changed = await s.schedules.change(other.id, { timeZone: 'Asia/Kathmandu', cron: '0 9 * * *' });
    expect(changed).toMatchObject({ cron: '0 9 * * *', nextRunAt: '2026-01-16T03:15:00.000Z' });
    expect(s.schedules.next(changed, 2)).toEqual(['2026-01-16T03:15:00.000Z', '2026-01-17T03:15:00.000Z']);
    await s.schedules.remove(other.id);
    await expect(s.schedules.remove(other.id)).rejects.toMatchObject({ code: 'schedule.unknown' });
  });

  test('a wrong payload, cron or zone is refused when it is added', async () => {
    await using t = await fresh();
    const s = setUp(t);
    await expect(add(s, '0 7 * * *', { payload: { n: 'x' } })).rejects.toMatchObject({
      code: 'queue.bad-payload',
    });
    await expect(add(s, '0 7 30 2 *')).rejects.toMatchObject({ code: 'schedule.bad-cron' });
    await expect(add(s, '0 7 * * *', { timeZone: 'Mars' })).rejects.toMatchObject({
      code: 'schedule.bad-zone',
    });
    expect(await s.schedules.list({ userId: USER })).toEqual([]);
  });

  test('an add commits with the transaction that it is part of, or not at all', async () => {
    await using t = await fresh();
    const s = setUp(t);
    await expect(
      t.db.write(async (tx) => {
        await add(s, '0 7 * * *', { tx });
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await s.schedules.list({ userId: USER })).toEqual([]);
    await t.db.write((tx) => add(s, '0 7 * * *', { tx }));
    expect(await s.schedules.list({ userId: USER })).toHaveLength(1);
  });

  test('types that a worker does not know are left to others', async () => {
    await using t = await fresh();
    const s = setUp(t);
    const made = await add(s, '* * * * *');
    s.clock.advance(300_000);
    const stranger = setUp(t, [kindOf('test.other')], s);
    await stranger.scheduler().look();
    expect((await s.schedules.get(made.id))?.nextRunAt).toBe('2026-01-15T09:01:00.000Z');
    expect(await s.schedules.countOverdue()).toBe(1);
    await s.scheduler().look();
    expect(await madeFor(s)).toEqual(['2026-01-15T09:05']);
    expect(await s.schedules.countOverdue()).toBe(0);
  });

  test('a payload or zone that no longer fits is told once for each time, and not tried hotly', async () => {
    await using t = await fresh();
    const s = setUp(t);
    const payload = await add(s, '*/10 * * * *');
    const zone = await add(s, '5 * * * *');
    await t.db.write((tx) =>
      tx.run("update schedules set time_zone = 'Mars/Olympus' where id = $1", [zone.id]),
    );
    const stricter = defineJob({
      type: 'test.tick',
      payload: z.strictObject({ other: z.string() }),
      run: async () => {},
    });
    const other = setUp(t, [stricter], s);
    const scheduler = other.scheduler();
    s.clock.advance(600_000);
    await scheduler.look();
    await scheduler.look();
    expect(await madeFor(s)).toEqual([]);
    const errors = s.lines.filter((line) => line.level === 'error');
    expect(errors.map((line) => line.fields.schedule).sort()).toEqual([payload.id, zone.id].sort());
    expect(await s.schedules.get(payload.id)).toMatchObject({
      nextRunAt: '2026-01-15T09:20:00.000Z',
      lastError: expect.stringContaining('queue.bad-payload') as unknown,
    });
    expect(await s.schedules.get(zone.id)).toMatchObject({
      nextRunAt: null,
      lastError: expect.stringContaining('Mars/Olympus') as unknown,
    });
    expect(await s.schedules.countOverdue()).toBe(2);
    expect(s.schedules.next({ cron: '5 * * * *', timeZone: 'Mars/Olympus' }, 3)).toEqual([]);
    await s.schedules.change(zone.id, { timeZone: 'UTC' });
    expect(await s.schedules.get(zone.id)).toMatchObject({
      nextRunAt: '2026-01-15T10:05:00.000Z',
      lastError: null,
    });
  });

  test('a last run that failed for good makes its schedule overdue', async () => {
    await using t = await fresh();
    const failing = kindOf('test.tick', async () => {
      throw new Error('no');
    });
    const s = setUp(t, [failing]);
    const made = await add(s, '0 10 * * *');
    s.clock.advance(3_600_000);
    const worker = s.worker([failing]);
    for (let i = 0; i < 10; i++) {
      await worker.drain();
      s.clock.advance(400_000);
    }
    await worker.stop();
    const schedule = await s.schedules.get(made.id);
    const last = (await s.schedules.lastJobs(schedule ? [schedule] : [])).get(schedule?.lastJobId ?? '');
    expect(last).toMatchObject({ state: 'failed', error: 'Error: no' });
    expect(await s.schedules.countOverdue()).toBe(1);
  });

  test('a run in the skipped hour comes at the jump, one in the repeated hour once', async () => {
    await using t = await fresh();
    const s = setUp(t);
    await add(s, '30 2 * * *', { timeZone: 'Europe/Berlin' });
    const scheduler = s.scheduler();
    const through = async (from: string, hours: number) => {
      s.clock.set(toMs(from));
      await scheduler.look();
      for (let i = 0; i < hours * 4; i++) {
        s.clock.advance(15 * 60_000);
        await scheduler.look();
      }
    };
    await through('2026-03-28T12:00:00.000Z', 24);
    await through('2026-10-24T12:00:00.000Z', 24);
    // What lay between the two is one run that was missed.
    expect(await madeFor(s)).toEqual(
      [
        '2026-01-16T01:30',
        '2026-03-28T01:30',
        '2026-03-29T01:00',
        '2026-10-24T00:30',
        '2026-10-25T00:30',
      ].slice(1),
    );
  });
});
