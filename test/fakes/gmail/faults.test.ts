import { expect, test } from 'vitest';
import { startFakeGmail } from './fake.ts';
import type { Fault } from './faults.ts';
import { clientOf, encoded, postForm } from './test-client.ts';

const ROBIN = 'robin@marlow.example';

const open = async () => {
  const fake = await startFakeGmail({ users: [ROBIN], behaviour: { quota: false } });
  const client = clientOf(fake, fake.grant(ROBIN).accessToken);
  const id = fake.deliver(ROBIN, 'Subject: x\n\ny');
  return {
    fake,
    id,
    ...client,
    archive: () => client.post(`messages/${id}/modify`, { removeLabelIds: ['INBOX'] }),
    labels: () => fake.message(ROBIN, id)?.labels,
    [Symbol.asyncDispose]: () => fake.close(),
  };
};

test('an error before the effect leaves everything as it was', async () => {
  await using box = await open();
  const takeBack = box.fake.faults.add({
    kind: 'status',
    status: 503,
    method: 'messages.modify',
    retryAfterS: 3,
  });
  const refused = await box.archive();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3']);
  expect(refused.json.error).toMatchObject({ code: 503, status: 'UNAVAILABLE' });
  expect(box.labels()).toContain('INBOX');
  expect(box.fake.ledger.entries({ kind: 'labels' })).toEqual([]);
  expect(takeBack()).toBe(1);
  expect((await box.archive()).status).toBe(200);
});

test.each<Fault>([
  { kind: 'status', status: 500, when: 'after' },
  { kind: 'reset', when: 'after' },
  { kind: 'html', when: 'after' },
  { kind: 'cut' },
  { kind: 'half-close' },
  { kind: 'wrong-length' },
])('after %j the effect is there, and the ledger knows that nobody was told', async (fault) => {
  await using box = await open();
  box.fake.faults.add({ method: 'messages.modify', times: 1, ...fault });
  const answer = await box.archive().catch((error: unknown) => error);
  const isGoodAnswer =
    !(answer instanceof Error) && (answer as { json?: { id?: string } }).json?.id === box.id;
  expect(isGoodAnswer).toBe(false);
  expect(box.labels()).not.toContain('INBOX');
  expect(box.fake.ledger.entries({ kind: 'labels' })).toMatchObject([{ withheld: true, removed: ['INBOX'] }]);
});

test('a send whose answer is withheld went out once', async () => {
  await using box = await open();
  const draft = await box.post('drafts', {
    message: { raw: encoded(['To: a@b.example', 'X-Op-Id: 9', '', 'T']) },
  });
  box.fake.faults.add({ kind: 'hang', when: 'after', method: 'drafts.send', times: 1 });
  const gone = new AbortController();
  const send = (signal?: AbortSignal) =>
    fetch(`${box.fake.url}/gmail/v1/users/me/drafts/send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${box.fake.grant(ROBIN).accessToken}` },
      body: JSON.stringify({ id: draft.json.id }),
      ...(signal ? { signal } : {}),
    });
  const lost = expect(send(gone.signal)).rejects.toThrow();
  while (box.fake.ledger.sends().length === 0) await new Promise((again) => setImmediate(again));
  gone.abort();
  await lost;
  expect((await send()).status).toBe(404);
  expect(box.fake.ledger.sends()).toMatchObject([{ opId: '9', withheld: true }]);
});

test('a fault may skip calls, hit so many, or hit by chance, and only one method or user', async () => {
  await using box = await open();
  box.fake.faults.add({ kind: 'status', status: 500, method: 'labels.*', skip: 1, times: 2 });
  box.fake.faults.add({ kind: 'status', status: 500, method: 'getProfile', user: 'ada@marlow.example' });
  box.fake.faults.add({ kind: 'status', status: 429, method: 'messages.get', probability: 0.5 });
  const labels: number[] = [];
  for (let n = 0; n < 4; n++) labels.push((await box.gmail('labels')).status);
  expect(labels).toEqual([200, 500, 500, 200]);
  expect((await box.gmail('profile')).status).toBe(200);
  for (let n = 0; n < 40; n++) await box.gmail(`messages/${box.id}`);
  const hit = box.fake.stats.answered(429, 'messages.get');
  expect(hit).toBeGreaterThan(5);
  expect(hit).toBeLessThan(35);
});

test('a stale read shows labels, lists and history as they were', async () => {
  await using box = await open();
  box.fake.clock.advance(30_000);
  const before = box.fake.historyId(ROBIN);
  const late = box.fake.deliver(ROBIN, 'Subject: late\n\ny');
  await box.archive();
  box.fake.faults.add({ kind: 'stale', delayMs: 10_000 });
  const { json } = await box.gmail(`messages/${box.id}`);
  expect(json.labelIds).toContain('INBOX');
  expect((await box.gmail(`messages/${late}`)).status).toBe(404);
  expect((await box.gmail('messages')).json.messages).toHaveLength(1);
  const history = (await box.gmail(`history?startHistoryId=${before}`)).json;
  expect(history).toEqual({ historyId: before });
  box.fake.clock.advance(20_000);
  expect((await box.gmail(`history?startHistoryId=${before}`)).json.history).toHaveLength(2);
});

test('a bomb is small on the wire and big when it is opened', async () => {
  await using box = await open();
  box.fake.faults.add({ kind: 'gzip-bomb', bytes: 2 ** 25, times: 1 });
  const answer = await box.gmail('profile');
  expect(answer.text.length).toBe(2 ** 25);
});

test('a slow answer keeps its promise, byte by byte', async () => {
  await using box = await open();
  box.fake.faults.add({ kind: 'drip', times: 1 });
  const response = await fetch(`${box.fake.url}/gmail/v1/users/me/profile`, {
    headers: { authorization: `Bearer ${box.fake.grant(ROBIN).accessToken}` },
  });
  const first = await response.body?.getReader().read();
  expect(first?.value?.length).toBe(1);
  expect(Number(response.headers.get('content-length'))).toBeGreaterThan(10);
});

test('sign-in and Pub/Sub go wrong as well', async () => {
  await using box = await open();
  const { refreshToken } = box.fake.grant(ROBIN);
  const form = {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: box.fake.client.id,
    client_secret: box.fake.client.secret,
  };
  box.fake.faults.add({
    kind: 'status',
    status: 400,
    reason: 'invalid_grant',
    message: 'Bad',
    method: 'oauth.token',
    times: 1,
  });
  const refused = await postForm(box.fake.endpoints.google_token, form);
  expect(refused.json).toEqual({ error: 'invalid_grant', error_description: 'Bad' });
  expect((await postForm(box.fake.endpoints.google_token, form)).status).toBe(200);
  box.fake.faults.add({ kind: 'status', status: 503, method: 'pubsub.pull' });
  expect((await box.call('/v1/projects/p/subscriptions/s:pull', { body: {} })).status).toBe(503);
});

test('all tokens of a user can die in the middle', async () => {
  await using box = await open();
  box.fake.revoke(ROBIN);
  expect((await box.gmail('profile')).status).toBe(401);
});
