import * as oauth from 'oauth4webapi';
import { CLOCK_OFF_MS, TOKEN_ANSWER_BYTES, TOKEN_CALL_MS, TOKEN_DEFAULT_MS } from '#config/limits-sign-in.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { toMs } from '#std/time.ts';

/** A client of an OAuth server, as its owner registered it. */
export interface OAuthClient {
  id: string;
  secret?: string | undefined;
}

export interface OAuthServer {
  /** For people: "Google". */
  name: string;
  authorize: string;
  token: string;
  revoke: string;
}

export interface OAuthPorts {
  clock: Clock;
  server: OAuthServer;
  client: OAuthClient;
}

/** What a token endpoint gave. It must not reach a log or an error. */
export interface Tokens {
  accessToken: string;
  /** Milliseconds since 1970. */
  endsMs: number;
  /** A new one, where there is one. */
  refreshToken: string | undefined;
  /** Those that were granted, where the server says. */
  scopes: readonly string[] | undefined;
  /** When the refresh token ends, where the server says. */
  refreshEndsMs: number | undefined;
  /** Milliseconds by which the clock of this machine is ahead of the server's; 0 when that is not worth telling. */
  clockOffMs: number;
}

export interface ConsentRequest {
  redirectUri: string;
  state: string;
  verifier: string;
  scopes: readonly string[];
  /** Whose consent it should be. */
  email?: string | undefined;
}

/** Where a person says yes (RFC 6749 §4.1.1, with PKCE: RFC 7636 §4.3). */
export const consentUrl = async (
  { server, client }: Pick<OAuthPorts, 'server' | 'client'>,
  r: ConsentRequest,
): Promise<string> => {
  const url = new URL(server.authorize);
  const asked = {
    client_id: client.id,
    redirect_uri: r.redirectUri,
    response_type: 'code',
    scope: r.scopes.join(' '),
    state: r.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(r.verifier),
    code_challenge_method: 'S256',
    // A refresh token is given for these two alone: developers.google.com/identity/protocols/oauth2/native-app.
    access_type: 'offline',
    prompt: 'consent',
    ...(r.email === undefined ? {} : { login_hint: r.email }),
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
};

/** Trades a code for tokens, once. Throws `accounts.code-refused` (input) when it is no longer good. */
export const exchangeCode = (
  ports: OAuthPorts,
  o: { code: string; state: string; redirectUri: string; verifier: string },
): Promise<Tokens> =>
  calling(ports, async ({ as, client, auth, options }) => {
    const params = new URLSearchParams({ code: o.code, state: o.state });
    const checked = oauth.validateAuthResponse(as, client, params, o.state);
    const { redirectUri, verifier } = o;
    const answer = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      auth,
      checked,
      redirectUri,
      verifier,
      options,
    );
    return oauth.processAuthorizationCodeResponse(as, client, answer);
  });

/** Throws `accounts.consent-gone` (needs-user) when the consent is no longer good. */
export const refreshTokens = (ports: OAuthPorts, refreshToken: string): Promise<Tokens> =>
  calling(ports, async ({ as, client, auth, options }) => {
    const answer = await oauth.refreshTokenGrantRequest(as, client, auth, refreshToken, options);
    return oauth.processRefreshTokenResponse(as, client, answer);
  });

/** Gives the consent back. Taking back what is gone is no error. */
export const revokeToken = async (ports: OAuthPorts, token: string): Promise<void> => {
  await within(ports, async (call) => {
    const answer = await oauth.revocationRequest(call.as, call.client, call.auth, token, call.options);
    if (answer.status === 429 || answer.status >= 500) throw away(ports.server.name, answer);
  });
};

interface Call {
  as: oauth.AuthorizationServer;
  client: oauth.Client;
  auth: oauth.ClientAuth;
  options: oauth.TokenEndpointRequestOptions;
}

const isInsecure = (url: string): boolean => new URL(url).protocol === 'http:';

/** What the answer says of the time, beside what it is for. */
interface Heard {
  dateMs: number | undefined;
}

const calling = async (
  ports: OAuthPorts,
  work: (call: Call) => Promise<oauth.TokenEndpointResponse>,
): Promise<Tokens> => {
  const startMs = ports.clock.ms();
  const heard: Heard = { dateMs: undefined };
  const t = await within(ports, work, heard);
  const after = (seconds: unknown): number | undefined =>
    typeof seconds === 'number' && seconds > 0 ? startMs + seconds * 1_000 : undefined;
  return {
    accessToken: t.access_token,
    endsMs: after(t.expires_in) ?? startMs + TOKEN_DEFAULT_MS,
    refreshToken: t.refresh_token,
    scopes: t.scope?.split(' ').filter(Boolean),
    refreshEndsMs: after(t.refresh_token_expires_in),
    clockOffMs: offBy(ports.clock, heard),
  };
};

/** One call: bounded in time and size, its errors translated. Nothing of the answer is kept in an error but its code. */
const within = async <T>(
  ports: OAuthPorts,
  work: (call: Call) => Promise<T>,
  heard: Heard = { dateMs: undefined },
): Promise<T> => {
  const { server, client, clock } = ports;
  const abort = new AbortController();
  const cancel = clock.after(TOKEN_CALL_MS, () => abort.abort());
  const call: Call = {
    as: {
      issuer: new URL(server.authorize).origin,
      token_endpoint: server.token,
      revocation_endpoint: server.revoke,
    },
    client: { client_id: client.id },
    auth: client.secret === undefined ? oauth.None() : oauth.ClientSecretPost(client.secret),
    options: {
      signal: abort.signal,
      // The settings take such an address on this machine only.
      [oauth.allowInsecureRequests]: isInsecure(server.token),
      [oauth.customFetch]: async (url, init) => {
        const answer = await fetch(url, init as RequestInit);
        const dateMs = toMs(answer.headers.get('date') ?? '');
        if (!Number.isNaN(dateMs)) heard.dateMs = dateMs;
        return bounded(answer);
      },
    },
  };
  try {
    return await work(call);
  } catch (e) {
    throw translated(e, { name: server.name, offMs: offBy(clock, heard) });
  } finally {
    cancel();
  }
};

const offBy = (clock: Clock, { dateMs }: Heard): number => {
  const off = dateMs === undefined ? 0 : clock.ms() - dateMs;
  return Math.abs(off) > CLOCK_OFF_MS ? off : 0;
};

const bounded = async (answer: Response): Promise<Response> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > TOKEN_ANSWER_BYTES) throw new RangeError('the answer is too long');
    parts.push(part);
  }
  const { status, headers } = answer;
  return new Response(size === 0 ? null : Buffer.concat(parts), { status, headers });
};

interface Where {
  name: string;
  /** By how many milliseconds the clock of this machine is off. */
  offMs: number;
}

const translated = (e: unknown, where: Where): AppError => {
  if (e instanceof AppError) return e;
  if (e instanceof oauth.ResponseBodyError) {
    if (e.status === 429 || e.status >= 500) return away(where.name, e.response);
    return refusal(e.error, where);
  }
  if (e instanceof oauth.WWWAuthenticateChallengeError) return refusal('invalid_client', where);
  return away(where.name, e instanceof oauth.OperationProcessingError ? responseOf(e) : undefined);
};

const responseOf = (e: oauth.OperationProcessingError): Response | undefined =>
  e.cause instanceof Response ? e.cause : undefined;

const away = (name: string, answer: Response | undefined): AppError => {
  const seconds = Number(answer?.headers.get('retry-after') ?? '');
  return new AppError('transient', 'accounts.token-endpoint', `${name} gave no token`, {
    retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined,
    fields: { status: answer?.status ?? null },
    help: 'Ashford tries again by itself. Is this machine connected to the internet?',
  });
};

const clockText = (offMs: number): string =>
  offMs === 0
    ? ''
    : ` The clock of this machine is ${Math.round(Math.abs(offMs) / 60_000)} minutes ${offMs > 0 ? 'ahead' : 'behind'}: set it first.`;

/** RFC 6749 §5.2, and what Google adds to it. */
const refusal = (error: string, { name, offMs }: Where): AppError => {
  const fields = { error: error.slice(0, 60), clockOffMs: offMs };
  switch (error) {
    case 'invalid_grant':
      return new AppError('needs-user', 'accounts.consent-gone', `${name} no longer accepts the sign-in`, {
        fields,
        help: `Sign in again on the accounts page; everything that waits goes on by itself.${clockText(offMs)}`,
      });
    case 'invalid_client':
    case 'unauthorized_client':
    case 'deleted_client':
      return new AppError(
        'needs-user',
        'accounts.client-refused',
        `${name} does not accept the OAuth client`,
        {
          fields,
          help: 'Compare gmail.client_id and gmail.client_secret with the client on console.cloud.google.com: it must exist, be of the type "Desktop app", and be the one that the account was connected with.',
        },
      );
    case 'admin_policy_enforced':
    case 'access_denied':
    case 'org_internal':
      return new AppError(
        'needs-user',
        'mail.domain-policy',
        'The administrators of this domain do not allow the program',
        {
          fields,
          help: 'Ask an administrator to allow the OAuth client for your organization.',
        },
      );
    default:
      return new AppError(
        'needs-user',
        'accounts.sign-in-failed',
        `${name} refused the sign-in (${fields.error})`,
        {
          fields,
          help: 'Sign in again on the accounts page. `ashford doctor` says more.',
        },
      );
  }
};
