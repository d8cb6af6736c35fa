import { expect, test } from 'vitest';
import { digestContentSchema, digestSchema } from '#digests/digest.ts';
import { testApp } from '#test/kit/test-app.ts';

const MISSING = '019bc0e2-1280-7248-816c-ec82efc07896';

test('digests are made, listed by page, shown and previewed', async () => {
  await using t = await testApp();
  const { call } = await t.serve();
  await t.deliver({ subject: 'Lunch?' });
  await t.drain();
  const preview = await call('GET', '/api/digests/preview');
  expect(digestContentSchema.parse(preview.json).sections[0]).toMatchObject({ section: 'unread', total: 1 });
  expect((await call('GET', '/api/digests')).json).toEqual({ items: [], next: null });

  const made = await call('POST', '/api/digests', {});
  expect(made).toMatchObject({ status: 200, json: { made: true } });
  const { id } = made.json;
  expect((await call('GET', '/api/today')).json.lastDigest).toMatchObject({ id, totals: { unread: 1 } });
  expect((await call('POST', '/api/digests', {})).json).toMatchObject({ id, made: false });
  await t.deliver({ subject: 'Dinner?' }, { subject: 'Dance?' });
  await t.drain();
  await call('POST', '/api/digests', {});
  const first = await call('GET', '/api/digests?limit=1');
  expect(first.json.items).toMatchObject([{ totals: { unread: 2 } }]);
  const second = await call('GET', `/api/digests?limit=1&cursor=${first.json.next}`);
  expect(second.json).toMatchObject({ items: [{ id, totals: { unread: 1 } }], next: null });

  await t.drain();
  const shown = await call('GET', `/api/digests/${id}`);
  expect(digestSchema.parse(shown.json)).toMatchObject({
    state: 'delivered',
    deliveries: [{ channel: 'web' }],
  });
  expect(await call('GET', `/api/digests/${MISSING}`)).toMatchObject({
    status: 404,
    json: { code: 'digests.unknown' },
  });
});

test('making a digest asks for the right to act, and takes nothing that is not known', async () => {
  await using t = await testApp();
  const { call } = await t.serve();
  expect((await call('POST', '/api/digests', { userId: 'someone' })).status).toBe(422);
  const token = await call('POST', '/api/tokens', { name: 'reader', scopes: ['read'] });
  const headers = { authorization: `Bearer ${token.json.token}` };
  expect((await call('POST', '/api/digests', {}, headers)).status).toBe(403);
  expect((await call('GET', '/api/digests/preview', undefined, headers)).status).toBe(200);
});

test('the schemas of the public models are served', async () => {
  await using t = await testApp();
  const { call } = await t.serve();
  const digest = await call('GET', '/api/schemas/digest');
  expect(digest.headers.get('content-type')).toContain('application/schema+json');
  expect(digest.json).toMatchObject({ title: 'Digest', type: 'object', additionalProperties: false });
  expect((await call('GET', '/api/schemas/secrets')).status).toBe(422);
});
