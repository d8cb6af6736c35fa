import { expect, test } from 'vitest';
import { testDatabase } from '#test/kit/databases.ts';
import { type TestApp, type TestClient, testApp } from '#test/kit/test-app.ts';

interface Row {
  id: string;
  subject: string;
}

const subjects = (answer: { json: { items: Row[] } }): string[] => answer.json.items.map((i) => i.subject);

/** Every page of a list, one after another. */
const allPages = async (api: TestClient, path: string): Promise<Row[][]> => {
  const pages: Row[][] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await api.call('GET', path + next);
    expect(answer.status, answer.text).toBe(200);
    pages.push(answer.json.items);
    cursor = answer.json.next;
  } while (cursor !== null && pages.length < 100);
  return pages;
};

const WITH_FILE = [
  'From: Ada <ada@example.com>',
  'Subject: A file',
  'Message-ID: <file@x.example>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'See the file.',
  '--b',
  'Content-Type: text/html; name="../../evil\u202E.html"',
  'Content-Disposition: attachment; filename="../../evil.html"',
  '',
  '<script>alert(1)</script>',
  '--b--',
  '',
].join('\r\n');

test('a thread says what it holds, why it was sorted so, and what was done', async () => {
  await using app = await testApp();
  await app.addRule({
    name: 'Invoices',
    conditions: { type: 'subject_contains', value: 'invoice' },
    actions: [{ type: 'apply_label', parameters: { label: 'Money' } }],
  });
  await app.deliver(
    { subject: 'Invoice 12', text: 'Please pay soon.', messageId: 'a@x.example', ageMs: 60_000 },
    {
      subject: 'Re: Invoice 12',
      inReplyTo: 'a@x.example',
      html: '<p>Paid<script>x()</script></p>',
      flags: ['seen'],
    },
    { subject: 'Lunch?', from: 'Grace <grace@navy.example>', text: 'At noon.', ageMs: 120_000 },
  );
  await app.drain();
  const api = await app.serve();
  const threads = await api.call('GET', '/api/threads?label=inbox');
  expect(subjects(threads)).toEqual(['Invoice 12', 'Lunch?']);
  const [invoice] = threads.json.items;
  expect(invoice).toMatchObject({ messageCount: 2, unread: true, starred: false, ruleNames: ['Invoices'] });
  const thread = (await api.call('GET', `/api/threads/${invoice.id}`)).json;
  expect(thread.messages.map((m: Row) => m.subject)).toEqual(['Invoice 12', 'Re: Invoice 12']);
  expect(thread.messages[0]).toMatchObject({
    html: null,
    decision: { source: 'deterministic', ruleName: 'Invoices', because: ['the subject contains "invoice"'] },
    actions: [{ title: 'Label “Money”', status: 'completed', canUndo: true, ruleName: 'Invoices' }],
  });
  expect(thread.messages[1].html).toContain('Paid');
  expect(thread.messages[1].html).not.toContain('script');
  const money = await api.call('GET', '/api/threads?label=Money');
  expect(subjects(money)).toEqual(['Invoice 12']);
});

test('every read route answers as its schema says, with mail and without', async () => {
  await using app = await testApp();
  const api = await app.serve();
  const paths = [
    'today',
    'status',
    'accounts',
    'labels',
    'threads',
    'threads?label=inbox',
    'threads?q=hello',
    'search?q=hello',
    'actions',
    'approvals',
    'rules/deterministic',
    'rules/catalog',
    'jobs',
    'jobs/stats',
    'settings',
    'sessions',
    'tokens',
    'openapi.json',
    'docs',
  ];
  for (const filled of [false, true]) {
    if (filled) {
      await app.addRule({
        name: 'All',
        conditions: { op: 'and', children: [] },
        actions: [{ type: 'star' }, { type: 'delete' }],
      });
      await app.deliver({}, { subject: 'Two' });
      await app.drain();
    }
    for (const path of paths) {
      const answer = await api.call('GET', `/api/${path}`);
      expect(answer.status, `${path}: ${answer.text}`).toBe(200);
    }
  }
  const [account] = (await api.call('GET', '/api/accounts')).json.items;
  expect(account).toMatchObject({ messages: 2, status: 'active' });
  const today = (await api.call('GET', '/api/today')).json;
  expect(today).toMatchObject({
    waitingApprovals: 2,
    ledger: { received: 2, decided: 2, waiting: 0, unexplained: 0 },
    actionsToday: { total: 2, byType: [{ type: 'star', count: 2 }] },
  });
  expect(today.volume).toHaveLength(14);
  expect(today.volume[13]).toMatchObject({ received: 2, acted: 2 });
});

const deliverMany = (app: TestApp, count: number) =>
  app.deliver(
    ...Array.from({ length: count }, (_, i) => ({
      subject: `Mail ${String(i).padStart(3, '0')}`,
      text: i % 3 === 0 ? 'common needle' : 'common hay',
      ageMs: i * 60_000,
      flags: i % 2 === 0 ? (['seen'] as const).slice() : [],
      ...(i % 10 === 9 ? { inReplyTo: 'root@x.example' } : {}),
      ...(i === 50 ? { messageId: 'root@x.example' } : {}),
    })),
  );

test.each(['memory', 'postgres'] as const)(
  'pages follow each other without a gap or a repeat, on %s',
  async (kind) => {
    await using place = await testDatabase(kind, { migrated: false });
    await using app = await testApp({ database: place.url });
    await deliverMany(app, 60);
    await app.drain();
    const api = await app.serve();
    for (const list of [
      'threads?label=inbox',
      'threads?',
      'threads?q=common',
      'threads?unread=true',
      'threads?label=inbox&unread=true',
      'search?q=common',
      'search?q=is:unread',
      'jobs?type=classify',
    ]) {
      const whole = (await allPages(api, `/api/${list}&limit=200`)).flat();
      const paged = (await allPages(api, `/api/${list}&limit=7`)).flat();
      expect(whole.length, list).toBeGreaterThan(10);
      expect(paged, list).toEqual(whole);
      const key = (row: Row & { messageId?: string }) => row.messageId ?? row.id;
      expect(new Set(whole.map(key)).size, list).toBe(whole.length);
    }
    const threads = (await allPages(api, '/api/threads?label=inbox&limit=10')).flat();
    expect(threads).toHaveLength(54);
    expect(threads[0]?.subject).toBe('Mail 000');
  },
);

test.each(['memory', 'postgres'] as const)(
  'search finds words, phrases, fields and flags, and nothing else, on %s',
  async (kind) => {
    await using place = await testDatabase(kind, { migrated: false });
    await using app = await testApp({ database: place.url });
    await app.deliver(
      {
        subject: 'Café menu',
        from: 'Ada <ada@tea-house.example>',
        text: 'Green tea, black tea and cake.',
        ageMs: 1_000,
      },
      {
        subject: 'Boat',
        from: 'Grace <grace@navy.example>',
        text: 'The tea is cold. 100% sure.',
        flags: ['seen'],
        ageMs: 2_000,
      },
      {
        subject: 'Invoice',
        to: 'billing@marlow.example',
        text: 'Cake for the boat',
        flags: ['flagged'],
        ageMs: 3_000,
      },
    );
    await app.drain();
    const api = await app.serve();
    const found = async (q: string) =>
      subjects(await api.call('GET', `/api/search?q=${encodeURIComponent(q)}`));
    expect(await found('tea')).toEqual(['Café menu', 'Boat']);
    expect(await found('cafe')).toEqual(['Café menu']);
    expect(await found('"black tea"')).toEqual(['Café menu']);
    expect(await found('"black green"')).toEqual([]);
    expect(await found('inv*')).toEqual(['Invoice']);
    expect(await found('inv')).toEqual([]);
    expect(await found('from:tea-house.example')).toEqual(['Café menu']);
    expect(await found('from:grace@navy.example tea')).toEqual(['Boat']);
    expect(await found('to:billing')).toEqual(['Invoice']);
    expect(await found('subject:boat')).toEqual(['Boat']);
    expect(await found('cake -green')).toEqual(['Invoice']);
    expect(await found('is:unread tea')).toEqual(['Café menu']);
    expect(await found('is:starred')).toEqual(['Invoice']);
    expect(await found('label:inbox cake')).toEqual(['Café menu', 'Invoice']);
    expect(await found('label:nowhere cake')).toEqual([]);
    expect(await found('after:2100-01-01 tea')).toEqual([]);
  },
);

test.each([
  `" OR 1=1 --`,
  `'; drop table users; --`,
  'tea"*) NEAR(',
  '{subject} : x',
  "a' | b & !",
  '***',
  '"',
  'AND OR NOT',
  '%_%',
  'x:y:z',
  '\u0000',
  '日本語 検索',
  '((((',
])('whatever is typed, %j is only ever looked for', async (q) => {
  await using app = await testApp();
  await app.deliver({ text: 'tea' });
  await app.drain();
  const api = await app.serve();
  for (const path of ['search', 'threads']) {
    const answer = await api.call('GET', `/api/${path}?q=${encodeURIComponent(q)}`);
    expect([200, 422], answer.text).toContain(answer.status);
  }
});

test('an attachment is only ever saved, under a name that leads nowhere', async () => {
  await using app = await testApp();
  await app.deliver({ raw: WITH_FILE });
  await app.drain();
  const api = await app.serve();
  const [hit] = (await api.call('GET', '/api/search?q=file')).json.items;
  const file = await api.call('GET', `/api/messages/${hit.messageId}/attachments/0`);
  expect(file.status).toBe(200);
  expect(file.text).toContain('alert(1)');
  expect(file.headers.get('content-type')).toBe('application/octet-stream');
  expect(file.headers.get('x-content-type-options')).toBe('nosniff');
  expect(file.headers.get('content-security-policy')).toContain('sandbox');
  expect(file.headers.get('content-disposition')).toMatch(
    /^attachment; filename="[\w.]+\.html"; filename\*=UTF-8''[\w.%]+$/,
  );
  expect((await api.call('GET', `/api/messages/${hit.messageId}/attachments/1`)).status).toBe(404);
  const raw = await api.call('GET', `/api/messages/${hit.messageId}/raw`);
  expect(raw.text).toBe(WITH_FILE);
});
