import { expect, test } from 'vitest';
import { startFakeGmail } from './fake.ts';
import { clientOf } from './test-client.ts';

const ROBIN = 'robin@marlow.example';
const NOON = Date.UTC(2026, 0, 15, 12);

const open = async (behaviour: NonNullable<Parameters<typeof startFakeGmail>[0]>['behaviour'] = {}) => {
  const fake = await startFakeGmail({ users: [ROBIN], now: () => NOON, behaviour });
  const { gmail, call } = clientOf(fake, fake.grant(ROBIN).accessToken);
  const id = fake.deliver(ROBIN, 'Subject: x\n\ny');
  return { fake, gmail, call, id, [Symbol.asyncDispose]: () => fake.close() };
};

test.each([
  ['new' as const, 20],
  ['old' as const, 5],
])('the %s list charges %i units for messages.get', async (prices, units) => {
  await using box = await open({ prices });
  await box.gmail(`messages/${box.id}`);
  expect(box.fake.quota.used(ROBIN)).toMatchObject({ total: units, lastMinute: units, refused: 0 });
});

test('what is above the units of a minute is refused at no charge, both ways in turn, until the minute is over', async () => {
  await using box = await open({ unitsPerMinute: 40, quotaRetryAfterS: 7 });
  const get = () => box.gmail(`messages/${box.id}?format=minimal`);
  const statuses: number[] = [];
  for (let n = 0; n < 4; n++) statuses.push((await get()).status);
  expect(statuses).toEqual([200, 200, 403, 429]);
  const refused = await get();
  expect(refused.headers.get('retry-after')).toBe('7');
  expect(refused.json.error.errors[0]).toMatchObject({
    domain: 'usageLimits',
    reason: 'userRateLimitExceeded',
  });
  expect(box.fake.quota.used(ROBIN)).toEqual({ total: 40, lastMinute: 40, refused: 3 });
  expect(box.fake.stats.answered(429)).toBe(1);
  box.fake.clock.advance(59_000);
  expect((await get()).status).not.toBe(200);
  box.fake.clock.advance(1_000);
  expect((await get()).status).toBe(200);
});

test('the quota can be lifted, and is still counted', async () => {
  await using box = await open({ unitsPerMinute: 1, quota: false });
  expect((await box.gmail(`messages/${box.id}`)).status).toBe(200);
  expect(box.fake.quota.used(ROBIN).total).toBe(20);
});

test('a day that is used up refuses everybody until it turns', async () => {
  await using box = await open();
  box.fake.quota.useUpDay();
  expect((await box.gmail('profile')).json.error.errors[0].reason).toBe('dailyLimitExceeded');
  box.fake.clock.advance(86_400_000);
  const { gmail } = clientOf(box.fake, box.fake.grant(ROBIN).accessToken);
  expect((await gmail('profile')).status).toBe(200);
});

test('calls at once are limited where the fake is told so', async () => {
  await using box = await open({ callsAtOnce: 1 });
  const gone = new AbortController();
  box.fake.faults.add({ kind: 'hang', method: 'getProfile', times: 1 });
  const hanging = fetch(`${box.fake.url}/gmail/v1/users/me/profile`, {
    headers: { authorization: `Bearer ${box.fake.grant(ROBIN).accessToken}` },
    signal: gone.signal,
  }).catch(() => undefined);
  while (box.fake.stats.calls('getProfile') === 0) await new Promise((again) => setImmediate(again));
  const refused = await box.gmail('labels');
  expect(refused.status).toBe(429);
  expect(refused.json.error.message).toContain('concurrent');
  gone.abort();
  await hanging;
});

const batchBody = (paths: readonly string[]): string =>
  `${paths
    .map(
      (path, n) =>
        `--b\r\nContent-Type: application/http\r\nContent-ID: <item-${n}>\r\n\r\nGET ${path} HTTP/1.1\r\n\r\n`,
    )
    .join('\r\n')}\r\n--b--`;

test('each call of a batch has its own answer in order, and its full price', async () => {
  await using box = await open();
  const ask = (paths: readonly string[]) =>
    box.call('/batch/gmail/v1', {
      method: 'POST',
      headers: { 'content-type': 'multipart/mixed; boundary=b' },
      body: batchBody(paths),
    });
  const good = `/gmail/v1/users/me/messages/${box.id}?format=minimal`;
  const answer = await ask([good, '/gmail/v1/users/me/messages/00000000000000ff', '/elsewhere', good]);
  const boundary = /boundary=(\S+)/.exec(answer.headers.get('content-type') ?? '')?.[1];
  const parts = answer.text.split(`--${boundary}`).slice(1, -1);
  expect(parts.map((part) => /HTTP\/1\.1 (\d+)/.exec(part)?.[1])).toEqual(['200', '404', '400', '200']);
  expect(parts[3]).toContain('Content-ID: <response-item-3>');
  expect(box.fake.quota.used(ROBIN).total).toBe(60);
  expect((await ask(Array.from({ length: 101 }, () => good))).status).toBe(400);
  box.fake.behaviour.batchCallsAtOnce = 1;
  const crowded = [...(await ask([good, good])).text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
  expect(crowded).toEqual(['200', '429']);
});
