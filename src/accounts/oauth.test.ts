import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { TOKEN_DEFAULT_MS } from '#config/limits-sign-in.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { type OAuthPorts, refreshTokens, revokeToken } from './oauth.ts';

interface Script {
  status: number;
  body: string;
  headers?: Record<string, string>;
  hang?: boolean;
}

/** A token endpoint that answers what it is told to. */
const endpoint = async (script: Script, clock = systemClock) => {
  const asked: { url: string; form: URLSearchParams }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += String(part);
    });
    request.on('end', () => {
      asked.push({ url: request.url ?? '', form: new URLSearchParams(text) });
      if (script.hang) return;
      response.writeHead(script.status, { 'content-type': 'application/json', ...script.headers });
      response.end(script.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ports: OAuthPorts = {
    clock,
    server: { name: 'Google', authorize: `${url}/auth`, token: `${url}/token`, revoke: `${url}/revoke` },
    client: { id: 'client', secret: 'SECRET-CLIENT' },
  };
  return {
    ports,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const error = (code: string): string =>
  JSON.stringify({ error: code, error_description: 'SECRET-DESCRIPTION' });

test.each<[string, Script, Record<string, unknown>]>([
  [
    'a consent that is gone',
    { status: 400, body: error('invalid_grant') },
    { kind: 'needs-user', code: 'accounts.consent-gone' },
  ],
  [
    'a client that is not known',
    { status: 401, body: error('invalid_client') },
    { kind: 'needs-user', code: 'accounts.client-refused' },
  ],
  [
    'a client that is refused by a challenge',
    { status: 401, body: error('invalid_client'), headers: { 'www-authenticate': 'Basic realm="x"' } },
    { kind: 'needs-user', code: 'accounts.client-refused' },
  ],
  [
    'an administrator',
    { status: 400, body: error('admin_policy_enforced') },
    { kind: 'needs-user', code: 'mail.domain-policy' },
  ],
  [
    'a refusal of another name',
    { status: 400, body: error('something_new') },
    { kind: 'needs-user', code: 'accounts.sign-in-failed' },
  ],
  [
    'an outage',
    { status: 503, body: 'down', headers: { 'retry-after': '7' } },
    { kind: 'transient', retryAfterMs: 7_000 },
  ],
  ['an outage that says invalid_grant', { status: 500, body: error('invalid_grant') }, { kind: 'transient' }],
  [
    'too many calls',
    { status: 429, body: error('rate_limit'), headers: { 'retry-after': '3' } },
    { kind: 'transient', retryAfterMs: 3_000 },
  ],
  ['an answer that is no JSON', { status: 200, body: '<html>SECRET-BODY' }, { kind: 'transient' }],
  [
    'an answer without a token',
    { status: 200, body: JSON.stringify({ token_type: 'bearer', refresh_token: 'SECRET-REFRESH' }) },
    { kind: 'transient' },
  ],
  ['an answer that has no end', { status: 200, body: 'x'.repeat(1_000_000) }, { kind: 'transient' }],
  [
    'a redirect',
    { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
    { kind: 'transient' },
  ],
])('%s is told in our words, without what was sent or answered', async (_, script, wanted) => {
  await using e = await endpoint(script);
  const thrown: unknown = await refreshTokens(e.ports, 'SECRET-TOKEN').catch((x: unknown) => x);
  expect(thrown).toMatchObject(wanted);
  const { message, help, fields, cause } = thrown as Record<string, unknown>;
  expect(JSON.stringify([message, help, fields, cause ?? null])).not.toContain('SECRET');
  expect(cause).toBeUndefined();
});

test('a server that can not be reached, and one that never answers, are tried again later', async () => {
  await using hanging = await endpoint({ status: 200, body: '', hang: true }, new ManualClock());
  const nowhere = { ...hanging.ports, server: { ...hanging.ports.server, token: 'http://127.0.0.1:1/' } };
  await expect(refreshTokens(nowhere, 't')).rejects.toMatchObject({ kind: 'transient' });
  const waiting = refreshTokens(hanging.ports, 't');
  waiting.catch(() => {});
  const clock = hanging.ports.clock as ManualClock;
  while (hanging.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(20_000);
  await expect(waiting).rejects.toMatchObject({ kind: 'transient', code: 'accounts.token-endpoint' });
});

test('the secrets go in the body, never in the address', async () => {
  await using e = await endpoint({
    status: 200,
    body: JSON.stringify({ access_token: 'a', token_type: 'Bearer' }),
  });
  const startMs = systemClock.ms();
  const tokens = await refreshTokens(e.ports, 'SECRET-TOKEN');
  expect(tokens).toMatchObject({
    accessToken: 'a',
    refreshToken: undefined,
    scopes: undefined,
    clockOffMs: 0,
  });
  expect(tokens.endsMs - startMs).toBeGreaterThanOrEqual(TOKEN_DEFAULT_MS);
  await revokeToken(e.ports, 'SECRET-TOKEN');
  expect(e.asked.map(({ url }) => url)).toEqual(['/token', '/revoke']);
  expect(e.asked[0]?.form.get('refresh_token')).toBe('SECRET-TOKEN');
  expect(e.asked[1]?.form.get('token')).toBe('SECRET-TOKEN');
});

test('giving back what is gone is no error, and a server that is away is', async () => {
  await using gone = await endpoint({ status: 400, body: error('invalid_token') });
  await revokeToken(gone.ports, 't');
  await using away = await endpoint({ status: 503, body: '' });
  await expect(revokeToken(away.ports, 't')).rejects.toMatchObject({ kind: 'transient' });
});

test('a clock that is off is told beside the refusal that it may have caused', async () => {
  const clock = new ManualClock(systemClock.ms() + 3_600_000);
  await using e = await endpoint({ status: 400, body: error('invalid_grant') }, clock);
  await expect(refreshTokens(e.ports, 't')).rejects.toMatchObject({
    help: expect.stringContaining('60 minutes ahead'),
  });
});
