import type { IncomingHttpHeaders } from 'node:http';
import { adminAnswer } from '#test/fakes/gmail/admin/admin.ts';
import { ApiError, errorBody } from '#test/fakes/gmail/api/api-error.ts';
import { answerBatch } from '#test/fakes/gmail/api/batch.ts';
import { perform, scriptedError } from '#test/fakes/gmail/api/perform.ts';
import { uploadOf } from '#test/fakes/gmail/api/upload.ts';
import type { Fault } from '#test/fakes/gmail/faults.ts';
import { authorize } from '#test/fakes/gmail/oauth/authorize.ts';
import { OAuthError } from '#test/fakes/gmail/oauth/oauth-error.ts';
import { tokenAnswer } from '#test/fakes/gmail/oauth/token-endpoint.ts';
import { pubsubAnswer, pubsubMethodOf } from '#test/fakes/gmail/pubsub/rest.ts';
import type { World } from '#test/fakes/gmail/world.ts';
import { jsonAnswer, pageAnswer, type WireAnswer } from './transport.ts';

export interface WireRequest {
  http: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: Buffer;
  signal: AbortSignal;
}

export interface Reply {
  answer: WireAnswer;
  fault?: Fault | undefined;
  /** What the line about the request names; never a search or a text. */
  label?: string;
  release?: () => void;
}

type Handler = (world: World, request: WireRequest) => Reply | Promise<Reply>;

const API = '/gmail/v1/users/';
const UPLOAD = '/upload/gmail/v1/users/';

const api: Handler = (world, { http, url, headers, body }) => {
  const of = perform(world, {
    http,
    path: url.pathname.slice(API.length),
    query: url.searchParams,
    authorization: headers.authorization,
    body,
  });
  return {
    answer: jsonAnswer(of.status, of.body, of.headers),
    fault: of.fault,
    label: of.method,
    release: of.release,
  };
};

const upload: Handler = (world, { http, url, headers, body }) => {
  try {
    const { json, media } = uploadOf(url.searchParams, headers['content-type'] ?? '', body);
    const of = perform(world, {
      http,
      path: url.pathname.slice(UPLOAD.length),
      query: url.searchParams,
      authorization: headers.authorization,
      body: json,
      media,
    });
    return {
      answer: jsonAnswer(of.status, of.body, of.headers),
      fault: of.fault,
      label: `${of.method} (upload)`,
      release: of.release,
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { answer: jsonAnswer(error.fault.code, errorBody(error.fault)) };
  }
};

const batch: Handler = (world, { headers, body }) => ({
  answer: answerBatch(world, {
    contentType: headers['content-type'] ?? '',
    authorization: headers.authorization,
    body,
  }),
});

/** Runs an endpoint that is not of the Gmail API, with the faults that are scripted for it. */
const withFault = async (world: World, method: string, run: () => unknown): Promise<Reply> => {
  const fault = world.faults.next(method, undefined);
  const before = world.ledger.length;
  let answer: WireAnswer;
  try {
    const acts =
      !fault || fault.when === 'after' || (fault.when === undefined && !/status|hang|reset/.test(fault.kind));
    const body = acts ? await run() : {};
    if (fault && fault.kind !== 'delay') world.ledger.withhold(before);
    if (fault?.kind === 'status') {
      if (!method.startsWith('oauth.')) throw scriptedError(fault);
      throw new OAuthError(
        fault.status ?? 503,
        fault.reason ?? 'internal_failure',
        fault.message ?? 'Backend Error',
      );
    }
    answer = jsonAnswer(200, body);
  } catch (error) {
    if (error instanceof OAuthError) answer = jsonAnswer(error.status, error.body());
    else if (error instanceof ApiError)
      answer = jsonAnswer(error.fault.code, errorBody(error.fault), error.fault.headers);
    else throw error;
  }
  world.stats.count(method, answer.status);
  return { answer, label: method, fault: fault?.kind === 'status' ? undefined : fault };
};

const formOf = ({ body }: WireRequest): URLSearchParams => new URLSearchParams(body.toString('utf8'));

const token: Handler = (world, request) =>
  withFault(world, 'oauth.token', () => {
    if (request.http !== 'POST') throw new OAuthError(404, 'invalid_request', 'Use POST');
    const form = formOf(request);
    const answer = tokenAnswer(world, form, request.headers.authorization);
    const email = world.auth.check(answer.access_token)?.email ?? '';
    world.ledger.add({ kind: 'token', user: email, method: `oauth.${form.get('grant_type')}` });
    return answer;
  });

const revoke: Handler = (world, request) =>
  withFault(world, 'oauth.revoke', () => {
    const text = formOf(request).get('token') ?? request.url.searchParams.get('token') ?? '';
    const email = world.auth.check(text)?.email ?? world.auth.ownerOf(text) ?? '';
    if (!world.auth.revoke(text)) throw new OAuthError(400, 'invalid_token', 'Token expired or revoked');
    world.ledger.add({ kind: 'revoke', user: email, method: 'oauth.revoke' });
    return {};
  });

const consent: Handler = (world, request) => {
  const pressed = request.http === 'POST' ? formOf(request) : undefined;
  const answer = authorize(world, request.url.searchParams, pressed);
  world.stats.count('oauth.auth', answer.status);
  return {
    label: 'oauth.auth',
    answer:
      'location' in answer
        ? { status: 302, headers: { location: answer.location }, body: undefined }
        : pageAnswer(answer.status, answer.html),
  };
};

const tokenInfo: Handler = (world, { url }) =>
  withFault(world, 'oauth.tokeninfo', () => {
    const found = world.auth.check(url.searchParams.get('access_token') ?? '');
    if (!found) throw new OAuthError(400, 'invalid_token', 'Invalid Value');
    return {
      azp: found.clientId,
      aud: found.clientId,
      scope: [...found.scopes].join(' '),
      exp: String(Math.floor(found.endsMs / 1_000)),
      expires_in: String(Math.floor((found.endsMs - world.clock.ms()) / 1_000)),
      email: found.email,
      email_verified: 'true',
      access_type: found.refreshToken ? 'offline' : 'online',
    };
  });

const userInfo: Handler = (world, { headers }) =>
  withFault(world, 'oauth.userinfo', () => {
    const found = world.auth.check(/^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
    if (!found) throw new OAuthError(401, 'invalid_request', 'Invalid Credentials');
    return { sub: found.email, email: found.email, email_verified: true };
  });

const jsonOf = (body: Buffer): Record<string, unknown> => {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new ApiError({ code: 400, reason: 'parseError', message: 'Invalid JSON payload received.' });
  }
};

const pubsub: Handler = (world, { http, url, headers, body, signal }) => {
  const path = url.pathname.slice('/v1/'.length);
  return withFault(world, pubsubMethodOf(decodeURIComponent(path)), () =>
    pubsubAnswer(world, { http, path, authorization: headers.authorization, body: jsonOf(body), signal }),
  );
};

const admin: Handler = async (world, { http, url, body }) => {
  try {
    return {
      answer: jsonAnswer(
        200,
        await adminAnswer(world, { http, path: url.pathname, query: url.searchParams, body: jsonOf(body) }),
      ),
    };
  } catch (error) {
    return { answer: jsonAnswer(400, { error: error instanceof Error ? error.message : String(error) }) };
  }
};

const unknownPath: Handler = () => ({
  answer: pageAnswer(404, '<!doctype html><title>Error 404 (Not Found)!!1</title>'),
});

const EXACT: Readonly<Record<string, Handler>> = {
  '/o/oauth2/v2/auth': consent,
  '/token': token,
  '/revoke': revoke,
  '/tokeninfo': tokenInfo,
  '/oauth2/v3/userinfo': userInfo,
  '/batch/gmail/v1': batch,
};

/** Who answers a path. */
export const handlerOf = (path: string): Handler => {
  if (path.startsWith(API)) return api;
  const exact = EXACT[path];
  if (exact) return exact;
  if (path.startsWith(UPLOAD)) return upload;
  if (path.startsWith('/v1/projects/')) return pubsub;
  return path.startsWith('/_fake/') ? admin : unknownPath;
};
