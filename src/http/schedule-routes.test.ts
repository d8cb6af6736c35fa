import { expect, test } from 'vitest';
import { ManualClock } from '#std/clock.ts';
import { testApp } from '#test/kit/test-app.ts';

test('a schedule is made, shown with what comes next, changed, run, paused and removed', async () => {
  const clock = new ManualClock();
  await using app = await testApp({ clock });
  const api = await app.serve();
  const made = await api.call('POST', '/api/schedules', {
    type: 'digest.compose',
    cron: '0 7 * * mon-fri',
    timeZone: 'Europe/Berlin',
  });
  expect(made).toMatchObject({
    status: 201,
    json: {
      type: 'digest.compose',
      title: 'Make a digest',
      cron: '0 7 * * MON-FRI',
      description: 'At 07:00 on Monday to Friday',
      timeZone: 'Europe/Berlin',
      enabled: true,
      missed: 'run_once',
      nextRunAt: '2026-01-16T06:00:00.000Z',
      lastRunAt: null,
      overdue: false,
      own: false,
    },
  });
  expect(made.json.next).toHaveLength(5);
  const at = `/api/schedules/${made.json.id}`;
  expect(
    await api.call('POST', '/api/schedules', { type: 'digest.compose', cron: '0 7 * * MON-FRI' }),
  ).toMatchObject({
    status: 409,
    json: { code: 'schedule.exists' },
  });
  expect((await api.call('GET', `${at}/next?n=2`)).json.next).toEqual([
    '2026-01-16T06:00:00.000Z',
    '2026-01-19T06:00:00.000Z',
  ]);
  const changed = await api.call('PATCH', at, { cron: '0 8 * * *', missed: 'skip' });
  expect(changed.json).toMatchObject({
    cron: '0 8 * * *',
    missed: 'skip',
    nextRunAt: '2026-01-16T07:00:00.000Z',
  });
  const ran = await api.call('POST', `${at}/run`);
  expect(ran.status).toBe(202);
  expect((await api.call('GET', at)).json).toMatchObject({
    lastJobId: ran.json.jobId,
    lastJobState: 'queued',
  });
  expect((await api.call('PATCH', at, { enabled: false })).json).toMatchObject({
    enabled: false,
    nextRunAt: null,
  });
  const { items, types } = (await api.call('GET', '/api/schedules')).json;
  expect(items.map((s: { id: string }) => s.id)).toEqual([made.json.id]);
  expect(types).toContainEqual({ type: 'digest.compose', title: 'Make a digest' });
  expect((await api.call('DELETE', at)).status).toBe(204);
  expect((await api.call('GET', at)).status).toBe(404);
});

test('what does not fit is refused with what is wrong', async () => {
  await using app = await testApp();
  const api = await app.serve();
  const refused = async (body: object) => {
    const { status, json } = await api.call('POST', '/api/schedules', { cron: '0 7 * * *', ...body });
    return [status, json.code];
  };
  expect(await refused({ type: 'queue.prune' })).toEqual([422, 'schedule.bad-type']);
  expect(await refused({ type: 'nothing.such' })).toEqual([422, 'schedule.bad-type']);
  expect(await refused({ type: 'digest.compose', cron: '0 7 30 2 *' })).toEqual([422, 'schedule.bad-cron']);
  expect(await refused({ type: 'digest.compose', timeZone: 'Mars' })).toEqual([422, 'schedule.bad-zone']);
  expect(await refused({ type: 'digest.compose', payload: { to: 5 } })).toEqual([422, 'queue.bad-payload']);
  expect((await app.app.schedules.list({ userId: app.app.owner.id })).length).toBe(0);
});

test('a schedule that is late, or failed when it last ran, is overdue', async () => {
  const clock = new ManualClock();
  await using app = await testApp({ clock });
  const api = await app.serve();
  const { id } = (await api.call('POST', '/api/schedules', { type: 'digest.compose', cron: '0 10 * * *' }))
    .json;
  const overdue = async () => (await api.call('GET', `/api/schedules/${id}`)).json.overdue;
  clock.set(clock.ms() + 3_600_000 + 119_000);
  expect(await overdue()).toBe(false);
  clock.set(clock.ms() + 2_000);
  expect(await overdue()).toBe(true);
  await app.drain();
  expect(await overdue()).toBe(false);
});
