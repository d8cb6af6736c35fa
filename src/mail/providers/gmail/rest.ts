import type { z } from 'zod';
import {
  GMAIL_ANSWER_BYTES,
  GMAIL_BACKOFF_MAX_MS,
  GMAIL_BACKOFF_MS,
  GMAIL_CALL_MS,
  GMAIL_TRIES,
  GMAIL_TRY_MS,
} from '#config/limits-gmail.ts';
import type { Lane, SignIn } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { BodyTooLarge, boundedBody } from './bounded-body.ts';
import { noAnswer, type Refused, refusedBy, sendUnknown, tooLarge } from './errors.ts';
import { isSending, type Method } from './prices.ts';
import type { AccountQuota } from './quota.ts';

/** One call of the API. */
export interface Call {
  method: Method;
  verb: 'GET' | 'POST' | 'DELETE';
  /** Behind `/gmail/v1/users/me`. */
  path: string;
  query?: Record<string, string | number | readonly string[] | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, by the upload address. */
  upload?: { type: string; bytes: Uint8Array };
  lane?: Lane | undefined;
  /** Bytes that the answer may have. */
  maxBytes?: number;
  /** Not to be packed: a large answer that was would be unpacked before its size is known. */
  unpacked?: boolean;
  /** Milliseconds that one try may take. */
  tryMs?: number;
}

export interface RestPorts {
  clock: Clock;
  random: Random;
  /** Such as `https://gmail.googleapis.com`. */
  root: string;
  signIn: SignIn;
  quota: AccountQuota;
}

/** The API for one account: each call within its quota, bounded in time and size, tried again where that is harmless. */
export interface Rest {
  /** The answer, checked. Throws what `errors.ts` makes of a refusal, and `transient` when there is no answer. */
  ask<T>(call: Call, answer: z.ZodType<T>): Promise<T>;
  /** Where the answer says nothing. */
  tell(call: Call): Promise<void>;
}

type Outcome = { body: unknown } | Refused;

export const restClient = (ports: RestPorts): Rest => {
  const perform = async (call: Call): Promise<unknown> => {
    const { clock, random, quota } = ports;
    let left = GMAIL_CALL_MS;
    for (let tries = 1; ; tries++) {
      await quota.take(call.method, call.lane ?? 'interactive');
      const start = clock.ms();
      const outcome = await withToken(ports, call, Math.min(left, call.tryMs ?? GMAIL_TRY_MS));
      if (!('refusal' in outcome)) return outcome.body;
      left -= clock.ms() - start;
      const wait = Math.max(backoff(tries, random), outcome.retryAfterMs ?? 0);
      const again = mayTryAgain(outcome, call) && tries < GMAIL_TRIES && wait < left;
      await heed(quota, outcome);
      if (!again) throw outcome.error;
      await clock.sleep(wait);
      left -= wait;
    }
  };

  return {
    ask: async (call, answer) => {
      const parsed = checked(call, answer, await perform(call));
      if (parsed.success) return parsed.data;
      // What was wrong with it is not told: that would be mail.
      const error = noAnswer(call.method, 'it has another form');
      throw isSending(call.method) ? sendUnknown(call.method, error) : error;
    },
    tell: async (call) => {
      await perform(call);
    },
  };
};

/** An answer with more levels than the stack has room for counts as one that is too large. */
const checked = <T>(call: Call, answer: z.ZodType<T>, body: unknown): z.ZodSafeParseResult<T> => {
  try {
    return answer.safeParse(body);
  } catch (e) {
    if (!(e instanceof RangeError)) throw e;
    const error = tooLarge(call.method, call.maxBytes ?? GMAIL_ANSWER_BYTES);
    throw isSending(call.method) ? sendUnknown(call.method, error) : error;
  }
};

/** Full jitter, so that many who were refused at once do not come back at once. */
const backoff = (tries: number, random: Random): number =>
  random.next() * Math.min(GMAIL_BACKOFF_MS * 2 ** (tries - 1), GMAIL_BACKOFF_MAX_MS);

/** What was refused for its rate was not done. What is unknown is done again only where twice is the same as once. */
const mayTryAgain = ({ refusal, error, retryAfterMs }: Refused, call: Call): boolean => {
  if (isSending(call.method) || (retryAfterMs ?? 0) > GMAIL_CALL_MS) return false;
  if (refusal === 'rate') return true;
  return refusal === 'unknown' && isIdempotent(call.method) && error.code !== 'mail.answer-too-large';
};

/** Making a label or a draft twice makes two, or fails; who makes them looks for what is there first. */
const isIdempotent = (method: Method): boolean => method !== 'labels.create' && method !== 'drafts.create';

/** What a refusal means for the calls after this one. */
const heed = async (quota: AccountQuota, { refusal, error, retryAfterMs }: Refused): Promise<void> => {
  const until = (ms: number) =>
    new AppError(error.kind, error.code, error.message, {
      help: error.help,
      fields: error.fields,
      retryAfterMs: ms,
    });
  if (refusal === 'rate') await quota.slowDown(retryAfterMs);
  if (refusal === 'day') throw until(await quota.dayUsedUp());
  if (refusal === 'sending') throw until(await quota.restSends(retryAfterMs));
};

/** Once more with another token when Gmail does not know this one: then nothing was done. */
const withToken = async (ports: RestPorts, call: Call, ms: number): Promise<Outcome> => {
  const token = await ports.signIn.accessToken();
  const outcome = await once(ports, call, { token, ms });
  if (!('refusal' in outcome) || outcome.refusal !== 'token') return outcome;
  const another = await ports.signIn.accessToken(token);
  return once(ports, call, { token: another, ms });
};

const once = async (ports: RestPorts, call: Call, o: { token: string; ms: number }): Promise<Outcome> => {
  const abort = new AbortController();
  const stop = ports.clock.after(o.ms, () => abort.abort(new Error('it took too long')));
  try {
    const response = await fetch(urlOf(ports.root, call), requestOf(call, o.token, abort.signal));
    return await outcomeOf(ports.clock, call, response);
  } catch (e) {
    return failed(call, e);
  } finally {
    stop();
  }
};

const urlOf = (root: string, call: Call): string => {
  const url = new URL(`${root}${call.upload ? '/upload' : ''}/gmail/v1/users/me${call.path}`);
  if (call.upload) url.searchParams.set('uploadType', 'multipart');
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === undefined) continue;
    const values = typeof value === 'object' ? value : [value];
    for (const one of values) url.searchParams.append(name, String(one));
  }
  return url.href;
};

const requestOf = (call: Call, token: string, signal: AbortSignal): RequestInit => {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' };
  if (call.unpacked) headers['accept-encoding'] = 'identity';
  let body: string | Uint8Array<ArrayBuffer> | undefined;
  if (call.upload) {
    headers['content-type'] = call.upload.type;
    body = Uint8Array.from(call.upload.bytes);
  } else if (call.body !== undefined) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(call.body);
  }
  // A redirect would carry the token to where nobody meant it to go.
  return { method: call.verb, headers, signal, redirect: 'manual', ...(body === undefined ? {} : { body }) };
};

const outcomeOf = async (clock: Clock, call: Call, response: Response): Promise<Outcome> => {
  if (call.unpacked && !/^(identity)?$/i.test(response.headers.get('content-encoding') ?? '')) {
    await response.body?.cancel();
    return unknown(call, noAnswer(call.method, 'it is packed'));
  }
  const bytes = await boundedBody(
    response,
    response.ok ? (call.maxBytes ?? GMAIL_ANSWER_BYTES) : GMAIL_ANSWER_BYTES,
  );
  const isJson = /^application\/json\b/i.test(response.headers.get('content-type') ?? '');
  const body = isJson ? jsonOf(bytes) : undefined;
  if (response.status >= 400) {
    const retryAfter = response.headers.get('retry-after');
    const refused = refusedBy({ status: response.status, retryAfter, body }, call.method, clock.ms());
    return refused.refusal === 'unknown' ? unknown(call, refused.error, refused.retryAfterMs) : refused;
  }
  if (response.status === 204 || (response.ok && bytes.length === 0)) return { body: undefined };
  if (response.ok && body !== undefined) return { body };
  return unknown(call, noAnswer(call.method, response.ok ? 'no JSON' : `status ${response.status}`));
};

/** undefined: it is none. What the parser says of it is not kept, since it quotes. */
const jsonOf = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
};

const unknown = (call: Call, error: AppError, retryAfterMs?: number): Refused => ({
  refusal: 'unknown',
  error: isSending(call.method) ? sendUnknown(call.method, error) : error,
  retryAfterMs,
});

/** The connection was never made, so nothing was asked. */
const NEVER_ASKED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const failed = (call: Call, e: unknown): Outcome => {
  if (e instanceof AppError) throw e;
  if (e instanceof BodyTooLarge)
    return unknown(call, tooLarge(call.method, call.maxBytes ?? GMAIL_ANSWER_BYTES));
  // What `fetch` itself says of a call may quote its headers, and with them the token.
  const cause = e instanceof Error && e.cause instanceof Error ? e.cause : undefined;
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string' && NEVER_ASKED.has(code)) {
    return { refusal: 'unknown', error: noAnswer(call.method, 'it can not be reached', cause) };
  }
  return unknown(call, noAnswer(call.method, 'the connection ended or took too long', cause));
};
