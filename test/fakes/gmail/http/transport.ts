import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault } from '#test/fakes/gmail/faults.ts';

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  /** undefined: no body. */
  body: string | Buffer | undefined;
}

const MAX_BODY_BYTES = 64 * 2 ** 20;
const DRIP_EVERY_MS = 1_000;
const PAGE =
  '<!doctype html><html><head><title>Error</title></head><body><h1>Temporary error</h1></body></html>';

/** The whole body of a request. Throws when it is absurdly big. */
export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('the body is too big');
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
};

export const jsonAnswer = (
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): WireAnswer =>
  body === undefined
    ? { status, headers, body: undefined }
    : {
        status,
        headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
        body: JSON.stringify(body),
      };

export const pageAnswer = (status: number, html: string): WireAnswer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: html,
});

const COMPRESS_FROM_BYTES = 1_024;

/** Compresses the answer when the caller takes that. */
export const compressed = (answer: WireAnswer, accept: string | string[] | undefined): WireAnswer => {
  if (
    answer.body === undefined ||
    answer.body.length < COMPRESS_FROM_BYTES ||
    !String(accept ?? '').includes('gzip')
  ) {
    return answer;
  }
  return {
    ...answer,
    headers: { ...answer.headers, 'content-encoding': 'gzip' },
    body: gzipSync(answer.body, { level: 1 }),
  };
};

export const send = (response: ServerResponse, answer: WireAnswer): void => {
  const length = answer.body === undefined ? 0 : Buffer.byteLength(answer.body);
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.status === 204 ? {} : { 'content-length': String(length) }),
  });
  response.end(answer.body);
};

/** Writes so much of the body, promises all of it, and ends the connection, or its own side of it. */
const sendPart = (
  response: ServerResponse,
  answer: WireAnswer,
  o: { promised: number; part: Buffer; end?: 'both' | 'ours' },
): void => {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(o.promised) });
  response.write(o.part, () => (o.end === 'ours' ? response.socket?.end() : response.socket?.destroy()));
};

const drip = (response: ServerResponse, answer: WireAnswer, body: Buffer): void => {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) });
  let at = 0;
  const timer = setInterval(() => {
    if (at < body.length) response.write(body.subarray(at, ++at));
    else response.end();
  }, DRIP_EVERY_MS);
  timer.unref();
  response.on('close', () => clearInterval(timer));
};

/** Sends the answer as the fault spoils it. */
export const sendSpoiled = (response: ServerResponse, answer: WireAnswer, fault: Fault): void => {
  const body = Buffer.from(answer.body ?? '');
  switch (fault.kind) {
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut':
    case 'half-close':
      sendPart(response, answer, {
        promised: body.length,
        part: body.subarray(0, Math.floor(body.length / 2)),
        end: fault.kind === 'cut' ? 'both' : 'ours',
      });
      return;
    case 'wrong-length':
      sendPart(response, answer, { promised: body.length + 1_000, part: body });
      return;
    case 'drip':
      drip(response, answer, body);
      return;
    case 'html':
      send(response, pageAnswer(200, PAGE));
      return;
    case 'gzip-bomb':
      send(response, {
        status: 200,
        headers: { 'content-type': 'application/json; charset=UTF-8', 'content-encoding': 'gzip' },
        body: bombOf(fault.bytes ?? 2 ** 30),
      });
      return;
    case 'delay': {
      const timer = setTimeout(() => send(response, answer), fault.delayMs ?? 1_000);
      response.on('close', () => clearTimeout(timer));
      return;
    }
    default:
      send(response, answer);
  }
};

const BOMB_PIECE = 2 ** 24;

/** Many zeros, compressed piece by piece: gzip members that stand behind each other are one stream. */
const bombOf = (bytes: number): Buffer => {
  const piece = gzipSync(Buffer.alloc(Math.min(bytes, BOMB_PIECE)));
  return Buffer.concat(Array.from({ length: Math.max(1, Math.ceil(bytes / BOMB_PIECE)) }, () => piece));
};
