import { describe, expect, test } from 'vitest';
import { ensureOwner } from '#access/user-store.ts';
import { makeLive } from '#activity/live.ts';
import { listActivity } from '#activity/store.ts';
import { TOKEN_LEASE_MS, TOKEN_MARGIN_MS } from '#config/limits-sign-in.ts';
import type { Db } from '#db/db.ts';
import { openDatabase } from '#db/open.ts';
import { type Clock, ManualClock, systemClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import { encryptionKeys } from './encryption-keys.ts';
import { keyFile } from './key-place.ts';
import { acquireLease } from './lease-store.ts';
import type { Tokens } from './oauth.ts';
import { createAccount, findAnyAccount, mergeAccountState, setAccountStatus } from './store.ts';
import { ACCESS_TOKEN, REFRESH_TOKEN, storedToken, type TokenKeeper, tokenKeeper } from './tokens.ts';

const HOUR_MS = 3_600_000;
const KEY = 'the encryption key of this test';

/** Google, which counts. */
const provider = (clock: Clock) => {
  const google = {
    calls: [] as string[],
    refusal: undefined as AppError | undefined,
    delayMs: 0,
    renew: async (_: unknown, refreshToken: string): Promise<Tokens> => {
      google.calls.push(refreshToken);
      const n = google.calls.length;
      if (google.delayMs > 0) await systemClock.sleep(google.delayMs);
      if (google.refusal) throw google.refusal;
      return {
        accessToken: `access ${n}`,
        endsMs: clock.ms() + HOUR_MS,
        refreshToken: undefined,
        scopes: undefined,
        refreshEndsMs: undefined,
        clockOffMs: 0,
      };
    },
  };
  return google;
};

type Google = ReturnType<typeof provider>;

const partsOf = (db: Db, clock: Clock) => {
  const keys = encryptionKeys({ configured: KEY, place: keyFile('/nowhere/at/all', systemRandom) });
  const newId = idMaker(clock, systemRandom);
  const base = { db, clock, newId, random: systemRandom, live: makeLive() };
  return { ...base, credentials: credentialsOf({ ...base, keys }) };
};

const keeperOf = (db: Db, clock: Clock, google: Google): TokenKeeper =>
  tokenKeeper({ ...partsOf(db, clock), renew: google.renew });

interface Bench {
  db: Db;
  userId: string;
  accountId: string;
  credentials: Credentials;
  account(): Promise<NonNullable<Awaited<ReturnType<typeof findAnyAccount>>>>;
  signIn(access: string | null, endsMs: number, refresh?: string): Promise<void>;
}

const bench = async (db: Db, clock: Clock): Promise<Bench> => {
  const parts = partsOf(db, clock);
  const access = { tokenHash: String, lifetimes: { linkMs: 0, sessionMs: 0 } };
  const owner = { email: 'owner@localhost', displayName: 'Owner', timeZone: 'UTC' };
  const { id: userId } = await ensureOwner({ ...parts, ...access }, owner);
  const { id: accountId } = await createAccount(parts, {
    userId,
    provider: 'gmail',
    email: 'robin@marlow.example',
    displayName: 'Robin',
  });
  return {
    db,
    userId,
    accountId,
    credentials: parts.credentials,
    account: async () => {
      const found = await findAnyAccount(db, accountId);
      if (!found) throw new Error('no account');
      return found;
    },
    signIn: (token, endsMs, refresh = 'refresh') =>
      parts.credentials.storing(async (tx, sealer) => {
        const put = (field: string, value: string) => sealer.put({ accountId, userId, field, value });
        await put(REFRESH_TOKEN, refresh);
        if (token !== null) await put(ACCESS_TOKEN, storedToken({ accessToken: token, endsMs }));
        const now = clock.now();
        await mergeAccountState(tx, { id: accountId, part: { signIn: { at: now } }, now });
        await setAccountStatus(tx, { id: accountId, status: 'active', reason: null, now });
      }),
  };
};

const gone = () =>
  new AppError('needs-user', 'accounts.consent-gone', 'Google no longer accepts the sign-in');

describe('on one machine', () => {
  const start = async () => {
    const clock = new ManualClock();
    const t = await testDatabase('memory', { clock });
    const b = await bench(t.db, clock);
    const google = provider(clock);
    return { t, clock, b, google, keeper: keeperOf(t.db, clock, google) };
  };

  test('a token is used until shortly before its end, then renewed, and told by the account', async () => {
    const { t, clock, b, google, keeper } = await start();
    await using _ = t;
    await b.signIn('first', clock.ms() + HOUR_MS);
    expect(await keeper.accessToken(await b.account())).toBe('first');
    clock.advance(HOUR_MS - TOKEN_MARGIN_MS - 1);
    expect(await keeper.accessToken(await b.account())).toBe('first');
    clock.advance(1);
    expect(await keeper.accessToken(await b.account())).toBe('access 1');
    expect(google.calls).toEqual(['refresh']);
    const { signIn } = (await b.account()).state;
    expect(signIn).toMatchObject({
      renewedAt: clock.now(),
      tokenEndsAt: new Date(clock.ms() + HOUR_MS).toISOString(),
    });
  });

  test('one that was refused is renewed although it should be good, once for all who were refused', async () => {
    const { t, clock, b, google, keeper } = await start();
    await using _ = t;
    await b.signIn('first', clock.ms() + HOUR_MS);
    const account = await b.account();
    const asked = Array.from({ length: 50 }, (_, i) =>
      keeper.accessToken(account, i % 3 === 0 ? {} : { refused: 'first' }),
    );
    const given = await Promise.all(asked);
    expect(new Set(given.filter((_, i) => i % 3 !== 0))).toEqual(new Set(['access 1']));
    expect(google.calls).toHaveLength(1);
    expect(await keeper.accessToken(account, { refused: 'first' })).toBe('access 1');
    expect(google.calls).toHaveLength(1);
  });

  test('a refresh token that the provider gives anew takes the place of the old one', async () => {
    const { t, clock, b, google } = await start();
    await using _ = t;
    await b.signIn(null, 0);
    const keeper = tokenKeeper({
      ...partsOf(t.db, clock),
      renew: async (...given) => ({
        ...(await google.renew(...given)),
        refreshToken: `refresh ${google.calls.length}`,
      }),
    });
    expect(await keeper.accessToken(await b.account())).toBe('access 1');
    expect(await keeper.accessToken(await b.account(), { refused: 'access 1' })).toBe('access 2');
    expect(google.calls).toEqual(['refresh', 'refresh 1']);
  });

  test('a consent that is gone stops the account, is told once, and is never asked again', async () => {
    const { t, clock, b, google, keeper } = await start();
    await using _ = t;
    await b.signIn('first', clock.ms());
    google.refusal = gone();
    const account = await b.account();
    const tries = Array.from({ length: 20 }, () => keeper.accessToken(account));
    for (const one of await Promise.allSettled(tries)) {
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { code: 'accounts.consent-gone', waitsFor: `account:${b.accountId}` },
      });
    }
    expect(await b.account()).toMatchObject({
      status: 'needs_reauthorization',
      statusReason: 'Google no longer accepts the sign-in.',
    });
    await expect(keeper.accessToken(account)).rejects.toMatchObject({ code: 'accounts.not-active' });
    await expect(keeperOf(t.db, clock, google).accessToken(account)).rejects.toMatchObject({
      kind: 'needs-user',
    });
    expect(google.calls).toHaveLength(1);
    const { items } = await listActivity(t.db, b.userId);
    expect(items.map(({ action }) => action)).toEqual(['account.needs-sign-in']);
  });

  test('a refusal that comes after its owner signed in anew stops nothing, and overwrites nothing', async () => {
    const { t, clock, b, google } = await start();
    await using _ = t;
    await b.signIn('first', clock.ms());
    for (const refuses of [true, false]) {
      const slow = tokenKeeper({
        ...partsOf(t.db, clock),
        renew: async (...given) => {
          clock.advance(1_000);
          await b.signIn('of the new consent', clock.ms() + HOUR_MS, 'new refresh');
          if (refuses) throw gone();
          return google.renew(...given);
        },
      });
      const answer = slow.accessToken(await b.account(), { refused: 'of the new consent' });
      if (refuses) await expect(answer).rejects.toMatchObject({ kind: 'needs-user' });
      else await answer;
      expect((await b.account()).status).toBe('active');
      expect((await b.credentials.read(b.accountId, REFRESH_TOKEN))?.value).toBe('new refresh');
      const kept = await b.credentials.read(b.accountId, ACCESS_TOKEN);
      expect(kept?.value).toContain('of the new consent');
    }
  });

  test('a provider that is away stops nothing: the next try renews it', async () => {
    const { t, clock, b, google, keeper } = await start();
    await using _ = t;
    await b.signIn(null, clock.ms());
    google.refusal = new AppError('transient', 'accounts.token-endpoint', 'Google gave no token');
    await expect(keeper.accessToken(await b.account())).rejects.toMatchObject({ kind: 'transient' });
    expect((await b.account()).status).toBe('active');
    google.refusal = undefined;
    expect(await keeper.accessToken(await b.account())).toBe('access 2');
  });

  test('an account without a sign-in, one that is paused and one that is gone get no token', async () => {
    const { t, clock, b, google, keeper } = await start();
    await using _ = t;
    const account = await b.account();
    await expect(keeper.accessToken(account)).rejects.toMatchObject({ code: 'accounts.no-sign-in' });
    await b.signIn(null, 0);
    const paused = { id: b.accountId, status: 'paused', reason: null, now: clock.now() } as const;
    await t.db.write((tx) => setAccountStatus(tx, paused));
    await expect(keeper.accessToken(account)).rejects.toMatchObject({ code: 'accounts.not-active' });
    await t.db.write((tx) => tx.run('delete from accounts where id = $1', [b.accountId]));
    await expect(keeper.accessToken(account)).rejects.toMatchObject({ code: 'accounts.removed', moot: true });
    expect(google.calls).toEqual([]);
  });

  test('a process that died while it renewed holds the others up no longer than its lease', async () => {
    const { t, clock, b, google, keeper } = await start();
    await using _ = t;
    await b.signIn(null, 0);
    const dead = { purpose: 'token', holder: 'dead', ttlMs: TOKEN_LEASE_MS, clock } as const;
    await t.db.write((tx) => acquireLease(tx, b.accountId, dead));
    let given: string | undefined;
    const waiting = keeper.accessToken(await b.account()).then((token) => {
      given = token;
    });
    for (let i = 0; i < 10_000 && given === undefined; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    await waiting;
    expect(given).toBe('access 1');
    expect(google.calls).toHaveLength(1);
  });
});

describe.each(['file', 'postgres'] as const)('eight processes on one %s database', (kind) => {
  test('that meet an expired token with a thousand calls renew it exactly once', async () => {
    await using t = await testDatabase(kind);
    const b = await bench(t.db, systemClock);
    await b.signIn('expired', systemClock.ms());
    const google = provider(systemClock);
    google.delayMs = 50;
    const account = await b.account();
    const dbs = await Promise.all(
      Array.from({ length: 8 }, () => openDatabase({ url: t.url, clock: systemClock, random: systemRandom })),
    );
    try {
      const keepers = dbs.map((db) => keeperOf(db, systemClock, google));
      const calls = Array.from({ length: 1_000 }, (_, i) =>
        keepers[i % keepers.length]?.accessToken(account, i % 2 === 0 ? {} : { refused: 'expired' }),
      );
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['access 1']));
      expect(google.calls).toEqual(['refresh']);
    } finally {
      for (const db of dbs) await db.close();
    }
  });
});
