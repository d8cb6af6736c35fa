import { createHash, randomBytes } from 'node:crypto';
import type { FakeClock } from '#test/fakes/gmail/clock.ts';
import type { Behaviour, ClientOptions } from '#test/fakes/gmail/options.ts';
import { invalidGrant, invalidRequest, OAuthError } from './oauth-error.ts';

export interface AccessToken {
  token: string;
  /** The address of the user, or of the service account. */
  email: string;
  scopes: ReadonlySet<string>;
  endsMs: number;
  clientId: string;
  refreshToken: string | undefined;
}

export interface RefreshToken {
  token: string;
  email: string;
  scopes: readonly string[];
  clientId: string;
  madeMs: number;
  /** undefined: lives on. */
  endsMs: number | undefined;
}

export interface CodeGrant {
  code: string;
  email: string;
  clientId: string;
  redirectUri: string;
  scopes: readonly string[];
  challenge: string | undefined;
  givesRefreshToken: boolean;
  endsMs: number;
  used: boolean;
  /** Tokens that came of it: they die when the code is used twice. */
  refreshToken: string | undefined;
}

const CODE_LIFE_MS = 10 * 60_000;
const TESTING_LIFE_MS = 7 * 86_400_000;
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

export interface TokenAnswer {
  access_token: string;
  expires_in: number;
  scope: string;
  token_type: 'Bearer';
  refresh_token?: string;
  refresh_token_expires_in?: number;
}

/** Codes, tokens and consents of all users and clients. */
export class AuthServer {
  readonly clients = new Map<string, ClientOptions>();
  readonly #codes = new Map<string, CodeGrant>();
  readonly #access = new Map<string, AccessToken>();
  readonly #refresh = new Map<string, RefreshToken>();
  readonly #consents = new Set<string>();
  readonly #clock: FakeClock;
  readonly #behaviour: Behaviour;

  constructor(clock: FakeClock, behaviour: Behaviour) {
    this.#clock = clock;
    this.#behaviour = behaviour;
  }

  /** true the first time that the user consents to this client. */
  firstConsent(email: string, clientId: string): boolean {
    const key = `${clientId} ${email}`;
    const isFirst = !this.#consents.has(key);
    this.#consents.add(key);
    return isFirst;
  }

  /** Throws unless the client exists and shows its secret. */
  client(id: string | null, secret: string | null): ClientOptions {
    const client = id ? this.clients.get(id) : undefined;
    if (!client) throw new OAuthError(401, 'invalid_client', 'The OAuth client was not found.');
    if (secret !== client.secret) throw new OAuthError(401, 'invalid_client', 'Unauthorized');
    return client;
  }

  makeCode(of: Omit<CodeGrant, 'code' | 'endsMs' | 'used' | 'refreshToken'>): string {
    const code = `4/0A${randomBytes(30).toString('base64url')}`;
    const endsMs = this.#clock.ms() + CODE_LIFE_MS;
    this.#codes.set(code, { ...of, code, endsMs, used: false, refreshToken: undefined });
    return code;
  }

  redeem(of: {
    code: string;
    redirectUri: string | null;
    verifier: string | null;
    clientId: string;
  }): TokenAnswer {
    const grant = this.#codes.get(of.code);
    if (!grant || grant.endsMs <= this.#clock.ms()) throw invalidGrant('Malformed auth code.');
    if (grant.used) {
      if (grant.refreshToken) this.revoke(grant.refreshToken);
      throw invalidGrant('Bad Request');
    }
    if (grant.clientId !== of.clientId) throw new OAuthError(401, 'unauthorized_client', 'Unauthorized');
    if (grant.redirectUri !== of.redirectUri)
      throw new OAuthError(400, 'redirect_uri_mismatch', 'Bad Request');
    this.#checkVerifier(grant.challenge, of.verifier);
    grant.used = true;
    const { email, clientId, scopes } = grant;
    if (!grant.givesRefreshToken) return this.#answer(this.access({ email, clientId, scopes }));
    const refresh = this.refreshToken({ email, clientId, scopes });
    grant.refreshToken = refresh.token;
    return this.#answer(this.access({ email, clientId, scopes, refreshToken: refresh.token }), refresh);
  }

  refresh(token: string, clientId: string): TokenAnswer {
    const found = this.#refresh.get(token);
    if (!found || (found.endsMs !== undefined && found.endsMs <= this.#clock.ms())) {
      this.#refresh.delete(token);
      throw invalidGrant('Token has been expired or revoked.');
    }
    if (found.clientId !== clientId) throw new OAuthError(401, 'unauthorized_client', 'Unauthorized');
    const { email, scopes } = found;
    return this.#answer(this.access({ email, clientId, scopes, refreshToken: token }));
  }

  access(of: {
    email: string;
    clientId: string;
    scopes: readonly string[];
    refreshToken?: string;
  }): AccessToken {
    const made: AccessToken = {
      token: `ya29.${randomBytes(40).toString('base64url')}`,
      email: of.email,
      scopes: new Set(of.scopes),
      endsMs: this.#clock.ms() + this.#behaviour.accessTokenS * 1_000,
      clientId: of.clientId,
      refreshToken: of.refreshToken,
    };
    this.#access.set(made.token, made);
    return made;
  }

  refreshToken(of: { email: string; clientId: string; scopes: readonly string[] }): RefreshToken {
    const madeMs = this.#clock.ms();
    const { testing, refreshTokensPerClient } = this.#behaviour;
    const made: RefreshToken = {
      token: `1//0${randomBytes(45).toString('base64url')}`,
      ...of,
      madeMs,
      endsMs: testing ? madeMs + TESTING_LIFE_MS : undefined,
    };
    this.#refresh.set(made.token, made);
    const siblings = this.refreshTokensOf(of.email).filter((one) => one.clientId === of.clientId);
    for (const one of siblings.slice(0, Math.max(0, siblings.length - refreshTokensPerClient))) {
      this.#refresh.delete(one.token);
    }
    return made;
  }

  /** Oldest first. */
  refreshTokensOf(email: string): RefreshToken[] {
    return [...this.#refresh.values()].filter((one) => one.email === email);
  }

  /** The token as it is good now; undefined when it is unknown, over, or taken back. */
  check(token: string): AccessToken | undefined {
    const found = this.#access.get(token);
    if (!found) return undefined;
    if (found.endsMs > this.#clock.ms()) return found;
    this.#access.delete(token);
    return undefined;
  }

  /** Whose refresh token it is; undefined when nobody's. */
  ownerOf(refreshToken: string): string | undefined {
    return this.#refresh.get(refreshToken)?.email;
  }

  /** Takes back a token and all that hangs on the same consent. false: nobody knows it. */
  revoke(token: string): boolean {
    const refresh = this.#access.get(token)?.refreshToken ?? token;
    const known = this.#access.delete(token) || this.#refresh.has(token);
    this.#refresh.delete(refresh);
    for (const one of this.#access.values()) if (one.refreshToken === refresh) this.#access.delete(one.token);
    return known;
  }

  /** All of a user's tokens end, as when the password changes. */
  revokeUser(email: string): void {
    for (const one of this.#consents) if (one.endsWith(` ${email}`)) this.#consents.delete(one);
    for (const one of this.refreshTokensOf(email)) this.revoke(one.token);
    this.expireAccess(email);
  }

  /** The user's access tokens end now; the refresh tokens live on. */
  expireAccess(email: string): void {
    for (const one of this.#access.values()) if (one.email === email) this.#access.delete(one.token);
  }

  #answer(access: AccessToken, refresh?: RefreshToken): TokenAnswer {
    const left =
      refresh?.endsMs === undefined ? undefined : Math.floor((refresh.endsMs - refresh.madeMs) / 1_000);
    return {
      access_token: access.token,
      expires_in: this.#behaviour.accessTokenS,
      ...(refresh ? { refresh_token: refresh.token } : {}),
      scope: [...access.scopes].join(' '),
      token_type: 'Bearer',
      ...(left === undefined ? {} : { refresh_token_expires_in: left - 1 }),
    };
  }

  #checkVerifier(challenge: string | undefined, verifier: string | null): void {
    if (challenge === undefined) {
      if (verifier) throw invalidGrant('Code verifier is not needed.');
      return;
    }
    if (!verifier) throw invalidGrant('Missing code verifier.');
    if (!VERIFIER.test(verifier)) throw invalidRequest('Invalid code verifier.');
    if (createHash('sha256').update(verifier).digest('base64url') !== challenge) {
      throw invalidGrant('Invalid code verifier.');
    }
  }
}
