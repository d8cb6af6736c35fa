import { expect, test } from 'vitest';
import { createApiToken } from '#access/token-store.ts';
import { createUser } from '#access/user-store.ts';
import { ensureSchedules, SCHEDULES } from '#schedules.ts';
import { ManualClock } from '#std/clock.ts';
import { testApp } from '#test/kit/test-app.ts';

test('the owner sees the own schedules of the program and may pause them; nobody changes them or sees those of others', async () => {
  await using app = await testApp();
  const api = await app.serve();
  await ensureSchedules(app.app);
  const { items } = (await api.call('GET', '/api/schedules')).json;
  expect(items.filter((s: { own: boolean }) => s.own)).toHaveLength(SCHEDULES.length);
  const at = `/api/schedules/${items[0].id}`;
  expect(items[0]).toMatchObject({ own: true, timeZone: 'UTC', lastError: null });
  expect((await api.call('PATCH', at, { cron: '1 1 1 1 *' })).json.code).toBe('schedule.own');
  expect((await api.call('DELETE', at)).json.code).toBe('schedule.own');
  expect((await api.call('PATCH', at, { enabled: false })).json.enabled).toBe(false);
  await ensureSchedules(app.app);
  expect((await api.call('GET', at)).json.enabled).toBe(false);

  const mine = (await api.call('POST', '/api/schedules', { type: 'digest.compose', cron: '5 7 * * *' })).json;
  const { access } = app.app;
  const other = await createUser(access, {
    email: 'kim@marlow.example',
    displayName: 'Kim',
    timeZone: 'UTC',
  });
  const { token } = await createApiToken(access, { userId: other.id, name: 'kim', scopes: ['act'] });
  const theirs = { authorization: `Bearer ${token}`, cookie: '' };
  expect((await api.call('GET', '/api/schedules', undefined, theirs)).json.items).toEqual([]);
  for (const id of [mine.id, items[0].id]) {
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/run'],
      ['GET', '/next'],
    ] as const) {
      expect((await api.call(method, `/api/schedules/${id}${path}`, undefined, theirs)).status).toBe(404);
    }
  }
});

test("the program's own schedules run through a worker and leave no jobs behind", async () => {
  const clock = new ManualClock(Date.parse('2026-01-15T09:16:30.000Z'));
  await using app = await testApp({ clock });
  await ensureSchedules(app.app);
  for (let minute = 0; minute < 35; minute++) {
    clock.advance(60_000);
    await app.drain();
  }
  const all = await app.app.schedules.list({ userId: app.app.owner.id, own: true });
  const own = all.filter((s) => s.userId === null);
  expect(own.map((s) => [s.type, s.lastRunAt?.slice(11, 16)]).sort()).toEqual([
    ['access.prune-sessions', '09:47'],
    ['action.abandoned', '09:45'],
    ['labels.sync', '09:27'],
    ['queue.prune', '09:17'],
    ['sync.look', '09:50'],
    ['token.look', '09:42'],
    ['watch.renew', undefined],
  ]);
  const types = new Set((await app.app.queue.list({ limit: 200 })).map((job) => job.type));
  expect([...types]).toEqual(['sync']);
});

test('after a day off, one digest is made for the latest time that was missed, and none of the others', async () => {
  const clock = new ManualClock(Date.parse('2026-01-15T09:00:00.000Z'));
  await using app = await testApp({ clock, settings: { 'digest.default_schedule': '0 */6 * * *' } });
  await ensureSchedules(app.app);
  clock.set(clock.ms() + 86_400_000);
  await app.drain();
  const made = (await app.app.queue.list({ limit: 200 })).filter((job) => job.type === 'digest.compose');
  expect(made.map((job) => [job.state, job.idempotencyKey?.slice(-24)])).toEqual([
    ['completed', '2026-01-16T06:00:00.000Z'],
  ]);
});
