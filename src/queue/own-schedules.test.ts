import { expect, test } from 'vitest';
import { toInstant } from '#std/time.ts';
import { onEveryDatabase, testDatabase } from '#test/kit/databases.ts';
import { ensureOwnSchedules, type OwnSchedule } from './own-schedules.ts';
import { createSchedules } from './schedules.ts';
import { kindOf, workbench } from './workbench.suite.ts';

const sweep = kindOf('own.sweep', async () => {}, { keepCompleted: false });
const prune = kindOf('own.prune');

const own = (job: OwnSchedule['job'], cron: string): OwnSchedule => ({
  job,
  cron,
  timeZone: 'UTC',
  payload: { n: 1 },
  missed: 'run_once',
});

onEveryDatabase("The program's own schedules", (fresh) => {
  test('are added, corrected and removed as the list says; a paused one stays paused', async () => {
    await using t = await fresh();
    const { db, clock, newId, queue } = workbench(t);
    const ports = { db, clock, newId, signals: queue.signals };
    const schedules = createSchedules({ db, clock, newId, queue, kinds: async () => [sweep, prune] });
    const stored = async () =>
      (await schedules.list({ userId: 'owner', own: true })).map((s) => [s.type, s.cron, s.enabled]);

    await Promise.all(
      [1, 2, 3].map(() => ensureOwnSchedules(ports, [own(sweep, '* * * * *'), own(prune, '17 * * * *')])),
    );
    expect((await stored()).sort()).toEqual([
      ['own.prune', '17 * * * *', true],
      ['own.sweep', '* * * * *', true],
    ]);
    const [first] = await schedules.list({ userId: 'owner', own: true });
    await schedules.pause(first?.id ?? '');
    await expect(schedules.remove(first?.id ?? '')).rejects.toMatchObject({ code: 'schedule.own' });
    await expect(schedules.change(first?.id ?? '', { cron: '1 1 * * *' })).rejects.toMatchObject({
      code: 'schedule.own',
    });
    await ensureOwnSchedules(ports, [own(sweep, '*/5 * * * *'), own(prune, '18 * * * *')]);
    expect((await stored()).sort()).toEqual([
      ['own.prune', '18 * * * *', first?.type === 'own.sweep'],
      ['own.sweep', '*/5 * * * *', first?.type === 'own.prune'],
    ]);
    await schedules.add({
      job: prune,
      payload: { n: 2 },
      cron: '18 * * * *',
      timeZone: 'UTC',
      userId: 'owner',
    });
    await ensureOwnSchedules(ports, [own(prune, '18 * * * *')]);
    expect((await stored()).map(([type]) => type)).toEqual(['own.prune', 'own.prune']);
    expect(await schedules.list({ userId: 'owner' })).toHaveLength(1);
  });

  test('that the program no longer has take with them what they had begun, and leave all else', async () => {
    await using t = await fresh();
    const { db, clock, newId, queue, worker: makeWorker } = workbench(t);
    const ports = { db, clock, newId, signals: queue.signals };
    await ensureOwnSchedules(ports, [own(sweep, '* * * * *'), own(prune, '* * * * *')]);
    const other = await queue.enqueue(sweep, { n: 9 });
    const scheduler = makeWorker([kindOf('own.sweep', async () => Promise.reject(new Error('x'))), prune]);
    clock.advance(60_000);
    await scheduler.drain();
    await ensureOwnSchedules(ports, [own(prune, '* * * * *')]);
    const states = (await queue.list()).map((job) => [job.type, job.state, job.id === other.id]);
    expect(states.sort()).toEqual([
      ['own.prune', 'completed', false],
      ['own.sweep', 'canceled', false],
      ['own.sweep', 'queued', true],
    ]);
    await scheduler.stop();
  });

  test('what they make leaves no completed jobs behind, but failed ones', async () => {
    await using t = await fresh();
    let broken = false;
    const kinds = [
      kindOf(
        'own.sweep',
        async () => {
          if (broken) throw new Error('broken');
        },
        { keepCompleted: false },
      ),
    ];
    const { db, clock, newId, queue, worker: makeWorker } = workbench(t);
    await ensureOwnSchedules(
      { db, clock, newId, signals: queue.signals },
      kinds.map((k) => own(k, '* * * * *')),
    );
    const worker = makeWorker(kinds);
    const ended: number[] = [];
    for (let minute = 0; minute < 5; minute++) {
      clock.advance(60_000);
      const { completed } = await worker.drain();
      ended.push(completed);
    }
    expect(ended).toEqual([1, 1, 1, 1, 1]);
    expect(await queue.list()).toEqual([]);
    broken = true;
    clock.advance(60_000);
    await worker.drain();
    await worker.stop();
    expect(await queue.list()).toMatchObject([
      {
        type: 'own.sweep',
        lastError: 'Error: broken',
        idempotencyKey: expect.stringContaining(toInstant(clock.ms())) as unknown,
      },
    ]);
  });
});

test('many forgotten and kept completions are recorded together', async () => {
  await using t = await testDatabase('memory');
  const kinds = [kindOf('own.gone', async () => {}, { keepCompleted: false }), kindOf('own.kept')] as const;
  const { queue, worker: makeWorker } = workbench(t);
  for (const kind of kinds)
    await queue.enqueueMany(
      kind,
      Array.from({ length: 20 }, (_, n) => ({ n })),
    );
  const worker = makeWorker(kinds);
  expect(await worker.drain()).toMatchObject({ completed: 40, lost: 0 });
  await worker.stop();
  const left = await queue.list({ limit: 100 });
  expect(left.map((job) => `${job.type} ${job.state}`)).toEqual(Array(20).fill('own.kept completed'));
});
