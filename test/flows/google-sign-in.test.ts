import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookAtTokensJob } from '#accounts/refresh.job.ts';
import { beginSignIn, finishSignIn, revokeSignIn } from '#accounts/sign-in.ts';
import { findAnyAccount, listAccounts } from '#accounts/store.ts';
import { listActivity } from '#activity/store.ts';
import { signInElsewhere, signInHere } from '#cli/google-sign-in.ts';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';

const ROBIN = 'robin@marlow.example';
const OTHER = 'robin@elsewhere.example';
const REDIRECT = 'http://127.0.0.1:9/callback';

const PUBSUB = {
  'gmail.use_pubsub': true,
  'gmail.project_id': 'p',
  'gmail.topic': 'projects/p/topics/t',
  'gmail.subscription': 'projects/p/subscriptions/s',
};

const google = () => startFakeGmail({ users: [ROBIN, OTHER], behaviour: { consent: 'allow' } });

const appWith = (fake: FakeGmail, settings: Record<string, unknown> = {}, database?: string) =>
  testApp({
    ...(database === undefined ? {} : { database }),
    settings: {
      'gmail.client_id': fake.client.id,
      'gmail.client_secret': fake.client.secret,
      ...Object.fromEntries(Object.entries(fake.endpoints).map(([name, url]) => [`endpoints.${name}`, url])),
      ...settings,
    },
  });

/** What the browser of a person does: opens the address, and ends where Google sends it. */
const browse = async (url: string): Promise<URLSearchParams> => {
  const answer = await fetch(url, { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? 'about:blank').searchParams;
};

const begin = (t: TestApp, accountId?: string) =>
  beginSignIn(t.app.signIns, { userId: t.app.owner.id, redirectUri: REDIRECT, accountId });

const signIn = async (t: TestApp, accountId?: string) => {
  const { url, state } = await begin(t, accountId);
  const query = await browse(url);
  return finishSignIn(t.app.signIns, {
    state,
    code: query.get('code') ?? undefined,
    error: query.get('error') ?? undefined,
  });
};

const accountOf = async (t: TestApp, id: string) => {
  const found = await findAnyAccount(t.app.db, id);
  if (!found) throw new Error('no such account');
  return found;
};

test('a person says yes, and the account is there with its sign-in and its first sync', async () => {
  await using fake = await google();
  await using t = await appWith(fake);
  const account = await signIn(t);
  expect(account).toMatchObject({ provider: 'gmail', email: ROBIN, status: 'active' });
  expect(account.state.signIn?.scopes).toEqual(['https://www.googleapis.com/auth/gmail.modify']);
  const jobs = await t.app.queue.list({ type: 'sync' });
  expect(jobs.map(({ payload }) => payload)).toContainEqual({ accountId: account.id });
  expect(await t.app.signIns.tokens.accessToken(account)).toMatch(/^ya29\./);
  expect((await listActivity(t.app.db, t.app.owner.id)).items[0]?.action).toBe('account.connect');
});

test.each([
  ['watch_only', false, ['https://www.googleapis.com/auth/gmail.readonly']],
  ['full', true, ['https://mail.google.com/', 'https://www.googleapis.com/auth/pubsub']],
])(
  'with %s access no more is asked for than it needs, by PKCE and for a lasting sign-in',
  async (access, pubsub, scopes) => {
    await using fake = await google();
    await using t = await appWith(fake, { 'gmail.access': access, ...(pubsub ? PUBSUB : {}) });
    const { url, state } = await begin(t);
    const query = Object.fromEntries(new URL(url).searchParams);
    expect(query).toMatchObject({
      state,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: scopes.join(' '),
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
    });
    expect(query.code_challenge).toMatch(/^[\w-]{43}$/);
    expect(query).not.toHaveProperty('client_secret');
  },
);

test('a state works once, and not after ten minutes, and not one that was made up', async () => {
  await using fake = await google();
  await using t = await appWith(fake);
  const over = { code: 'accounts.sign-in-over', kind: 'input' };
  const { url, state } = await begin(t);
  const code = (await browse(url)).get('code') ?? '';
  await finishSignIn(t.app.signIns, { state, code });
  await expect(finishSignIn(t.app.signIns, { state, code })).rejects.toMatchObject(over);
  await expect(finishSignIn(t.app.signIns, { state: 'x'.repeat(43), code })).rejects.toMatchObject(over);
  const second = await begin(t);
  await t.app.db.write((tx) =>
    tx.run('update oauth_sign_ins set expires_at = $1', ['2026-01-01T00:00:00.000Z']),
  );
  await expect(finishSignIn(t.app.signIns, { state: second.state, code })).rejects.toMatchObject(over);
});

test('whoever says no, leaves a box unticked, or comes back with a code of somebody else is told what to do', async () => {
  await using fake = await google();
  await using t = await appWith(fake, PUBSUB);
  fake.behaviour.consent = 'deny';
  await expect(signIn(t)).rejects.toMatchObject({ code: 'accounts.consent-refused' });
  fake.behaviour.consent = 'allow';
  fake.behaviour.consentScopes = ['https://www.googleapis.com/auth/gmail.modify'];
  await expect(signIn(t)).rejects.toMatchObject({
    code: 'accounts.scopes-missing',
    fields: { missing: 'https://www.googleapis.com/auth/pubsub' },
  });
  fake.behaviour.consentScopes = null;
  const stolen = (await browse((await begin(t)).url)).get('code') ?? '';
  const { state } = await begin(t);
  await expect(finishSignIn(t.app.signIns, { state, code: stolen })).rejects.toMatchObject({
    code: 'accounts.code-refused',
  });
  expect((await listAccounts(t.app.db)).filter(({ provider }) => provider === 'gmail')).toEqual([]);
});

test('an account that signs in again must be the same mailbox, and goes on with what waited', async () => {
  await using fake = await google();
  await using t = await appWith(fake);
  const account = await signIn(t);
  fake.revoke(ROBIN);
  await expect(
    t.app.signIns.tokens.accessToken(account, { refused: await t.app.signIns.tokens.accessToken(account) }),
  ).rejects.toMatchObject({ code: 'accounts.consent-gone', kind: 'needs-user' });
  expect(await accountOf(t, account.id)).toMatchObject({
    status: 'needs_reauthorization',
    statusReason: expect.stringContaining('Sign in again'),
  });
  const { url, state } = await begin(t, account.id);
  expect(new URL(url).searchParams.get('login_hint')).toBe(ROBIN);
  const elsewhere = new URL(url);
  elsewhere.searchParams.set('login_hint', OTHER);
  const code = (await browse(elsewhere.href)).get('code') ?? '';
  await expect(finishSignIn(t.app.signIns, { state, code })).rejects.toMatchObject({
    code: 'accounts.other-address',
  });
  expect((await accountOf(t, account.id)).status).toBe('needs_reauthorization');
  await signIn(t, account.id);
  expect(await accountOf(t, account.id)).toMatchObject({ status: 'active', statusReason: null });
  expect(await t.app.signIns.tokens.accessToken(account)).toMatch(/^ya29\./);
});

test('adding a mailbox that is there already signs it in anew', async () => {
  await using fake = await google();
  await using t = await appWith(fake);
  const first = await signIn(t);
  const second = await signIn(t);
  expect(second.id).toBe(first.id);
});

test('the end of a sign-in in testing is told where Google says it', async () => {
  await using fake = await google();
  fake.behaviour.testing = true;
  await using t = await appWith(fake);
  const { signIn: facts } = (await signIn(t)).state;
  const days = (Date.parse(facts?.endsAt ?? '') - Date.parse(facts?.at ?? '')) / 86_400_000;
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThan(7.1);
});

test('the Gmail API that is turned off, and a client that is not known, are told with their cures', async () => {
  await using fake = await google();
  fake.behaviour.apiEnabled = false;
  await using t = await appWith(fake);
  await expect(signIn(t)).rejects.toMatchObject({
    code: 'mail.api-disabled',
    help: expect.stringContaining('console.cloud.google.com'),
  });
  await using wrong = await appWith(fake, { 'gmail.client_secret': 'not the secret' });
  await expect(signIn(wrong)).rejects.toMatchObject({ code: 'accounts.client-refused' });
});

test('the consent is given back when the account is signed out, and it is no error when it is gone already', async () => {
  await using fake = await google();
  await using t = await appWith(fake);
  const account = await signIn(t);
  expect(fake.world.auth.refreshTokensOf(ROBIN)).toHaveLength(1);
  await revokeSignIn(t.app.signIns, account.id);
  expect(fake.world.auth.refreshTokensOf(ROBIN)).toEqual([]);
  await revokeSignIn(t.app.signIns, account.id);
  await revokeSignIn(t.app.signIns, t.accountId);
});

test('a client of the wrong type, and a file that is none, are told before anybody is sent to Google', async () => {
  await using fake = await google();
  const dir = mkdtempSync(join(tmpdir(), 'ashford-client-'));
  try {
    const file = join(dir, 'client.json');
    const part = { client_id: fake.client.id, client_secret: fake.client.secret };
    const cases: [unknown, string | undefined][] = [
      [{ installed: part }, undefined],
      [{ web: { ...part, redirect_uris: [REDIRECT] } }, undefined],
      [{ web: part }, 'accounts.client-type'],
      [{ type: 'service_account', ...part }, 'accounts.client-type'],
      [{ installed: {} }, 'accounts.client-file'],
      ['no JSON {', 'accounts.client-file'],
      [[], 'accounts.client-file'],
    ];
    for (const [content, code] of cases) {
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      const settings = {
        'gmail.client_id': undefined,
        'gmail.client_secret': undefined,
        'gmail.credentials_path': file,
      };
      await using t = await appWith(fake, settings);
      if (code === undefined) expect((await begin(t)).url).toContain(encodeURIComponent(fake.client.id));
      else
        await expect(begin(t)).rejects.toMatchObject({ code, help: expect.stringContaining('Desktop app') });
    }
    writeFileSync(file, JSON.stringify({ installed: part }));
    await using far = await appWith(fake, {
      'gmail.client_id': undefined,
      'gmail.client_secret': undefined,
      'gmail.credentials_path': file,
    });
    const redirectUri = 'https://mail.marlow.example/api/accounts/oauth/callback';
    await expect(
      beginSignIn(far.app.signIns, { userId: far.app.owner.id, redirectUri }),
    ).rejects.toMatchObject({
      code: 'accounts.client-type',
      help: expect.stringContaining('--no-browser'),
    });
    await using none = await appWith(fake, {
      'gmail.client_id': undefined,
      'gmail.client_secret': undefined,
    });
    await expect(begin(none)).rejects.toMatchObject({ code: 'accounts.no-client' });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a browser comes back to the server without a session, and reads a page that leads on', async () => {
  await using fake = await google();
  await using t = await appWith(fake);
  const { url } = await t.serve();
  const redirectUri = `${url}/api/accounts/oauth/callback`;
  const begun = await beginSignIn(t.app.signIns, { userId: t.app.owner.id, redirectUri });
  const page = await fetch(begun.url);
  expect(page.status).toBe(200);
  const text = await page.text();
  expect(text).toContain(ROBIN);
  expect(text).toContain('href="/accounts"');
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  const again = await fetch(page.url);
  expect(again.status).toBe(400);
  expect(await again.text()).toContain('Begin again');
  const refused = await fetch(`${redirectUri}?state=${'x'.repeat(20)}&error=%3Cscript%3E`);
  expect(refused.status).toBe(400);
  expect(await refused.text()).not.toContain('<script>');
});

test('a terminal waits on a port of its own, takes the one answer that knows the state, and is gone', async () => {
  await using fake = await google();
  await using t = await appWith(fake);
  const said: string[] = [];
  let seen = '';
  const account = await signInHere(t.app.signIns, {
    userId: t.app.owner.id,
    say: (text) => said.push(text),
    open: async (address) => {
      seen = address;
      const alien = await fetch(`${address}google?state=made-up&code=x`);
      const missing = await fetch(`${address}favicon.ico`);
      expect([alien.status, missing.status]).toEqual([400, 404]);
      await fetch(address);
    },
  });
  expect(account.email).toBe(ROBIN);
  expect(seen).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(said.join()).toContain(seen);
  await expect(fetch(seen)).rejects.toThrow();
});

test.each(['the whole address', 'the code alone'])(
  'without a browser here, %s is pasted back',
  async (what) => {
    await using fake = await google();
    await using t = await appWith(fake);
    let said = '';
    const account = await signInElsewhere(t.app.signIns, {
      userId: t.app.owner.id,
      say: (text) => {
        said += text;
      },
      ask: async () => {
        const answer = await fetch(/http\S+auth\S+/.exec(said)?.[0] ?? '', { redirect: 'manual' });
        const address = answer.headers.get('location') ?? '';
        return what === 'the whole address'
          ? ` ${address}\n`
          : (new URL(address).searchParams.get('code') ?? '');
      },
    });
    expect(account.email).toBe(ROBIN);
  },
);

test('an address of another sign-in is not taken', async () => {
  await using fake = await google();
  await using t = await appWith(fake);
  const ask = async () => 'http://127.0.0.1:1/google?state=another&code=x';
  const told = signInElsewhere(t.app.signIns, { userId: t.app.owner.id, say: () => {}, ask });
  await expect(told).rejects.toMatchObject({ code: 'accounts.other-sign-in' });
});

test('of all that a sign-in is made of nothing stands in the database or in the log', async () => {
  await using fake = await google();
  const dir = mkdtempSync(join(tmpdir(), 'ashford-canary-'));
  try {
    const secrets = new Set<string>([fake.client.secret]);
    let logged = '';
    {
      await using t = await appWith(fake, { 'app.log_level': 'debug' }, join(dir, 'ashford.db'));
      const { url, state } = await begin(t);
      const code = (await browse(url)).get('code') ?? '';
      for (const one of [state, code]) secrets.add(one);
      const account = await finishSignIn(t.app.signIns, { state, code });
      const { tokens, credentials } = t.app.signIns;
      const first = await tokens.accessToken(account);
      secrets.add(first).add(await tokens.accessToken(account, { refused: first }));
      secrets.add((await credentials.read(account.id, 'refresh_token'))?.value ?? '');
      await t.drain();
      fake.revoke(ROBIN);
      const refused = await tokens.accessToken(account);
      const error: unknown = await tokens.accessToken(account, { refused }).catch((e: unknown) => e);
      t.app.log.warn({ err: error }, 'canary');
      logged = JSON.stringify(t.log.lines);
      const open = readdirSync(dir).map((name) => readFileSync(join(dir, name)));
      expect(existsSync(join(dir, 'ashford.db-wal'))).toBe(true);
      for (const secret of secrets) {
        expect(secret.length).toBeGreaterThan(15);
        expect(open.some((bytes) => bytes.includes(secret))).toBe(false);
      }
      expect(open.some((bytes) => bytes.includes(ROBIN))).toBe(true);
    }
    expect(logged).toContain('canary');
    for (const secret of secrets) expect(logged).not.toContain(secret);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a token that ends soon is renewed by its schedule, once, and what waits is woken', async () => {
  await using fake = await google();
  fake.behaviour.accessTokenS = 600;
  await using t = await appWith(fake);
  const account = await signIn(t);
  const before = fake.stats.calls('oauth.token');
  await t.app.queue.enqueue(lookAtTokensJob, {});
  await t.drain();
  expect(fake.stats.calls('oauth.token')).toBe(before + 1);
  expect((await accountOf(t, account.id)).state.signIn?.renewedAt).toBeDefined();
});
