import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Account } from '#accounts/account.ts';
import { beginSignIn, finishSignIn } from '#accounts/sign-in.ts';
import { listAccounts } from '#accounts/store.ts';
import type { App } from '#app.ts';
import { TOKEN_LEASE_MS } from '#config/limits-sign-in.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { openInstallation, type Place, placeText } from '#test/torture/kit/installation.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROBIN = 'robin@marlow.example';
const REDIRECT = 'http://127.0.0.1:9/google';

interface Bench {
  place: Place;
  fake: FakeGmail;
  settings: Record<string, unknown>;
}

/** A process that does this with `app` and is killed at that point. Resolves with the signal that ended it. */
const killedAt = (b: Bench, point: string, work: string): Promise<NodeJS.Signals | null> => {
  const script = `
    const { armCrash } = await import('#std/crashpoint.ts');
    const { openInstallation, placeOf } = await import('#test/torture/kit/installation.ts');
    const { finishSignIn } = await import('#accounts/sign-in.ts');
    const { listAccounts } = await import('#accounts/store.ts');
    const app = await openInstallation(placeOf(process.argv[1]), { settings: JSON.parse(process.argv[2]) });
    armCrash(process.argv[3]);
    ${work}
    await app.close();`;
  const args = ['--input-type=module', '-e', script, placeText(b.place), JSON.stringify(b.settings), point];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });
  return new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));
};

const withBench = async (work: (b: Bench) => Promise<void>): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-sign-in-'));
  await using fake = await startFakeGmail({ users: [ROBIN], behaviour: { consent: 'allow' } });
  const settings = {
    'gmail.client_id': fake.client.id,
    'gmail.client_secret': fake.client.secret,
    ...Object.fromEntries(Object.entries(fake.endpoints).map(([name, url]) => [`endpoints.${name}`, url])),
  };
  try {
    await work({ place: { dir, url: join(dir, 'ashford.db') }, fake, settings });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const consent = async (app: App): Promise<{ state: string; code: string }> => {
  const { url, state } = await beginSignIn(app.signIns, { userId: app.owner.id, redirectUri: REDIRECT });
  const answer = await fetch(url, { redirect: 'manual' });
  return { state, code: new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '' };
};

const gmailAccounts = async (app: App): Promise<Account[]> =>
  (await listAccounts(app.db)).filter(({ provider }) => provider === 'gmail');

/** After the lease of whoever died is over. */
const later = () => new ManualClock(systemClock.ms() + TOKEN_LEASE_MS + 1_000);

test.each([
  ['token.renewing', 1],
  ['token.renewed', 2],
  ['token.stored', 1],
])('killed at %s, a renewal is begun anew by who comes next, or found done', (point, calls) =>
  withBench(async (b) => {
    const first = await openInstallation(b.place, { settings: b.settings });
    const account = await finishSignIn(first.signIns, await consent(first));
    const old = await first.signIns.tokens.accessToken(account);
    await first.close();
    const before = b.fake.stats.calls('oauth.token');
    const work = `const [account] = (await listAccounts(app.db)).filter(({ provider }) => provider === 'gmail');
      await app.signIns.tokens.accessToken(account, { refused: ${JSON.stringify(old)} });`;
    expect(await killedAt(b, point, work)).toBe('SIGKILL');
    const next = await openInstallation(b.place, { settings: b.settings, clock: later() });
    const token = await next.signIns.tokens.accessToken(account, { refused: old });
    expect(token).not.toBe(old);
    expect(b.fake.world.auth.check(token)?.email).toBe(ROBIN);
    expect(b.fake.stats.calls('oauth.token') - before).toBe(calls);
    expect((await gmailAccounts(next))[0]?.status).toBe('active');
    await next.close();
  }),
);

test.each([
  ['sign-in.exchanged', 0],
  ['sign-in.stored', 1],
])('killed at %s, a sign-in is there whole or not at all, and the person can begin again', (point, stored) =>
  withBench(async (b) => {
    const app = await openInstallation(b.place, { settings: b.settings });
    const answer = await consent(app);
    const work = `await finishSignIn(app.signIns, ${JSON.stringify(answer)});`;
    expect(await killedAt(b, point, work)).toBe('SIGKILL');
    const found = await gmailAccounts(app);
    expect(found).toHaveLength(stored);
    const syncs = (await app.queue.list({ type: 'sync' })).length;
    expect(syncs).toBe(stored);
    await expect(finishSignIn(app.signIns, answer)).rejects.toMatchObject({ code: 'accounts.sign-in-over' });
    const account = await finishSignIn(app.signIns, await consent(app));
    expect(await gmailAccounts(app)).toHaveLength(1);
    expect(await app.signIns.tokens.accessToken(account)).toMatch(/^ya29\./);
    await app.close();
  }),
);
