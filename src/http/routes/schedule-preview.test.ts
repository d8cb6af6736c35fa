import { expect, test } from 'vitest';
import { testApp } from '#test/kit/test-app.ts';

const preview = (cron: string, timeZone: string, rest = ''): string =>
  `/api/schedules/preview?cron=${encodeURIComponent(cron)}&timeZone=${encodeURIComponent(timeZone)}${rest}`;

test('a cron is told in words and in the times of its zone, before it is stored', async () => {
  await using app = await testApp();
  const api = await app.serve();
  const { status, json } = await api.call('GET', preview('0 7 * * MON-FRI', 'Europe/Berlin', '&n=3'));
  expect(status).toBe(200);
  expect(json.description).toBe('At 07:00 on Monday to Friday');
  expect(json.next).toHaveLength(3);
  const inBerlin = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    hour: '2-digit',
    minute: '2-digit',
  });
  for (const at of json.next) expect(inBerlin.format(new Date(at))).toBe('07:00');
  expect((await api.call('GET', '/api/schedules')).json.items).not.toContainEqual(
    expect.objectContaining({ own: false }),
  );
});

test('a cron or a zone that cannot be read is refused with what to write instead', async () => {
  await using app = await testApp();
  const api = await app.serve();
  const cron = await api.call('GET', preview('99 7 * * *', 'UTC'));
  expect(cron).toMatchObject({ status: 422, json: { code: 'schedule.bad-cron', help: expect.any(String) } });
  const zone = await api.call('GET', preview('0 7 * * *', 'Mars/Olympus'));
  expect(zone).toMatchObject({ status: 422, json: { code: 'schedule.bad-zone', help: expect.any(String) } });
});
