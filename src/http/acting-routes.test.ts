import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApiToken } from '#access/token-store.ts';
import { createUser } from '#access/user-store.ts';
import { ManualClock } from '#std/clock.ts';
import { type TestApp, type TestClient, testApp } from '#test/kit/test-app.ts';

const filled = async (app: TestApp, count = 1): Promise<{ api: TestClient; ids: string[] }> => {
  await app.deliver(...Array.from({ length: count }, (_, i) => ({ subject: `Mail ${i}`, ageMs: i * 1_000 })));
  await app.drain();
  const api = await app.serve();
  const { json } = await api.call('GET', '/api/search?q=mail');
  return { api, ids: json.items.map((i: { messageId: string }) => i.messageId) };
};

test('a command is carried out, told in full, undone, and done again', async () => {
  await using app = await testApp();
  const { api, ids } = await filled(app);
  const acted = await api.call('POST', `/api/messages/${ids[0]}/actions`, {
    type: 'apply_label',
    parameters: { label: 'Later' },
  });
  expect(acted).toMatchObject({ status: 202, json: { status: 'queued' } });
  await app.drain();
  const action = (await api.call('GET', `/api/actions/${acted.json.actionId}`)).json;
  expect(action).toMatchObject({
    title: 'Label “Later”',
    status: 'completed',
    source: 'manual',
    canUndo: true,
    whyNotUndoable: null,
    before: { labels: [{ name: 'Inbox' }], flags: [] },
    after: { labels: [{ name: 'Inbox' }, { name: 'Later' }] },
    audit: [
      { actor: 'owner@localhost', channel: 'cli', action: 'asked for it' },
      { actor: 'ashford', action: 'carried it out' },
    ],
  });
  const undone = await api.call('POST', `/api/actions/${action.id}/undo`);
  expect(undone.status).toBe(202);
  expect(undone.json.jobId).not.toBe('');
  const twice = await api.call('POST', `/api/actions/${action.id}/undo`);
  expect(twice).toMatchObject({ status: 409, json: { code: 'actions.not-undoable' } });
  await app.drain();
  const undo = (await api.call('GET', `/api/actions/${undone.json.actionId}`)).json;
  expect(undo).toMatchObject({ title: 'Undo: Label “Later”', undoOf: action.id, canUndo: true });
  const after = (await api.call('GET', `/api/actions/${action.id}`)).json;
  expect(after).toMatchObject({
    canUndo: false,
    undoneBy: undo.id,
    links: [{ relation: 'undone_by', actionId: undo.id }],
  });
  const redo = await api.call('POST', `/api/actions/${undo.id}/undo`);
  await app.drain();
  expect((await api.call('GET', `/api/actions/${redo.json.actionId}`)).json.title).toBe(
    'Redo: Label “Later”',
  );
  const message = (await api.call('GET', `/api/messages/${ids[0]}`)).json;
  expect(message.labels).toHaveLength(2);
});

test('what cannot be undone waits for a yes, shows what it is, and the first answer counts', async () => {
  await using app = await testApp();
  const { api, ids } = await filled(app, 2);
  for (const id of ids) await api.call('POST', `/api/messages/${id}/actions`, { type: 'delete' });
  const { items } = (await api.call('GET', '/api/approvals?state=pending')).json;
  expect(items).toHaveLength(2);
  expect(items[0].card).toMatchObject({
    verb: 'Delete for ever',
    target: expect.stringMatching(/^“Mail \d” from ada@example\.com, \d{4}-/),
    lines: ['It cannot be undone.'],
    reasons: [expect.stringContaining('taken back')],
  });
  const yes = await api.call('POST', `/api/approvals/${items[0].id}/approve`);
  expect(yes).toMatchObject({
    status: 200,
    json: { state: 'approved', decidedBy: 'owner@localhost', decidedVia: 'cli' },
  });
  expect(await api.call('POST', `/api/approvals/${items[0].id}/reject`)).toMatchObject({
    status: 409,
    json: { code: 'approvals.answered' },
  });
  const no = await api.call('POST', `/api/approvals/${items[1].id}/reject`);
  expect(no.json).toMatchObject({ state: 'rejected', action: { status: 'rejected' } });
  await app.drain();
  const statuses = (await api.call('GET', '/api/actions')).json.items.map(
    (a: { status: string }) => a.status,
  );
  expect(statuses.sort()).toEqual(['completed', 'rejected']);
  expect((await api.call('GET', '/api/search?q=mail')).json.items).toHaveLength(1);
});

test('a bulk undo takes back what its preview showed, and nothing that came later', async () => {
  const clock = new ManualClock();
  await using app = await testApp({ clock });
  const { api, ids } = await filled(app, 4);
  const star = (id: string | undefined) => api.call('POST', `/api/messages/${id}/actions`, { type: 'star' });
  for (const id of ids.slice(0, 3)) await star(id);
  await app.drain();
  const filter = { since: '2000-01-01T00:00:00Z' };
  const preview = (await api.call('POST', '/api/undo/preview', filter)).json;
  expect(preview).toMatchObject({ undoable: 3, blocked: [] });
  expect(preview.sample).toHaveLength(3);
  clock.advance(10);
  await star(ids[3]);
  await app.drain();
  const other = await api.call('POST', '/api/undo', { ruleId: 'x', previewId: preview.previewId });
  expect(other).toMatchObject({ status: 409, json: { code: 'actions.preview-stale' } });
  const bulk = await api.call('POST', '/api/undo', { ...filter, previewId: preview.previewId });
  expect(bulk).toMatchObject({ status: 202, json: { total: 3 } });
  await app.drain();
  const flags = await Promise.all(
    ids.map(async (id) => (await api.call('GET', `/api/messages/${id}`)).json.flags),
  );
  expect(flags).toEqual([[], [], [], ['flagged']]);
  expect((await api.call('POST', '/api/undo/preview', {})).status).toBe(422);
});

test('actions are found by sender, type, state, time and rule', async () => {
  await using app = await testApp();
  const ruleId = await app.addRule({
    name: 'Stars',
    conditions: { type: 'sender_domain', value: 'navy.example' },
    actions: [{ type: 'star' }],
  });
  await app.deliver(
    { from: 'g@navy.example' },
    { from: 'a@sub.navy.example' },
    { from: 'a@notnavy.example' },
  );
  await app.drain();
  const api = await app.serve();
  const { items } = (await api.call('GET', '/api/search?q=hello')).json;
  for (const { messageId } of items)
    await api.call('POST', `/api/messages/${messageId}/actions`, { type: 'archive' });
  await app.drain();
  const count = async (query: string) => (await api.call('GET', `/api/actions?${query}`)).json.items?.length;
  expect(await count('')).toBe(4);
  expect(await count('sender=navy.example')).toBe(3);
  expect(await count('sender=G@navy.example')).toBe(2);
  expect(await count('sender=%25')).toBe(0);
  expect(await count('type=star')).toBe(1);
  expect(await count(`ruleId=${ruleId}`)).toBe(1);
  expect(await count('status=failed')).toBe(0);
  expect(await count('since=2100-01-01T00:00:00Z')).toBe(0);
  expect(await count('until=2100-01-01T00:00:00Z')).toBe(4);
  expect(await count('window=1h')).toBe(4);
  expect(await count('confidenceMin=0.9')).toBe(4);
  expect(await count('confidenceMax=0.9')).toBe(0);
  expect((await api.call('GET', '/api/actions?nonsense=1')).status).toBe(400);
});

test('a rule is made, changed in three ways, ordered, tried and deleted', async () => {
  await using app = await testApp();
  const { api } = await filled(app, 3);
  const draft = {
    name: 'First',
    scope: 'sender',
    scopeRef: 'ada@example.com',
    conditions: { type: 'subject_contains', value: 'mail 1' },
    actions: [{ type: 'archive', parameters: {} }],
  };
  const path = '/api/rules/deterministic';
  const first = (await api.call('POST', path, draft)).json;
  const second = (await api.call('POST', path, { ...draft, name: 'Second' })).json;
  expect(second.priority).toBeGreaterThan(first.priority);
  expect(first).toMatchObject({ enabled: true, summary: expect.stringMatching(/^If .* then archive\.$/) });
  const kept = await api.call('PATCH', `${path}/${first.id}`, { name: 'Renamed' });
  expect(kept.json).toMatchObject({ name: 'Renamed', scopeRef: 'ada@example.com', enabled: true });
  const cleared = await api.call('PATCH', `${path}/${first.id}`, { scope: 'global', scopeRef: null });
  expect(cleared.json).toMatchObject({ name: 'Renamed', scope: 'global', scopeRef: null });
  const order = await api.call('POST', `${path}/reorder`, { ids: [second.id, first.id] });
  expect(order.json.items.map((r: { name: string }) => r.name)).toEqual(['Second', 'Renamed']);
  const tried = await api.call('POST', `${path}/test`, { rule: draft, limit: 100 });
  expect(tried.json).toMatchObject({ checked: 3, matched: 1, samples: [{ subject: 'Mail 1' }] });
  expect((await api.call('DELETE', `${path}/${first.id}`)).status).toBe(204);
  expect(await api.call('DELETE', `${path}/${first.id}`)).toMatchObject({
    status: 404,
    json: { code: 'rules.unknown' },
  });
  const audit = await app.app.db.all<{ action: string }>('select action from audit_log order by seq');
  expect(audit.map((a) => a.action)).toEqual([
    'rule.create',
    'rule.create',
    'rule.update',
    'rule.update',
    'rule.reorder',
    'rule.delete',
  ]);
});

test('what is wrong is told with its path, a stable code and the trace', async () => {
  await using app = await testApp();
  const api = await app.serve();
  const wrong = await api.call('POST', '/api/rules/deterministic', {
    name: '',
    conditions: { op: 'and', children: [{ type: 'sender_email', value: '' }] },
    actions: [{ type: 'archive', parameters: {} }],
    colour: 'blue',
  });
  expect(wrong.headers.get('content-type')).toBe('application/problem+json');
  expect(wrong.json).toMatchObject({ status: 422, code: 'http.bad-body', type: 'about:blank' });
  const paths = wrong.json.fields.map((f: { path: string }) => f.path);
  expect(paths).toEqual(expect.arrayContaining(['name', 'conditions.children.0.value', 'colour']));
  const unknown = await api.call('GET', '/api/actions/nothing');
  expect(unknown.json).toMatchObject({ status: 404, code: 'actions.unknown', help: expect.any(String) });
  expect((await api.call('GET', '/api/nothing')).json).toMatchObject({ status: 404, code: 'http.unknown' });
  expect((await api.call('GET', '/api/actions?cursor=nonsense')).json).toMatchObject({
    status: 400,
    code: 'http.bad-cursor',
  });
  expect((await api.call('GET', '/api/actions?limit=5000')).json).toMatchObject({
    status: 400,
    fields: [{ path: 'limit' }],
  });
});

test('an error that nobody expected tells nothing, and is logged once', async () => {
  await using app = await testApp();
  const { api } = await filled(app);
  app.log.expectErrors('request');
  app.app.trustedAuthServer = () => Promise.reject(new Error('secret words'));
  const rule = { name: 'x', conditions: { op: 'and', children: [] }, actions: [{ type: 'star' }] };
  const answer = await api.call('POST', '/api/rules/deterministic/test', { rule });
  expect(answer.json).toMatchObject({ status: 500, code: 'http.unexpected' });
  expect(answer.text).not.toContain('secret');
  const errors = app.log.lines.filter((l) => l.level === 'error');
  expect(errors).toHaveLength(1);
  expect(errors[0]?.fields).toMatchObject({ route: '/api/rules/deterministic/test', status: 500 });
});

test('a person sees nothing of another', async () => {
  await using app = await testApp();
  await app.addRule({
    name: 'All',
    conditions: { op: 'and', children: [] },
    actions: [{ type: 'star' }, { type: 'delete' }],
  });
  const { api, ids } = await filled(app);
  const { access } = app.app;
  const bob = await createUser(access, { email: 'bob@x.example', displayName: 'Bob', timeZone: 'UTC' });
  const { token } = await createApiToken(access, { userId: bob.id, name: 't', scopes: ['admin'] });
  const as = (method: string, path: string, body?: unknown) =>
    api.call(method, path, body, { authorization: `Bearer ${token}` });
  const lists = [
    'accounts',
    'labels',
    'threads',
    'threads?label=inbox',
    'threads?q=mail',
    'threads?unread=true',
    'search?q=mail',
    'search?q=is:unread',
    'actions',
    'approvals',
    'rules/deterministic',
    'jobs',
    'tokens',
    'sessions',
  ];
  for (const list of lists) {
    const mine = await api.call('GET', `/api/${list}`);
    const his = await as('GET', `/api/${list}`);
    expect(his.status, list).toBe(200);
    expect(his.json.items, list).toHaveLength(list === 'tokens' ? 1 : 0);
    if (list !== 'tokens') expect(mine.json.items.length, list).toBeGreaterThan(0);
    const { id } = mine.json.items[0] ?? {};
    if (id && ['accounts', 'threads', 'actions', 'approvals', 'rules/deterministic', 'jobs'].includes(list)) {
      expect((await as('GET', `/api/${list}/${id}`)).status, list).toBe(404);
    }
  }
  for (const path of [`messages/${ids[0]}`, `messages/${ids[0]}/raw`, `messages/${ids[0]}/notes`]) {
    expect((await as('GET', `/api/${path}`)).status, path).toBe(404);
  }
  expect((await as('POST', `/api/messages/${ids[0]}/actions`, { type: 'star' })).status).toBe(404);
  const [action] = (await api.call('GET', '/api/actions?type=star')).json.items;
  expect((await as('POST', `/api/actions/${action.id}/undo`)).status).toBe(404);
  const [approval] = (await api.call('GET', '/api/approvals')).json.items;
  expect((await as('POST', `/api/approvals/${approval.id}/approve`)).status).toBe(404);
  const preview = await as('POST', '/api/undo/preview', { since: '2000-01-01T00:00:00Z' });
  expect(preview.json).toMatchObject({ undoable: 0, sample: [] });
  expect((await as('GET', '/api/settings')).json).toMatchObject({ config: {}, user: { displayName: 'Bob' } });
  expect(await as('POST', '/api/accounts/import', { path: '/etc/passwd' })).toMatchObject({
    status: 403,
    json: { code: 'access.owner-only' },
  });
  expect((await as('GET', '/api/status')).json).toMatchObject({ messages: 0, ledger: { received: 0 } });
  expect((await as('GET', '/api/today')).json).toMatchObject({
    waitingApprovals: 0,
    actionsToday: { total: 0 },
  });
});

test('jobs are listed, looked into, canceled, queued again and forgotten', async () => {
  await using app = await testApp();
  await app.deliver({});
  const api = await app.serve();
  const [job] = (await api.call('GET', '/api/jobs?state=queued')).json.items;
  expect(job).toMatchObject({ type: 'sync', state: 'queued' });
  expect((await api.call('GET', '/api/jobs/stats')).json).toMatchObject({ queued: 1, running: 0, failed: 0 });
  expect((await api.call('GET', `/api/jobs/${job.id}`)).json).toMatchObject({
    payload: { accountId: app.accountId },
  });
  expect((await api.call('POST', `/api/jobs/${job.id}/cancel`)).json.state).toBe('canceled');
  expect((await api.call('POST', `/api/jobs/${job.id}/retry`)).json.state).toBe('queued');
  await app.drain();
  expect((await api.call('POST', `/api/jobs/${job.id}/cancel`)).status).toBe(409);
  expect((await api.call('POST', `/api/jobs/${job.id}/discard`)).status).toBe(204);
  expect((await api.call('GET', `/api/jobs/${job.id}`)).json).toMatchObject({
    status: 404,
    code: 'queue.no-such-job',
  });
  expect((await api.call('POST', '/api/jobs/retry', {})).json).toMatchObject({ count: 0, more: false });
});

test('an account is paused and resumed; a label is described', async () => {
  await using app = await testApp();
  const { api } = await filled(app);
  const path = `/api/accounts/${app.accountId}`;
  expect((await api.call('POST', `${path}/pause`)).json).toMatchObject({ status: 'paused' });
  expect((await api.call('POST', `${path}/resume`)).json).toMatchObject({
    status: 'active',
    statusDetail: null,
  });
  const [label] = (await api.call('GET', '/api/labels')).json.items;
  const described = await api.call('PATCH', `/api/labels/${label.id}`, { description: 'What comes in' });
  expect(described.json).toMatchObject({ description: 'What comes in', name: label.name });
  expect(
    (await api.call('PATCH', `/api/labels/${label.id}`, { availableToClassifier: true })).json,
  ).toMatchObject({
    description: 'What comes in',
    availableToClassifier: true,
  });
  expect(
    (await api.call('PATCH', `/api/labels/${label.id}`, { description: null })).json.description,
  ).toBeNull();
});

test('settings show no secret and take a name and a time zone', async () => {
  await using app = await testApp({ settings: { 'telegram.bot_token': '123456:very-secret-token' } });
  const api = await app.serve();
  const shown = await api.call('GET', '/api/settings');
  expect(shown.text).not.toContain('very-secret');
  expect((await api.call('PATCH', '/api/settings', { timeZone: 'Mars/Olympus' })).status).toBe(422);
  const user = (await api.call('PATCH', '/api/settings', { timeZone: 'Asia/Tokyo' })).json;
  expect(user).toMatchObject({ timeZone: 'Asia/Tokyo', displayName: 'Owner' });
});

test('an archive on the machine is taken in, and what is none is told', async () => {
  await using app = await testApp();
  const api = await app.serve();
  const folder = mkdtempSync(join(tmpdir(), 'ashford-import-'));
  const path = join(folder, 'old.mbox');
  const mail = (n: number) =>
    `From a@b.example Thu Jan 15 09:00:00 2026\nFrom: a@b.example\nSubject: Old ${n}\nMessage-ID: <${n}@b.example>\n\nText ${n}\n\n`;
  writeFileSync(path, mail(1) + mail(2));
  const started = await api.call('POST', '/api/accounts/import', { path });
  expect(started).toMatchObject({ status: 202, json: { account: { provider: 'local', email: 'old.mbox' } } });
  await app.drain();
  const account = (await api.call('GET', `/api/accounts/${started.json.account.id}`)).json;
  expect(account).toMatchObject({ messages: 2, status: 'active' });
  expect((await api.call('POST', '/api/accounts/import', { path: 'old.mbox' })).status).toBe(422);
  const missing = await api.call('POST', '/api/accounts/import', { path: join(folder, 'nothing') });
  expect(missing.status).toBeGreaterThanOrEqual(400);
  expect(missing.status).toBeLessThan(500);
  rmSync(folder, { recursive: true });
});
