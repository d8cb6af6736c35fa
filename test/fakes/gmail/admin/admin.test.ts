import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { runGmail } from '#test/fakes/gmail/run-gmail.ts';
import { clientOf } from '#test/fakes/gmail/test-client.ts';

const ROBIN = 'robin@marlow.example';

test('everything that a test may do can be asked for over HTTP', async () => {
  await using fake = await startFakeGmail();
  const admin = clientOf(fake, '');
  const ask = async (verb: string, body?: unknown) => {
    const { status, json } = await admin.call(`/_fake/${verb}`, body === undefined ? {} : { body });
    expect([verb, status, json.error]).toEqual([verb, 200, undefined]);
    return json;
  };
  await ask('users', { email: ROBIN });
  const { id } = await ask('deliver', {
    email: ROBIN,
    raw: 'Subject: Hi\n\nText',
    labels: ['INBOX', 'Bills'],
  });
  await ask('relabel', { email: ROBIN, id, remove: ['Bills'], add: ['STARRED'] });
  expect((await ask(`message?email=${ROBIN}&id=${id}`)).labels).toEqual(['INBOX', 'STARRED']);
  const { accessToken } = await ask('grant', { email: ROBIN });
  const { post } = clientOf(fake, accessToken);
  await post(`messages/${id}/trash`);
  expect((await ask('ledger')).effects).toMatchObject([{ kind: 'trash', messageId: id, user: ROBIN }]);
  expect((await ask('stats')).methods['messages.trash']).toEqual({ calls: 1, statuses: { 200: 1 } });
  await ask('faults', { kind: 'status', status: 500, method: 'getProfile' });
  expect((await clientOf(fake, accessToken).gmail('profile')).status).toBe(500);
  await admin.call('/_fake/faults', { method: 'DELETE' });
  await ask('behaviour', { apiEnabled: false });
  expect((await clientOf(fake, accessToken).gmail('profile')).status).toBe(403);
  const before = fake.clock.ms();
  await ask('clock', { advanceMs: 86_400_000 });
  expect(fake.clock.ms()).toBeGreaterThanOrEqual(before + 86_400_000);
  await ask('fill', { email: ROBIN, messages: 5 });
  expect((await ask(`messages?email=${ROBIN}`)).ids).toHaveLength(6);
  await ask('delete', { email: ROBIN, id });
  await ask('expire-history', { email: ROBIN });
  await ask('revoke', { email: ROBIN });
  await ask('topics', { name: 'projects/p/topics/t' });
  await ask('subscriptions', { name: 'projects/p/subscriptions/s', topic: 'projects/p/topics/t' });
});

test('a request that makes no sense is told why', async () => {
  await using fake = await startFakeGmail({ users: [ROBIN] });
  const { call } = clientOf(fake, '');
  const why = async (path: string, body: unknown) => (await call(`/_fake/${path}`, { body })).json.error;
  expect(await why('nonsense', {})).toContain('POST deliver');
  expect(await why('deliver', { email: ROBIN })).toContain('"raw"');
  expect(await why('deliver', { email: 'x@y.example', raw: 'x' })).toContain('no user');
  expect(await why('faults', { kind: 'odd' })).toContain('gzip-bomb');
  expect(await why('behaviour', { odd: 1 })).toContain('odd');
});

test('by itself it says where it is, names no text of a mail, and ends when told', async () => {
  const lines: string[] = [];
  const values = { port: '0', messages: '20', consent: 'allow', minutes: '1', user: [ROBIN] };
  const running = await runGmail(values, (line) => lines.push(line));
  const { fake } = running;
  const { gmail } = clientOf(fake, fake.grant(ROBIN).accessToken);
  const [id = ''] = fake.messageIds(ROBIN);
  await gmail(`messages/${id}`);
  await gmail('messages?q=secret');
  expect(lines).toEqual(['GET messages.get → 200', 'GET messages.list → 200']);
  await running.stop();
  await running.ended;
  await expect(fetch(fake.url)).rejects.toThrow();
});

test('a seed file says who is there, and what they have', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fake-seed-'));
  const seed = join(folder, 'seed.json');
  const messages = [{ raw: 'Subject: Hi\n\nText', labels: ['INBOX', 'Work'], date: '2026-01-15T09:00:00Z' }];
  const topics = ['projects/p/topics/t'];
  const subscriptions = [{ name: 'projects/p/subscriptions/s', topic: 'projects/p/topics/t' }];
  const users = [{ email: ROBIN, labels: ['Later'], fill: 3, messages }];
  writeFileSync(seed, JSON.stringify({ users, topics, subscriptions, behaviour: { prices: 'old' } }));
  const values = { port: '0', messages: '0', consent: 'page', minutes: '1', seed };
  const { fake, stop } = await runGmail(values, () => {});
  expect(fake.messageIds(ROBIN)).toHaveLength(4);
  expect(fake.messageIds(ROBIN, 'Work')).toHaveLength(1);
  expect(fake.behaviour.prices).toBe('old');
  expect(fake.pubsub.subscription('projects/p/subscriptions/s')?.topic).toBe('projects/p/topics/t');
  await stop();
  rmSync(folder, { recursive: true });
});

test.each([
  [{ minutes: '-1' }, '--minutes'],
  [{ port: 'x' }, '--port'],
  [{ consent: 'maybe' }, '--consent'],
])('by itself it refuses %j', async (changes, why) => {
  const values = { port: '0', messages: '0', consent: 'page', minutes: '1', ...changes };
  await expect(runGmail(values, () => {})).rejects.toThrow(why);
});
