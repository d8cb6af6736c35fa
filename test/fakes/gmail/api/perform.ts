import type { Fault } from '#test/fakes/gmail/faults.ts';
import type { AccessToken } from '#test/fakes/gmail/oauth/auth-server.ts';
import type { FakeUser, World } from '#test/fakes/gmail/world.ts';
import type { Route } from './api-call.ts';
import { ApiError, apiNotEnabled, badToken, errorBody, noToken, tooFewScopes } from './api-error.ts';
import { onlyFields } from './fields.ts';
import { bodyOf, checkParameters } from './parameters.ts';
import { routeOf } from './route-table.ts';

/** One call as it came over the wire, alone or inside a batch. */
export interface ApiRequest {
  http: string;
  /** Below `/gmail/v1/users/`, as it was written. */
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
  body: Buffer | undefined;
  media?: Buffer;
}

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  /** undefined: no body. */
  body: unknown;
  method: string;
  user: string | undefined;
  /** What the transport must do to the answer. */
  fault: Fault | undefined;
  /** To be called when the answer has left. */
  release: () => void;
}

/** Faults that spoil a right answer; the others stand in for one. */
const SPOILS = new Set(['cut', 'half-close', 'drip', 'wrong-length', 'delay', 'stale']);
/** Faults after which the caller still learns what was done. */
const TELLS = new Set(['delay', 'stale']);

const tokenOf = (world: World, authorization: string | undefined): AccessToken => {
  const text = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!text) throw noToken();
  const token = world.auth.check(text);
  if (!token) throw badToken();
  return token;
};

const userOf = (world: World, userId: string, email: string): FakeUser => {
  const user = world.users.get(email);
  if (userId !== 'me' && userId.toLowerCase() !== email) {
    throw new ApiError({ code: 403, reason: 'forbidden', message: `Delegation denied for ${email}` });
  }
  if (!user) {
    throw new ApiError({
      code: 400,
      reason: 'failedPrecondition',
      status: 'FAILED_PRECONDITION',
      message: 'Mail service not enabled',
    });
  }
  return user;
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'authError',
  403: 'rateLimitExceeded',
  404: 'notFound',
  429: 'rateLimitExceeded',
};

/** The error answer that a scripted fault asks for. */
export const scriptedError = (fault: Fault): ApiError => {
  const code = fault.status ?? 503;
  const reason = fault.reason ?? REASONS[code] ?? 'backendError';
  return new ApiError({
    code,
    reason,
    domain: /imitExceeded$/.test(reason) ? 'usageLimits' : 'global',
    message: fault.message ?? (code >= 500 ? 'Backend Error' : reason),
    ...(fault.retryAfterS === undefined ? {} : { headers: { 'retry-after': String(fault.retryAfterS) } }),
  });
};

const segmentsOf = (path: string): string[] => {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return [];
  }
};

interface Admitted {
  route: Route;
  ids: string[];
  token: AccessToken;
  user: FakeUser;
}

const admit = (world: World, request: ApiRequest, found: { route: Route; ids: string[] }): Admitted => {
  const { route } = found;
  const token = tokenOf(world, request.authorization);
  if (!world.behaviour.apiEnabled) throw apiNotEnabled(world.project);
  if (!route.scopes.some((scope) => token.scopes.has(scope))) {
    throw tooFewScopes(`caribou.api.proto.MailboxService.${route.method}`, 'gmail.googleapis.com');
  }
  const user = userOf(world, segmentsOf(request.path)[0] ?? '', token.email);
  checkParameters(route, request.query);
  return { ...found, token, user };
};

const run = (
  world: World,
  request: ApiRequest,
  { route, ids, token, user }: Admitted,
  fault?: Fault,
): unknown => {
  const staleMs = fault?.kind === 'stale' ? (fault.delayMs ?? 60_000) : 0;
  const answer = route.handle({
    world,
    user,
    method: route.method,
    ids,
    query: request.query,
    body: bodyOf(route, request.body),
    media: request.media,
    scopes: token.scopes,
    viewMs: staleMs > 0 ? world.clock.ms() - staleMs : Number.POSITIVE_INFINITY,
  });
  return answer === undefined ? undefined : onlyFields(answer, request.query.get('fields'));
};

/** Does the call, unless the fault says otherwise, and notes when the caller will not learn of it. */
const runWithFault = (
  world: World,
  request: ApiRequest,
  admitted: Admitted,
  fault: Fault | undefined,
): unknown => {
  const acts = !fault || fault.when === 'after' || (fault.when === undefined && SPOILS.has(fault.kind));
  const before = world.ledger.length;
  const body = acts ? run(world, request, admitted, fault) : {};
  if (fault && !TELLS.has(fault.kind)) world.ledger.withhold(before);
  if (fault?.kind === 'status') throw scriptedError(fault);
  return body;
};

/** Answers one call of the Gmail API: sign-in, scopes, parameters, quota, fault, method, fields. Never throws. */
export const perform = (world: World, request: ApiRequest): ApiAnswer => {
  const [, ...segments] = segmentsOf(request.path);
  const found = routeOf(request.http, segments);
  const answer: ApiAnswer = {
    status: 200,
    headers: {},
    body: undefined,
    method: found?.route.method ?? 'unknown',
    user: undefined,
    fault: undefined,
    release: () => {},
  };
  try {
    if (!found) throw new ApiError({ code: 404, reason: 'notFound', message: 'Not Found' });
    const admitted = admit(world, request, found);
    answer.user = admitted.user.email;
    world.quota.charge(admitted.user.email, found.route.method);
    answer.release = world.quota.enter(admitted.user.email);
    answer.fault = world.faults.next(found.route.method, admitted.user.email);
    answer.body = runWithFault(world, request, admitted, answer.fault);
    if (answer.body === undefined) answer.status = 204;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    answer.status = error.fault.code;
    answer.headers = error.fault.headers ?? {};
    answer.body = errorBody(error.fault);
    if (answer.fault?.kind === 'status') answer.fault = undefined;
  }
  world.stats.count(answer.method, answer.status);
  return answer;
};
