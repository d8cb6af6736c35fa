import { expect, test } from 'vitest';
import { createApiToken } from '#access/token-store.ts';
import { createUser } from '#access/user-store.ts';
import { listActivity } from '#activity/store.ts';
import { importJob } from '#ingest/import.job.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';

/** Imports of archives that are not there, which fail for good; the last belongs to nobody. */
const withDead = async (app: TestApp): Promise<string[]> => {
  const { queue, owner } = app.app;
  const ids: string[] = [];
  for (const userId of [owner.id, owner.id, undefined]) {
    const payload = { accountId: app.accountId, path: `/nowhere/${ids.length}.mbox`, newestNow: false };
    ids.push((await queue.enqueue(importJob, payload, userId === undefined ? {} : { userId })).id);
  }
  await app.drain();
  return ids;
};

test('a job that failed tells how each attempt did, and the sums tell of it', async () => {
  await using app = await testApp();
  const [id] = await withDead(app);
  const api = await app.serve();
  const { json } = await api.call('GET', `/api/jobs/${id}`);
  expect(json).toMatchObject({ state: 'failed', failureKind: 'fatal', parentJobId: null, scheduleId: null });
  expect(json.errors).toEqual([
    { at: json.finishedAt, attempt: 1, error: json.lastError, workerId: json.workerId },
  ]);
  const stats = (await api.call('GET', '/api/jobs/stats')).json;
  expect(stats).toMatchObject({ failed: 3, canceled: 0, more: [] });
  expect(stats.types).toMatchObject([{ type: 'import', failed: 3, more: [], oldestDueSeconds: null }]);
});

test('lists are narrowed by state, why it failed and type', async () => {
  await using app = await testApp();
  const ids = await withDead(app);
  const api = await app.serve();
  const list = async (query: string) =>
    (await api.call('GET', `/api/jobs?${query}`)).json.items.map((job: { id: string }) => job.id);
  expect(await list('state=failed&failureKind=fatal&type=import')).toEqual([...ids].reverse());
  expect(await list('state=failed&failureKind=exhausted')).toEqual([]);
  expect(await list('type=none')).toEqual([]);
  const first = (await api.call('GET', '/api/jobs?state=failed&limit=2')).json;
  expect(await list(`state=failed&cursor=${first.next}`)).toEqual([ids[0]]);
});

test('dead letters are counted, queued again and deleted together, and the audit log says so', async () => {
  await using app = await testApp();
  const ids = await withDead(app);
  const api = await app.serve();
  const post = async (what: string, body: object) => (await api.call('POST', `/api/jobs/${what}`, body)).json;
  expect(await post('retry', { preview: true, type: 'import' })).toEqual({
    preview: true,
    count: 3,
    types: { import: 3 },
    more: false,
  });
  expect(await post('retry', { preview: true, errorContains: 'nothing like it' })).toMatchObject({
    count: 0,
  });
  expect(await post('retry', { preview: true, finishedBefore: '2001-01-01T00:00:00Z' })).toMatchObject({
    count: 0,
  });
  expect(await post('retry', { limit: 2 })).toMatchObject({ preview: false, count: 2, more: true });
  await app.drain();
  expect(await post('discard', {})).toMatchObject({ status: 422, code: 'queue.no-reason' });
  expect(await post('discard', { reason: '' })).toMatchObject({ status: 422 });
  expect(await post('discard', { preview: true })).toMatchObject({ count: 3 });
  const one = { ids: [ids[0]], reason: 'That mailbox is gone' };
  expect(await post('discard', one)).toEqual({ preview: false, count: 1, types: { import: 1 }, more: false });
  expect((await api.call('GET', `/api/jobs/${ids[0]}`)).status).toBe(404);
  expect((await api.call('POST', `/api/jobs/${ids[1]}/discard`, { reason: 'So is that' })).status).toBe(204);
  const { items } = await listActivity(app.app.db, app.app.owner.id);
  expect(items.map(({ action, subjectId, details }) => ({ action, subjectId, details }))).toMatchObject([
    { action: 'job.discard', subjectId: ids[1], details: { type: 'import', reason: 'So is that' } },
    { action: 'job.discard-many', details: { reason: 'That mailbox is gone', named: 1, count: 1 } },
    { action: 'job.retry-many', details: { state: 'failed', count: 2, types: { import: 2 } } },
  ]);
});

test('who is not the owner finds and changes only what is theirs', async () => {
  await using app = await testApp();
  const ids = await withDead(app);
  const api = await app.serve();
  const { access } = app.app;
  const bob = await createUser(access, { email: 'bob@example.com', displayName: 'Bob', timeZone: 'UTC' });
  const { token } = await createApiToken(access, { userId: bob.id, name: 'test', scopes: ['admin'] });
  const as = async (what: string, body: object) =>
    (await api.call('POST', `/api/jobs/${what}`, body, { authorization: `Bearer ${token}` })).json;
  expect(await as('retry', { preview: true })).toMatchObject({ count: 0 });
  expect(await as('discard', { ids, reason: 'Mine now' })).toMatchObject({ count: 0 });
  expect((await app.app.queue.list({ state: 'failed' })).length).toBe(3);
});
