import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { beginSignIn, finishSignIn } from '#accounts/sign-in.ts';
import { loadConfig } from '#config/load.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { testApp } from '#test/kit/test-app.ts';
import { signIns } from './sign-ins.ts';

const ROBIN = 'robin@marlow.example';
const REDIRECT = 'http://127.0.0.1:9/callback';

const withAccount = async (
  look: (o: {
    fake: FakeGmail;
    examine: (
      more?: Record<string, unknown>,
      clock?: typeof systemClock,
    ) => ReturnType<typeof signIns.examine>;
  }) => Promise<void>,
): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-doctor-'));
  await using fake = await startFakeGmail({ users: [ROBIN], behaviour: { consent: 'allow', testing: true } });
  const settings = {
    'paths.database': join(dir, 'ashford.db'),
    'auth.encryption_key': 'the key of this test',
    'gmail.client_id': fake.client.id,
    'gmail.client_secret': fake.client.secret,
    ...Object.fromEntries(Object.entries(fake.endpoints).map(([name, url]) => [`endpoints.${name}`, url])),
  };
  try {
    await using t = await testApp({ settings, database: join(dir, 'ashford.db') });
    const { url, state } = await beginSignIn(t.app.signIns, {
      userId: t.app.owner.id,
      redirectUri: REDIRECT,
    });
    const answer = await fetch(url, { redirect: 'manual' });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    await finishSignIn(t.app.signIns, { state, code });
    const examine = (more: Record<string, unknown> = {}, clock = systemClock) => {
      const overrides = { ...settings, ...more };
      const loaded = loadConfig({ env: {}, cwd: dir, homeDir: dir, readFile: () => undefined, overrides });
      return signIns.examine({ ...loaded, clock });
    };
    await look({ fake, examine });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

test('the doctor signs in, and tells how old a sign-in is and when it ends', () =>
  withAccount(async ({ examine }) => {
    expect(await examine()).toMatchObject([
      { state: 'ok', says: `${ROBIN}: Google accepts the sign-in. It was made within the last day.` },
      { state: 'ok', says: expect.stringContaining('in testing'), cure: expect.stringContaining('Publish') },
    ]);
    const later = new ManualClock(systemClock.ms() + 6 * 86_400_000);
    expect(await examine({}, later)).toMatchObject([
      { state: 'ok', says: expect.stringContaining('It is 6 days old.') },
      { state: 'warn', says: expect.stringContaining('minutes ahead') },
      { state: 'warn', says: expect.stringContaining('the sign-in ends on') },
    ]);
  }));

test('each way in which a sign-in fails is named with its cure, and without a secret', () =>
  withAccount(async ({ fake, examine }) => {
    const first = async (more?: Record<string, unknown>, clock?: typeof systemClock) => {
      const found = await examine(more, clock);
      expect(JSON.stringify(found)).not.toMatch(/ya29|1\/\/0|GOCSPX/);
      return found[0];
    };
    expect(await first({ 'gmail.client_secret': 'another' })).toMatchObject({
      state: 'fail',
      says: expect.stringContaining('OAuth client'),
      cure: expect.stringContaining('Desktop app'),
    });
    expect(await first({ 'gmail.client_id': undefined, 'gmail.client_secret': undefined })).toMatchObject({
      state: 'fail',
      says: expect.stringContaining('no Google client'),
    });
    expect(await first({ 'auth.encryption_key': 'some other key than before' })).toMatchObject({
      state: 'fail',
      says: expect.stringContaining('another key'),
    });
    expect(await first({ 'endpoints.google_token': 'http://127.0.0.1:1/token' })).toMatchObject({
      state: 'warn',
      cure: expect.stringContaining('internet'),
    });
    const full = await examine({ 'gmail.access': 'full' });
    expect(full[1]).toMatchObject({
      state: 'warn',
      says: expect.stringContaining('https://mail.google.com/'),
    });
    fake.behaviour.apiEnabled = false;
    expect(await first()).toMatchObject({
      state: 'fail',
      cure: expect.stringContaining('enable the Gmail API'),
    });
    fake.behaviour.apiEnabled = true;
    fake.revoke(ROBIN);
    expect(await first()).toMatchObject({
      state: 'fail',
      says: `${ROBIN}: Google no longer accepts the sign-in.`,
      cure: expect.stringContaining('Sign in again'),
    });
    const behind = new ManualClock(systemClock.ms() - 3_600_000);
    expect(await first({}, behind)).toMatchObject({ cure: expect.stringContaining('60 minutes behind') });
  }));
