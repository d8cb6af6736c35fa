import { createHash, createSign, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { clientOf, postForm } from '#test/fakes/gmail/test-client.ts';

const ROBIN = 'robin@marlow.example';
const REDIRECT = 'http://127.0.0.1:45678/back';
const MODIFY = 'https://www.googleapis.com/auth/gmail.modify';
const READONLY = 'https://www.googleapis.com/auth/gmail.readonly';
const DAY_MS = 86_400_000;

const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

const start = (behaviour: Parameters<typeof startFakeGmail>[0] = {}) =>
  startFakeGmail({ users: [ROBIN], ...behaviour, behaviour: { consent: 'allow', ...behaviour.behaviour } });

const authUrl = (fake: FakeGmail, changes: Record<string, string | undefined> = {}): string => {
  const all = {
    client_id: fake.client.id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: MODIFY,
    state: 'st4te',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    access_type: 'offline',
    ...changes,
  };
  const kept = Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined);
  return `${fake.endpoints.google_auth}?${new URLSearchParams(kept)}`;
};

const consent = async (fake: FakeGmail, changes: Record<string, string | undefined> = {}) => {
  const response = await fetch(authUrl(fake, changes), { redirect: 'manual' });
  const location = response.headers.get('location');
  return {
    status: response.status,
    html: await response.text(),
    back: location ? new URL(location) : undefined,
  };
};

const codeOf = async (fake: FakeGmail, changes: Record<string, string | undefined> = {}): Promise<string> =>
  (await consent(fake, changes)).back?.searchParams.get('code') ?? '';

const redeem = (fake: FakeGmail, code: string, changes: Record<string, string> = {}) =>
  postForm(fake.endpoints.google_token, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    client_id: fake.client.id,
    client_secret: fake.client.secret,
    code_verifier: verifier,
    ...changes,
  });

const refresh = (fake: FakeGmail, token: string, changes: Record<string, string> = {}) =>
  postForm(fake.endpoints.google_token, {
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: fake.client.id,
    client_secret: fake.client.secret,
    ...changes,
  });

test('a sign-in leads from the consent page to tokens that open the mailbox', async () => {
  await using fake = await start({ behaviour: { consent: 'page' } });
  const page = await consent(fake);
  expect(page.status).toBe(200);
  expect(page.html).toContain('Allow');
  const pressed = await fetch(authUrl(fake), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ answer: 'allow', user: ROBIN }),
  });
  const back = new URL(pressed.headers.get('location') ?? '');
  expect(back.origin + back.pathname).toBe(REDIRECT);
  expect(back.searchParams.get('state')).toBe('st4te');
  const { status, json } = await redeem(fake, back.searchParams.get('code') ?? '');
  expect(status).toBe(200);
  expect(json).toMatchObject({ token_type: 'Bearer', scope: MODIFY, expires_in: 3599 });
  expect((await clientOf(fake, json.access_token).gmail('profile')).json.emailAddress).toBe(ROBIN);
});

test('a person who says no sends the program back with access_denied', async () => {
  await using fake = await start({ behaviour: { consent: 'deny' } });
  const { back } = await consent(fake);
  expect(back?.searchParams.get('error')).toBe('access_denied');
  expect(back?.searchParams.get('state')).toBe('st4te');
});

test.each([
  ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
  ['a foreign address', { redirect_uri: 'https://evil.example/' }, 400, 'redirect_uri_mismatch'],
  ['no PKCE', { code_challenge: undefined }, 400, 'invalid_request'],
  ['PKCE without S256', { code_challenge_method: 'plain' }, 400, 'invalid_request'],
  ['a scope that does not exist', { scope: 'mail' }, 400, 'invalid_scope'],
])('the consent page is refused with %s', async (_, changes, status, code) => {
  await using fake = await start();
  const answer = await consent(fake, changes);
  expect(answer.status).toBe(status);
  expect(answer.html).toContain(code);
  expect(answer.back).toBeUndefined();
});

test('a code works once, and using it twice takes the tokens back', async () => {
  await using fake = await start();
  const code = await codeOf(fake);
  const first = await redeem(fake, code);
  expect(first.status).toBe(200);
  const second = await redeem(fake, code);
  expect([second.status, second.json.error]).toEqual([400, 'invalid_grant']);
  expect((await refresh(fake, first.json.refresh_token)).json.error).toBe('invalid_grant');
});

test.each([
  ['a wrong verifier', { code_verifier: 'a'.repeat(43) }, 400, 'invalid_grant'],
  ['no verifier', { code_verifier: '' }, 400, 'invalid_grant'],
  ['a verifier that is too short', { code_verifier: 'short' }, 400, 'invalid_request'],
  ['another way back', { redirect_uri: 'http://127.0.0.1:1/' }, 400, 'redirect_uri_mismatch'],
  ['a wrong secret', { client_secret: 'guess' }, 401, 'invalid_client'],
  ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
  ['a grant that does not exist', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ['no code', { code: '' }, 400, 'invalid_request'],
])('a code is not redeemed with %s', async (_, changes, status, error) => {
  await using fake = await start();
  const answer = await redeem(fake, await codeOf(fake), changes);
  expect([answer.status, answer.json.error]).toEqual([status, error]);
});

test('a code is over after ten minutes', async () => {
  await using fake = await start();
  const code = await codeOf(fake);
  fake.clock.advance(600_000);
  expect((await redeem(fake, code)).json.error).toBe('invalid_grant');
});

test('an access token ends by the clock, and a refresh gives the next one', async () => {
  await using fake = await start({ behaviour: { accessTokenS: 60 } });
  const { accessToken, refreshToken } = fake.grant(ROBIN);
  expect((await clientOf(fake, accessToken).gmail('profile')).status).toBe(200);
  fake.clock.advance(61_000);
  const refused = await clientOf(fake, accessToken).gmail('profile');
  expect(refused.status).toBe(401);
  expect(refused.json.error).toMatchObject({ status: 'UNAUTHENTICATED', errors: [{ reason: 'authError' }] });
  expect(refused.headers.get('www-authenticate')).toContain('invalid_token');
  const { json } = await refresh(fake, refreshToken);
  expect(json.refresh_token).toBeUndefined();
  expect((await clientOf(fake, json.access_token).gmail('profile')).status).toBe(200);
});

test('a refresh token belongs to its client', async () => {
  await using fake = await start();
  fake.addClient({ id: 'other', secret: 's', type: 'desktop' });
  const { refreshToken } = fake.grant(ROBIN);
  const answer = await refresh(fake, refreshToken, { client_id: 'other', client_secret: 's' });
  expect([answer.status, answer.json.error]).toEqual([401, 'unauthorized_client']);
});

test('while the project is in testing, refresh tokens end after seven days and only test users get in', async () => {
  await using fake = await start({ behaviour: { testing: true } });
  const { json } = await redeem(fake, await codeOf(fake));
  expect(json.refresh_token_expires_in).toBeLessThanOrEqual(604_800);
  fake.clock.advance(7 * DAY_MS - 1_000);
  expect((await refresh(fake, json.refresh_token)).status).toBe(200);
  fake.clock.advance(2_000);
  expect((await refresh(fake, json.refresh_token)).json.error).toBe('invalid_grant');
  fake.behaviour.testUsers = ['ada@marlow.example'];
  expect((await consent(fake)).status).toBe(403);
});

test('one refresh token too many ends the oldest', async () => {
  await using fake = await start({ behaviour: { refreshTokensPerClient: 2 } });
  const tokens = [fake.grant(ROBIN), fake.grant(ROBIN), fake.grant(ROBIN)].map((one) => one.refreshToken);
  const statuses = await Promise.all(tokens.map(async (one) => (await refresh(fake, one)).status));
  expect(statuses).toEqual([400, 200, 200]);
});

test('revoking ends the refresh token and every access token of it', async () => {
  await using fake = await start();
  const { accessToken, refreshToken } = fake.grant(ROBIN);
  const other = fake.grant(ROBIN);
  expect((await postForm(fake.endpoints.google_revoke, { token: refreshToken })).status).toBe(200);
  expect((await clientOf(fake, accessToken).gmail('profile')).status).toBe(401);
  expect((await refresh(fake, refreshToken)).json.error).toBe('invalid_grant');
  expect((await clientOf(fake, other.accessToken).gmail('profile')).status).toBe(200);
  const again = await postForm(fake.endpoints.google_revoke, { token: refreshToken });
  expect([again.status, again.json.error]).toEqual([400, 'invalid_token']);
});

test('a web client is held to its addresses, and gets a refresh token only offline and when the person is asked', async () => {
  const web = { id: 'web', secret: 's', type: 'web', redirectUris: ['https://mail.example/back'] } as const;
  await using fake = await start({ clients: [web] });
  const wish = { client_id: web.id, redirect_uri: web.redirectUris[0] };
  const tokens = async (changes: Record<string, string> = {}) =>
    (
      await redeem(fake, await codeOf(fake, { ...wish, ...changes }), {
        client_id: web.id,
        client_secret: web.secret,
        redirect_uri: wish.redirect_uri,
      })
    ).json;
  expect((await consent(fake, { client_id: web.id })).html).toContain('redirect_uri_mismatch');
  expect((await tokens()).refresh_token).toBeDefined();
  expect((await tokens()).refresh_token).toBeUndefined();
  expect((await tokens({ prompt: 'consent' })).refresh_token).toBeDefined();
  expect((await tokens({ prompt: 'consent', access_type: 'online' })).refresh_token).toBeUndefined();
});

test('a person may leave out scopes, and what is missing is refused by name', async () => {
  await using fake = await start({ behaviour: { consentScopes: [READONLY] } });
  const code = await codeOf(fake, { scope: `${READONLY} ${MODIFY}` });
  const { json } = await redeem(fake, code);
  expect(json.scope).toBe(READONLY);
  const refused = await clientOf(fake, json.access_token).post('labels', { name: 'x' });
  expect(refused.status).toBe(403);
  expect(refused.json.error).toMatchObject({
    status: 'PERMISSION_DENIED',
    errors: [{ reason: 'insufficientPermissions' }],
    details: [{ reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }],
  });
});

test('a project whose API is off is told so', async () => {
  await using fake = await start({ behaviour: { apiEnabled: false } });
  const { status, json } = await clientOf(fake, fake.grant(ROBIN).accessToken).gmail('profile');
  expect(status).toBe(403);
  expect(json.error.errors[0].reason).toBe('accessNotConfigured');
  expect(json.error.message).toContain('has not been used in project');
});

test('a service account gets a token for a signed assertion, and for no other', async () => {
  await using fake = await start();
  const key = fake.addServiceAccount();
  const nowS = Math.floor(fake.clock.ms() / 1_000);
  const claims = {
    iss: key.client_email,
    scope: 'https://www.googleapis.com/auth/pubsub',
    aud: key.token_uri,
  };
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { ...claims, iat: nowS, exp: nowS + 3_600 },
  ].map((one) => Buffer.from(JSON.stringify(one)).toString('base64url'));
  const signature = createSign('sha256').update(parts.join('.')).sign(key.private_key, 'base64url');
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const good = await postForm(key.token_uri, { grant_type, assertion: [...parts, signature].join('.') });
  expect(good.json.access_token).toMatch(/^ya29\./);
  const bad = await postForm(key.token_uri, { grant_type, assertion: [...parts, 'AAAA'].join('.') });
  expect(bad.json).toMatchObject({ error: 'invalid_grant' });
});

test('a token can be asked about', async () => {
  await using fake = await start();
  const { accessToken } = fake.grant(ROBIN, [MODIFY]);
  const of = async (token: string) => (await fetch(`${fake.url}/tokeninfo?access_token=${token}`)).json();
  expect(await of(accessToken)).toMatchObject({ scope: MODIFY, email: ROBIN, aud: fake.client.id });
  expect(await of('none')).toMatchObject({ error: 'invalid_token' });
  const who = await clientOf(fake, accessToken).call('/oauth2/v3/userinfo');
  expect(who.json).toMatchObject({ email: ROBIN });
});

test('the stand-in tells its own time', async () => {
  await using fake = await start({ now: () => Date.UTC(2026, 0, 15, 12) });
  const { headers } = await clientOf(fake, fake.grant(ROBIN).accessToken).gmail('profile');
  expect(headers.get('date')).toBe('Thu, 15 Jan 2026 12:00:00 GMT');
});

test('a call for somebody else, or without a token, is refused', async () => {
  await using fake = await start();
  fake.addUser('ada@marlow.example');
  const { accessToken } = fake.grant(ROBIN);
  expect((await clientOf(fake, accessToken).call('/gmail/v1/users/ada@marlow.example/profile')).status).toBe(
    403,
  );
  expect(
    (await clientOf(fake, accessToken).call(`/gmail/v1/users/${encodeURIComponent(ROBIN)}/profile`)).status,
  ).toBe(200);
  expect((await fetch(`${fake.url}/gmail/v1/users/me/profile`)).status).toBe(401);
});
