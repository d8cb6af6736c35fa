import { TOKEN_LEASE_MS, TOKEN_LOOK_MS, TOKEN_MARGIN_MS, TOKEN_WAIT_MS } from '#config/limits-sign-in.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError, isAppError } from '#std/errors.ts';
import { toInstant } from '#std/time.ts';
import { type Account, isRemoved } from './account.ts';
import { findCredential, versionOf } from './credential-store.ts';
import type { Credential, Credentials } from './credentials.ts';
import { waitingFor } from './guard.ts';
import { acquireLease, type Lease, releaseLeases } from './lease-store.ts';
import type { Tokens } from './oauth.ts';
import { accountGone } from './removed.ts';
import { type StopPorts, stopAccount } from './stop.ts';
import { findAnyAccount, lockAccount, mergeAccountState } from './store.ts';

/** The fields of `credentials` that an OAuth sign-in has. */
export const REFRESH_TOKEN = 'refresh_token';
export const ACCESS_TOKEN = 'access_token';

export interface TokenPorts extends StopPorts {
  credentials: Credentials;
  /** Asks the provider for another access token. */
  renew(account: Account, refreshToken: string): Promise<Tokens>;
}

export interface TokenWish {
  /** One that the provider has just turned down. */
  refused?: string | undefined;
  /** Milliseconds for which it must be good at least. */
  goodForMs?: number | undefined;
}

/** Access tokens of all accounts: kept in memory and, encrypted, in the database, and renewed by one for all. */
export interface TokenKeeper {
  /** Throws `needs-user` when the consent is gone; the account is stopped then. */
  accessToken(account: Account, wish?: TokenWish): Promise<string>;
  /** Whatever is remembered of it: after it signed in anew, or out. */
  forget(accountId: string): void;
}

interface Token {
  token: string;
  endsMs: number;
}

/** What is stored of an access token, encrypted. */
export const storedToken = ({ accessToken: token, endsMs }: Pick<Tokens, 'accessToken' | 'endsMs'>): string =>
  JSON.stringify({ token, endsMs } satisfies Token);

export const tokenKeeper = (ports: TokenPorts): TokenKeeper => {
  const { clock, newId } = ports;
  const lease: Lease = { purpose: 'token', holder: newId() };
  const known = new Map<string, Token>();
  const underWay = new Map<string, Promise<Token>>();

  const fits = (t: Token | undefined, { refused, goodForMs = TOKEN_MARGIN_MS }: TokenWish): t is Token =>
    t !== undefined && t.token !== refused && t.endsMs - goodForMs > clock.ms();

  const obtain = (account: Account, wish: TokenWish): Promise<Token> => {
    const begun = new Renewal(ports, { account, lease, fits: (t) => fits(t, wish) })
      .run()
      .then((token) => {
        known.set(account.id, token);
        return token;
      })
      .finally(() => underWay.delete(account.id));
    underWay.set(account.id, begun);
    return begun;
  };

  return {
    accessToken: async (account, wish = {}) => {
      for (;;) {
        const kept = known.get(account.id);
        if (fits(kept, wish)) return kept.token;
        const others = underWay.get(account.id);
        if (!others) return (await obtain(account, wish)).token;
        // What the others wait for may not be what is wanted here; then it is the next round's turn.
        const found = await others;
        if (fits(found, wish)) return found.token;
      }
    },
    forget: (accountId) => {
      known.delete(accountId);
    },
  };
};

/** One process among many finds a token that fits, or gets one while the others wait. */
class Renewal {
  readonly #ports: TokenPorts;
  readonly #account: Account;
  readonly #lease: Lease;
  readonly #fits: (token: Token | undefined) => token is Token;

  constructor(
    ports: TokenPorts,
    o: { account: Account; lease: Lease; fits(token: Token | undefined): token is Token },
  ) {
    this.#ports = ports;
    this.#account = o.account;
    this.#lease = o.lease;
    this.#fits = o.fits;
  }

  async run(): Promise<Token> {
    const { clock } = this.#ports;
    const endMs = clock.ms() + TOKEN_WAIT_MS;
    for (;;) {
      const stored = await this.#stored();
      if (this.#fits(stored)) return stored;
      if (await this.#acquire()) return this.#alone();
      if (clock.ms() > endMs) {
        throw new AppError(
          'transient',
          'accounts.token-wait',
          'Another process did not end renewing the sign-in',
        );
      }
      await clock.sleep(TOKEN_LOOK_MS);
    }
  }

  async #acquire(): Promise<boolean> {
    const { db, clock } = this.#ports;
    const { id } = this.#account;
    if (await db.write((tx) => acquireLease(tx, id, { ...this.#lease, ttlMs: TOKEN_LEASE_MS, clock })))
      return true;
    if (await findAnyAccount(db, id)) return false;
    throw accountGone();
  }

  /** Between looking and having the lease another one may have renewed it, or been refused. */
  async #alone(): Promise<Token> {
    let stored = false;
    try {
      const found = await this.#stored();
      if (this.#fits(found)) return found;
      const account = await this.#stillActive();
      const refresh = await this.#refreshToken();
      crashpoint('token.renewing');
      const tokens = await this.#renew(account, refresh);
      crashpoint('token.renewed');
      await this.#store(tokens, refresh);
      crashpoint('token.stored');
      stored = true;
      return { token: tokens.accessToken, endsMs: tokens.endsMs };
    } finally {
      if (!stored) await this.#release();
    }
  }

  async #stillActive(): Promise<Account> {
    const account = await findAnyAccount(this.#ports.db, this.#account.id);
    if (!account || isRemoved(account)) throw accountGone();
    if (account.status === 'active') return account;
    throw waitingFor(
      account.id,
      new AppError('needs-user', 'accounts.not-active', 'The account was stopped meanwhile', {
        help: account.statusReason ?? 'See the accounts page.',
      }),
    );
  }

  async #stored(): Promise<Token | undefined> {
    try {
      const found = await this.#ports.credentials.read(this.#account.id, ACCESS_TOKEN);
      return found && (JSON.parse(found.value) as Token);
    } catch (e) {
      // Another one is as good.
      if (isAppError(e, 'accounts.credential-damaged')) return undefined;
      throw e;
    }
  }

  async #refreshToken(): Promise<Credential> {
    const found = await this.#ports.credentials.read(this.#account.id, REFRESH_TOKEN);
    if (found) return found;
    throw new AppError('needs-user', 'accounts.no-sign-in', 'The account has no sign-in', {
      help: 'Sign in on the accounts page.',
    });
  }

  async #renew(account: Account, refresh: Credential): Promise<Tokens> {
    try {
      return await this.#ports.renew(account, refresh.value);
    } catch (e) {
      if (!isAppError(e) || e.kind !== 'needs-user') throw e;
      const refused = { field: REFRESH_TOKEN, version: refresh.version };
      await stopAccount(this.#ports, account, { error: e, refused });
      throw waitingFor(account.id, e);
    }
  }

  /** Not over a sign-in that its owner made meanwhile. */
  async #store(tokens: Tokens, used: Credential): Promise<void> {
    const { credentials, clock } = this.#ports;
    const { id: accountId, userId } = this.#account;
    await credentials.storing(async (tx, sealer) => {
      const account = await lockAccount(tx, accountId);
      if (!account || isRemoved(account)) throw accountGone();
      await releaseLeases(tx, [accountId], this.#lease);
      const current = await findCredential(tx, accountId, REFRESH_TOKEN);
      if (!current || versionOf(current) !== used.version) return;
      const put = (field: string, value: string) => sealer.put({ accountId, userId, field, value });
      await put(ACCESS_TOKEN, storedToken(tokens));
      if (tokens.refreshToken !== undefined) await put(REFRESH_TOKEN, tokens.refreshToken);
      const now = clock.now();
      const before = account.state.signIn;
      if (!before) return;
      const signIn = { ...before, renewedAt: now, tokenEndsAt: toInstant(tokens.endsMs) };
      await mergeAccountState(tx, { id: accountId, part: { signIn }, now });
    });
  }

  async #release(): Promise<void> {
    // It ends by itself; what went wrong before says more.
    await this.#ports.db.write((tx) => releaseLeases(tx, [this.#account.id], this.#lease)).catch(() => {});
  }
}
