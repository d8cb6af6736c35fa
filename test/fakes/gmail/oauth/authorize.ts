import type { ClientOptions } from '#test/fakes/gmail/options.ts';
import type { World } from '#test/fakes/gmail/world.ts';
import { consentPage, errorPage } from './pages.ts';

/** What the consent endpoint answers: a page, or the way back to the program. */
export type AuthorizeAnswer = { status: number; html: string } | { status: 302; location: string };

interface Wish {
  client: ClientOptions;
  redirectUri: string;
  scopes: string[];
  state: string | null;
  challenge: string | undefined;
  wantsOffline: boolean;
  asksAgain: boolean;
  loginHint: string | null;
}

const refuse = (status: number, code: string, why: string): AuthorizeAnswer => ({
  status,
  html: errorPage(status, code, why),
});

const KNOWN_SCOPE =
  /^(openid|email|profile|https:\/\/mail\.google\.com\/|https:\/\/www\.googleapis\.com\/auth\/[\w.-]+)$/;

/** A desktop client may come back to any port of the loopback address (RFC 8252 section 7.3). */
const takesRedirect = (client: ClientOptions, uri: string): boolean => {
  if (client.type === 'web') return (client.redirectUris ?? []).includes(uri);
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, hash } = new URL(uri);
  return protocol === 'http:' && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname) && hash === '';
};

const wishOf = (world: World, query: URLSearchParams): Wish | AuthorizeAnswer => {
  const client = world.auth.clients.get(query.get('client_id') ?? '');
  if (!client) return refuse(401, 'invalid_client', 'The OAuth client was not found.');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!takesRedirect(client, redirectUri)) {
    return refuse(400, 'redirect_uri_mismatch', 'The redirect URI is not one of this client.');
  }
  if (query.get('response_type') !== 'code') {
    return refuse(400, 'unsupported_response_type', 'Only response_type=code is supported.');
  }
  const scopes = (query.get('scope') ?? '').split(/\s+/).filter(Boolean);
  if (scopes.length === 0) return refuse(400, 'invalid_request', 'Missing required parameter: scope');
  const odd = scopes.filter((one) => !KNOWN_SCOPE.test(one));
  if (odd.length > 0) return refuse(400, 'invalid_scope', 'Some requested scopes were invalid.');
  const challenge = query.get('code_challenge') ?? undefined;
  const usesS256 = challenge !== undefined && query.get('code_challenge_method') === 'S256';
  if (challenge === undefined ? world.behaviour.requirePkce : !usesS256) {
    return refuse(400, 'invalid_request', 'code_challenge with code_challenge_method=S256 is needed.');
  }
  return {
    client,
    redirectUri,
    scopes,
    state: query.get('state'),
    challenge,
    wantsOffline: query.get('access_type') === 'offline',
    asksAgain: /\bconsent\b/.test(query.get('prompt') ?? ''),
    loginHint: query.get('login_hint'),
  };
};

const back = (wish: Wish, answer: Record<string, string>): AuthorizeAnswer => {
  const location = new URL(wish.redirectUri);
  if (wish.state !== null) location.searchParams.set('state', wish.state);
  for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
  return { status: 302, location: location.href };
};

const allowed = (world: World, wish: Wish, email: string): AuthorizeAnswer => {
  const ticked = world.behaviour.consentScopes;
  const scopes = ticked ? wish.scopes.filter((one) => ticked.includes(one)) : wish.scopes;
  if (scopes.length === 0) return back(wish, { error: 'access_denied' });
  // A web client gets a refresh token with the first consent, or when it has the person asked again.
  const isFirst = world.auth.firstConsent(email, wish.client.id);
  const code = world.auth.makeCode({
    email,
    clientId: wish.client.id,
    redirectUri: wish.redirectUri,
    scopes,
    challenge: wish.challenge,
    givesRefreshToken: wish.client.type === 'desktop' || (wish.wantsOffline && (wish.asksAgain || isFirst)),
  });
  return back(wish, { code, scope: scopes.join(' ') });
};

/** Answers `GET` (show the page) and `POST` (the person has pressed a button) of the consent endpoint. */
export const authorize = (
  world: World,
  query: URLSearchParams,
  pressed?: URLSearchParams,
): AuthorizeAnswer => {
  const wish = wishOf(world, query);
  if ('status' in wish) return wish;
  const emails = [...world.users.keys()];
  const hinted = wish.loginHint && world.users.has(wish.loginHint) ? wish.loginHint : undefined;
  const email = pressed?.get('user') ?? hinted ?? emails[0];
  if (email === undefined || !world.users.has(email))
    return refuse(400, 'invalid_request', 'There is no such user.');
  const { testing, testUsers, consent } = world.behaviour;
  if (testing && testUsers && !testUsers.includes(email)) {
    return refuse(
      403,
      'access_denied',
      'The app is being tested, and this account is not one of its test users.',
    );
  }
  const answer = pressed ? pressed.get('answer') : consent;
  if (answer === 'allow') return allowed(world, wish, email);
  if (answer === 'deny') return back(wish, { error: 'access_denied' });
  return { status: 200, html: consentPage({ emails, chosen: email, scopes: wish.scopes, query }) };
};
