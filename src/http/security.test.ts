import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiToken } from '#access/token-store.ts';
import { type TestApp, type TestClient, testApp } from '#test/kit/test-app.ts';
import { ROUTES } from './routes/catalog.ts';

let app: TestApp;
let api: TestClient;

beforeAll(async () => {
  app = await testApp({ settings: { 'app.allowed_hosts': ['mail.home.example'] } });
  api = await app.serve();
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

interface Raw {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A request with whatever headers it likes: fetch would not let a test lie about Host and Origin. */
const raw = (r: Raw): Promise<{ status: number; text: string; headers: Record<string, unknown> }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const { method = 'GET', path = '/', headers = {} } = r;
    const setHost = headers.host === undefined;
    const request = httpRequest({ hostname, port, method, path, headers, setHost }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    });
    request.on('error', reject);
    request.end(r.body);
  });

const example = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'index' ? '0' : 'x'));
const countAudit = async (): Promise<number> =>
  Number((await app.app.db.all<{ n: number }>('select count(*) as n from audit_log'))[0]?.n);

const closed = ROUTES.filter((route) => route.access !== 'public');

test('there are routes to try', () => {
  expect(closed.length).toBeGreaterThan(40);
});

/** What a request to a route needs beside who asks. */
const carried = (method: string): Pick<Raw, 'headers' | 'body'> =>
  method === 'POST' || method === 'PATCH'
    ? { headers: { 'content-type': 'application/json' }, body: '{}' }
    : { headers: {} };

test.each(closed.map(({ method, path }) => ({ method, path })))(
  '$method $path refuses who does not say who they are, and a wrong token',
  async ({ method, path }) => {
    const { headers, ...rest } = carried(method);
    const anonymous = await raw({ method, path: example(path), headers: { ...headers }, ...rest });
    expect(anonymous.status).toBe(401);
    expect(JSON.parse(anonymous.text)).toMatchObject({ code: 'access.sign-in', status: 401 });
    const authorization = 'Bearer ashford_wrong';
    const wrong = await raw({ method, path: example(path), headers: { ...headers, authorization }, ...rest });
    expect(wrong.status).toBe(401);
  },
);

test.each(closed.filter((r) => r.method !== 'GET').map(({ method, path }) => ({ method, path })))(
  '$method $path does nothing for a page of another site',
  async ({ method, path }) => {
    const before = await countAudit();
    const { headers, ...rest } = carried(method);
    for (const origin of [
      'https://evil.example',
      'null',
      'http://127.0.0.1:1',
      'http://localhost.evil.example',
    ]) {
      const alien = { ...headers, origin, cookie: api.cookie };
      const answer = await raw({ method, path: example(path), headers: alien, ...rest });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text).code).toBe('http.alien-origin');
    }
    expect(await countAudit()).toBe(before);
  },
);

test('a token does only what its scopes allow', async () => {
  const { access, owner } = app.app;
  const held = { read: 0, act: 1, admin: 2 } as const;
  for (const scope of ['read', 'act', 'admin'] as const) {
    const { token } = await createApiToken(access, { userId: owner.id, name: scope, scopes: [scope] });
    for (const route of closed) {
      if (route.access === 'public' || route.produces === 'text/event-stream') continue;
      if (held[scope] >= held[route.access]) continue;
      const answer = await api.call(route.method, example(route.path), route.body ? {} : undefined, {
        authorization: `Bearer ${token}`,
      });
      expect(answer.status, `${scope} on ${route.path}`).toBe(403);
      expect(answer.json.code).toBe('access.scope');
    }
  }
});

describe('the Host that a request names', () => {
  const ours = (port: string) => [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LOCALHOST:${port}`,
    `localhost.:${port}`,
    `[::1]:${port}`,
    'mail.home.example',
    'mail.home.example:8443',
  ];
  const alien = (port: string) => [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    '127.0.0.1:1',
    `127.0.0.1.evil.example:${port}`,
    `localhost@evil.example:${port}`,
    `0.0.0.0:${port}`,
    `127.1:${port}`,
    `localhost:${port}.evil.example`,
    'x.mail.home.example',
    '',
  ];
  const origins = [undefined, 'same', 'https://evil.example', 'null'];

  test('together with the Origin decides, for reading and for changing', async () => {
    const { port } = new URL(api.url);
    const rows = [
      ...ours(port).map((host) => ({ host, known: true })),
      ...alien(port).map((host) => ({ host, known: false })),
    ];
    for (const { host, known } of rows) {
      for (const origin of origins) {
        const says = origin === 'same' ? `http://${host.toLowerCase()}` : origin;
        const headers = { host, cookie: api.cookie, ...(says === undefined ? {} : { origin: says }) };
        const label = `${host} from ${says}`;
        const read = await raw({ path: '/api/labels', headers });
        // What is no host at all never comes so far as to be looked up.
        const refused = /^$|@|:\d+\D/.test(host) ? 400 : 421;
        expect(read.status, label).toBe(known ? 200 : refused);
        const change = await raw({
          method: 'POST',
          path: '/api/jobs/retry',
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{}',
        });
        expect(change.status, label).toBe(known ? (origin === 'same' ? 200 : 403) : refused);
      }
    }
  });
});

test('a browser that hides the origin of our own page says so itself', async () => {
  const { port } = new URL(api.url);
  const send = (fetchSite: string) =>
    raw({
      method: 'POST',
      path: '/api/jobs/retry',
      headers: {
        host: `127.0.0.1:${port}`,
        origin: 'null',
        cookie: api.cookie,
        'sec-fetch-site': fetchSite,
        'content-type': 'application/json',
      },
      body: '{}',
    });
  expect((await send('same-origin')).status).toBe(200);
  for (const other of ['same-site', 'cross-site', 'none']) expect((await send(other)).status).toBe(403);
});

test('every answer carries the headers that keep a browser safe', async () => {
  for (const path of ['/healthz', '/api/labels', '/', '/sign-in', '/nowhere.txt', '/api/nowhere']) {
    const { headers } = await api.call('GET', path);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('x-frame-options'), path).toBe('DENY');
    expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy'), path).not.toMatch(
      /unsafe-inline'?[^;]*script|script-src[^;]*unsafe/,
    );
    expect(headers.get('referrer-policy'), path).toMatch(/^(no-referrer|same-origin)$/);
  }
});

test('a body that is too large, no JSON, or of another type is refused', async () => {
  const path = '/api/rules/deterministic';
  const authorization = `Bearer ${api.cliKey}`;
  const send = (body: string, type: string) =>
    raw({ method: 'POST', path, headers: { authorization, 'content-type': type }, body });
  expect((await send(`"${'x'.repeat(1_100_000)}"`, 'application/json')).status).toBe(413);
  expect((await send('{', 'application/json')).status).toBe(400);
  expect((await send('a=1', 'application/x-www-form-urlencoded')).status).toBe(415);
  expect((await send('{}', 'application/json')).status).toBe(422);
});
