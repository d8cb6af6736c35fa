import { expect, test } from 'vitest';
import { createSchedules } from '#queue/schedules.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { composeJob } from './compose.job.ts';
import { ensureDigestSchedule } from './default-schedule.ts';
import { type Reader, reader } from './testing.ts';

const portsOf = (r: Reader) => ({
  ...r.ports,
  schedules: createSchedules({ ...r.ports, kinds: async () => [composeJob] }),
});

const of = (userId: string, cron = '0 8 * * *') => ({ userId, cron, timeZone: 'Europe/Berlin' });

onEveryDatabase('The digest schedule of the settings', (fresh) => {
  test('is made once in the life of a user, however many processes start', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    const ports = portsOf(r);
    const made = await Promise.all([1, 2, 3].map(() => ensureDigestSchedule(ports, of(r.userId))));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await ports.schedules.list({ userId: r.userId })).toMatchObject([
      {
        type: 'digest.compose',
        cron: '0 8 * * *',
        timeZone: 'Europe/Berlin',
        enabled: true,
        missed: 'run_once',
      },
    ]);
  });

  test('stays as the user changed it, and stays away once it was removed', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    const ports = portsOf(r);
    await ensureDigestSchedule(ports, of(r.userId));
    const [schedule] = await ports.schedules.list({ userId: r.userId });
    await ports.schedules.change(schedule?.id ?? '', { cron: '30 18 * * 1-5' });
    expect(await ensureDigestSchedule(ports, of(r.userId))).toBe(false);
    expect(await ports.schedules.list({ userId: r.userId })).toMatchObject([{ cron: '30 18 * * 1-5' }]);
    await ports.schedules.remove(schedule?.id ?? '');
    expect(await ensureDigestSchedule(ports, of(r.userId, '0 9 * * *'))).toBe(false);
    expect(await ports.schedules.list({ userId: r.userId })).toEqual([]);
  });

  test('is not added to one that the user has made already', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    const ports = portsOf(r);
    await ports.schedules.add({ job: composeJob, payload: {}, ...of(r.userId, '0 7 * * *') });
    expect(await ensureDigestSchedule(ports, of(r.userId))).toBe(false);
    expect(await ports.schedules.list({ userId: r.userId })).toMatchObject([{ cron: '0 7 * * *' }]);
  });

  test('names the setting when that holds no cron', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    await expect(ensureDigestSchedule(portsOf(r), of(r.userId, '99 8 * * *'))).rejects.toMatchObject({
      code: 'digests.bad-schedule',
      message: expect.stringMatching(/^digest\.default_schedule: /),
    });
  });
});
