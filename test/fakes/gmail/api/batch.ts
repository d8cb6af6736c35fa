import { STATUS_CODES } from 'node:http';
import { jsonAnswer, type WireAnswer } from '#test/fakes/gmail/http/transport.ts';
import { headerOf } from '#test/fakes/gmail/mime/header-lines.ts';
import type { World } from '#test/fakes/gmail/world.ts';
import { ApiError, errorBody, invalid } from './api-error.ts';
import { parseHttpText, type Section, sectionsOf } from './multipart.ts';
import { perform } from './perform.ts';

const MOST_CALLS = 100;
const API = '/gmail/v1/users/';

interface BatchRequest {
  contentType: string;
  authorization: string | undefined;
  body: Buffer;
}

const responseText = (answer: WireAnswer): string => {
  const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const body = answer.body === undefined ? '' : answer.body.toString();
  return `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${headers.join('')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};

const tooMany = (): WireAnswer =>
  jsonAnswer(
    429,
    errorBody({
      code: 429,
      reason: 'rateLimitExceeded',
      domain: 'usageLimits',
      message: 'Too many concurrent requests for user.',
    }),
  );

const innerAnswer = (world: World, section: Section, outer: string | undefined): WireAnswer => {
  if (!/^application\/http\b/i.test(section.contentType)) {
    return jsonAnswer(400, errorBody(invalid('Parts must be of type application/http.').fault));
  }
  const inner = parseHttpText(section.body);
  // Inner targets may be whole addresses; only their path counts.
  const url =
    inner && URL.canParse(inner.target, 'http://batch') ? new URL(inner.target, 'http://batch') : undefined;
  if (!inner || !url?.pathname.startsWith(API)) {
    return jsonAnswer(400, errorBody(invalid('Failed to parse inner request.').fault));
  }
  const of = perform(world, {
    http: inner.http,
    path: url.pathname.slice(API.length),
    query: url.searchParams,
    authorization: headerOf(inner.headers, 'authorization') ?? outer,
    body: inner.body.length > 0 ? inner.body : undefined,
  });
  of.release();
  // A cut or a hang can't happen to one call of a batch alone: it is told as an error of the backend.
  const spoiled = of.fault && of.fault.kind !== 'stale' && of.fault.kind !== 'delay';
  if (spoiled)
    return jsonAnswer(503, errorBody({ code: 503, reason: 'backendError', message: 'Backend Error' }));
  return jsonAnswer(of.status, of.body, of.headers);
};

/** `POST /batch/gmail/v1`: up to 100 calls in one request, each with its own answer and its full price. */
export const answerBatch = (world: World, request: BatchRequest): WireAnswer => {
  try {
    const sections = sectionsOf(request.contentType, request.body);
    if (sections.length === 0) throw invalid('The batch request contains no calls.');
    if (sections.length > MOST_CALLS) {
      throw invalid(`The batch request contains too many calls; the limit is ${MOST_CALLS}.`);
    }
    const boundary = `batch_${world.random.hex(24)}`;
    const most = world.behaviour.batchCallsAtOnce || MOST_CALLS;
    const parts = sections.map((section, index) => {
      const id = (headerOf(section.headers, 'content-id') ?? '').replace(/^<|>$/g, '');
      const idLine = id ? `Content-ID: <response-${id}>\r\n` : '';
      const answer = index < most ? innerAnswer(world, section, request.authorization) : tooMany();
      return `--${boundary}\r\nContent-Type: application/http\r\n${idLine}\r\n${responseText(answer)}\r\n`;
    });
    world.stats.count('batch', 200);
    return {
      status: 200,
      headers: { 'content-type': `multipart/mixed; boundary=${boundary}` },
      body: `${parts.join('')}--${boundary}--\r\n`,
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    world.stats.count('batch', error.fault.code);
    return jsonAnswer(error.fault.code, errorBody(error.fault));
  }
};
