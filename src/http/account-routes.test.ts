import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount } from '#accounts/store.ts';
import { standInForImap } from '#test/kit/password-provider.ts';
import { type TestApp, type TestClient, testApp } from '#test/kit/test-app.ts';

let t: TestApp;
let client: TestClient;

beforeAll(async () => {
  t = await testApp();
  standInForImap(t.app);
  client = await t.serve();
});
afterAll(async () => {
  await t?.[Symbol.asyncDispose]();
});

const draft = (more: Record<string, unknown> = {}) => ({
  email: 'ada@fastmail.com',
  password: 'right',
  ...more,
});
const connect = (more: Record<string, unknown> = {}) =>
  client.call('POST', '/api/accounts/imap', draft(more));
const storedSecrets = async (id: string) =>
  (
    await t.app.db.all<{ ciphertext: Uint8Array }>(
      'select ciphertext from credentials where account_id = $1',
      [id],
    )
  ).map((row) => Buffer.from(row.ciphertext).toString('latin1'));

test('the servers of an address are told without asking anybody', async () => {
  const known = await client.call('GET', '/api/accounts/imap/settings?email=ada@fastmail.com');
  expect(known.json).toMatchObject({ known: true, imap: { port: 993, security: 'tls' } });
  const guessed = await client.call('GET', '/api/accounts/imap/settings?email=ada@marlow.example');
  expect(guessed.json).toMatchObject({ known: false, imap: { host: 'imap.marlow.example' } });
  expect((await client.call('GET', '/api/accounts/imap/settings?email=ada')).status).toBe(400);
});

test('an IMAP mailbox is tried, stored with its password encrypted, and read', async () => {
  const answer = await connect({ email: 'new@fastmail.com' });
  expect(answer.status).toBe(201);
  expect(answer.json).toMatchObject({
    account: { email: 'new@fastmail.com', provider: 'imap', status: 'active' },
    health: { notes: ['It is a stand-in.'] },
  });
  const { id } = answer.json.account;
  const secrets = await storedSecrets(id);
  expect(secrets).toHaveLength(1);
  expect(secrets[0]).not.toContain('right');
  const jobs = await t.app.queue.list({ type: 'sync', state: 'queued' });
  expect(jobs.map((job) => job.payload)).toContainEqual({ accountId: id });
});

test('a password that the server refuses is stored nowhere, and the answer says what to do', async () => {
  const answer = await connect({ email: 'wrong@fastmail.com', password: 'wrong' });
  expect(answer.status).toBe(409);
  expect(answer.json).toMatchObject({ code: 'imap.refused', help: 'Type it in again.' });
  expect(answer.text).not.toContain('"wrong"');
  const accounts = await client.call('GET', '/api/accounts');
  expect(JSON.stringify(accounts.json)).not.toContain('wrong@fastmail.com');
});

test('a mailbox is connected once', async () => {
  expect((await connect({ email: 'twice@fastmail.com' })).status).toBe(201);
  const again = await connect({ email: 'twice@fastmail.com' });
  expect(again.status).toBe(409);
  expect(again.json).toMatchObject({ code: 'accounts.exists' });
});

test('servers elsewhere need TLS', async () => {
  const answer = await connect({ imap: { host: 'mail.example.com', port: 143, security: 'none' } });
  expect(answer.status).toBe(422);
  expect(answer.json.fields[0].path).toBe('imap.security');
});

test('an account is told with its ledger, lag, quota, servers and sign-in, and without its password', async () => {
  const { id } = (await connect({ email: 'full@fastmail.com' })).json.account;
  const answer = await client.call('GET', `/api/accounts/${id}`);
  expect(answer.json.figures).toMatchObject({
    ledger: { received: 0, decided: 0, waiting: 0, unexplained: 0 },
    quota: { unitsPerMinute: 4_500, unitsToday: 900 },
    settings: { imap: { port: 993 }, username: 'full@fastmail.com' },
    signIn: { kind: 'password' },
  });
  expect(answer.text).not.toContain('right');
  const list = await client.call('GET', '/api/accounts?figures=true');
  expect(list.json.items.every((a: { figures?: unknown }) => a.figures !== undefined)).toBe(true);
  const brief = await client.call('GET', '/api/accounts');
  expect(brief.json.items.some((a: { figures?: unknown }) => a.figures !== undefined)).toBe(false);
});

test('another password makes a stopped account go on, and a wrong one changes nothing', async () => {
  const { id } = (await connect({ email: 'stopped@fastmail.com' })).json.account;
  await t.app.db.write((tx) =>
    tx.run("update accounts set status = 'needs_reauthorization', status_reason = 'No.' where id = $1", [id]),
  );
  const [before] = await storedSecrets(id);
  const wrong = await client.call('POST', `/api/accounts/${id}/password`, { password: 'wrong' });
  expect(wrong.status).toBe(409);
  expect(await storedSecrets(id)).toEqual([before]);
  const right = await client.call('POST', `/api/accounts/${id}/password`, { password: 'right' });
  expect(right.json).toMatchObject({ account: { status: 'active', statusDetail: null } });
  expect(await storedSecrets(id)).not.toEqual([before]);
});

test('a test tells what is wrong now, and an account that is paused can be tested too', async () => {
  const { id } = (await connect({ email: 'test@fastmail.com' })).json.account;
  expect((await client.call('POST', `/api/accounts/${id}/test`)).json).toMatchObject({ messages: 0 });
  await client.call('POST', `/api/accounts/${id}/pause`);
  expect((await client.call('POST', `/api/accounts/${id}/test`)).status).toBe(200);
});

test('a paused account is not looked into, a resumed one is', async () => {
  const { id } = (await connect({ email: 'pause@fastmail.com' })).json.account;
  expect((await client.call('POST', `/api/accounts/${id}/pause`)).json).toMatchObject({ status: 'paused' });
  const refused = await client.call('POST', `/api/accounts/${id}/sync`);
  expect(refused.json).toMatchObject({ code: 'accounts.not-active', help: 'Resume it first.' });
  await client.call('POST', `/api/accounts/${id}/resume`);
  const sync = await client.call('POST', `/api/accounts/${id}/sync`);
  expect(sync.status).toBe(202);
});

test('a removed account whose mail is kept goes on when it is connected again', async () => {
  const { id } = (await connect({ email: 'back@fastmail.com' })).json.account;
  const removed = await client.call('DELETE', `/api/accounts/${id}?mail=keep`);
  expect(removed.status).toBe(202);
  await t.drain();
  expect((await client.call('GET', `/api/accounts/${id}`)).json).toMatchObject({ status: 'removed' });
  expect(await storedSecrets(id)).toEqual([]);
  const again = await connect({ email: 'back@fastmail.com' });
  expect(again.json.account).toMatchObject({ id, status: 'active', statusDetail: null });
});

test('a removal says what becomes of the mail, or is refused', async () => {
  const { id } = (await connect({ email: 'gone@fastmail.com' })).json.account;
  expect((await client.call('DELETE', `/api/accounts/${id}`)).status).toBe(400);
  const removed = await client.call('DELETE', `/api/accounts/${id}?mail=delete`);
  expect(removed.json.account).toMatchObject({ email: 'gone@fastmail.com', status: 'removing' });
  await t.drain();
  expect((await client.call('GET', `/api/accounts/${id}`)).status).toBe(404);
});

test("nobody sees or changes another user's account", async () => {
  const now = t.app.clock.now();
  await t.app.db.write((tx) =>
    tx.run(
      `insert into users (id, email, display_name, time_zone, locale, created_at, updated_at)
       values ('other', 'o@x.example', 'O', 'UTC', 'en', $1, $1)`,
      [now],
    ),
  );
  const { id } = await createAccount(t.app, {
    userId: 'other',
    provider: 'local',
    email: 'secret@x.example',
    displayName: '',
  });
  for (const [method, path, body] of [
    ['GET', `/api/accounts/${id}`],
    ['POST', `/api/accounts/${id}/test`],
    ['POST', `/api/accounts/${id}/sync`],
    ['POST', `/api/accounts/${id}/password`, { password: 'right' }],
    ['POST', `/api/accounts/${id}/pause`],
    ['DELETE', `/api/accounts/${id}?mail=delete`],
  ] as const) {
    expect(await client.call(method, path, body)).toMatchObject({ status: 404 });
  }
});
