import {
  JOB_ABORT_GRACE_MS,
  JOB_ERROR_CHARS,
  JOB_LIMIT_MS,
  JOB_NEEDS_USER_MS,
  JOB_RESULT_CHARS,
} from '#config/limits.ts';
import type { FailureKind } from '#db/queue-tables.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import { backoffMs } from './backoff.ts';

/** Throw it from a handler when trying again can't help. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
}

/** Throw it from a handler when trying again may help, after `retryAfterMs` when that is known. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What a handler returns instead of a result when its job is not done. */
export class Outcome {
  readonly ending: Ending;

  constructor(ending: Ending) {
    this.ending = ending;
  }
}

/** How an attempt ended, in terms of milliseconds since 1970. */
export type Ending =
  /** `forget`: its row is deleted. */
  | { to: 'completed'; resultJson: string | null; forget?: boolean }
  | { to: 'failed'; kind: FailureKind; error: string }
  | { to: 'canceled'; error: string }
  /** `counted`: this attempt is one of `max_attempts`. `waitsFor`: a key that it is woken by, before its time. */
  | { to: 'queued'; atMs: number; counted: boolean; error: string | null; waitsFor?: string };

/** Back to queued until then, with no attempt used. */
export const snooze = (untilMs: number): Outcome =>
  new Outcome({ to: 'queued', atMs: untilMs, counted: false, error: null });

/** The work is no longer wanted. */
export const giveUp = (why: string): Outcome => new Outcome({ to: 'canceled', error: errorText(why) });

/** What classifying an error needs to know of the attempt. */
export interface AttemptFacts {
  attempt: number;
  maxAttempts: number;
  /** `last_error` of an earlier attempt. */
  lastError: string | null;
  nowMs: number;
  /** In [0, 1). */
  random: number;
}

const CONFLICT = 'conflict ';

/** One text for `last_error`: who must act, the stable code, the message. Cut, and of characters that every engine can hold. */
export const errorText = (e: unknown): string => {
  const text =
    e instanceof AppError
      ? `${e.kind} ${e.code}: ${e.message}`
      : e instanceof Error
        ? `${e.name}: ${e.message}`
        : errorMessage(e);
  return text.replaceAll('\0', '\uFFFD').toWellFormed().slice(0, JOB_ERROR_CHARS).toWellFormed();
};

const retry = (e: unknown, facts: AttemptFacts, delayMs?: number): Ending => {
  const error = errorText(e);
  if (facts.attempt >= facts.maxAttempts) return { to: 'failed', kind: 'exhausted', error };
  const wait = delayMs ?? backoffMs(facts.attempt, facts.random);
  return { to: 'queued', atMs: facts.nowMs + Math.max(0, wait), counted: true, error };
};

const wait = (e: AppError, facts: AttemptFacts, defaultMs: number): Ending => ({
  to: 'queued',
  atMs: facts.nowMs + Math.max(0, e.retryAfterMs ?? defaultMs),
  counted: false,
  error: errorText(e),
  ...(e.waitsFor === undefined ? {} : { waitsFor: e.waitsFor }),
});

const fatal = (e: unknown): Ending => ({ to: 'failed', kind: 'fatal', error: errorText(e) });

/** What becomes of a job whose handler threw. The table is in docs/architecture.md. */
export const endingOfError = (e: unknown, facts: AttemptFacts): Ending => {
  if (e instanceof FatalError) return fatal(e);
  if (e instanceof RetryableError) return retry(e, facts, e.retryAfterMs);
  if (!(e instanceof AppError)) return retry(e, facts);
  if (e.moot) return { to: 'canceled', error: errorText(e) };
  switch (e.kind) {
    case 'transient':
      return retry(e, facts, e.retryAfterMs);
    case 'limit':
      return wait(e, facts, JOB_LIMIT_MS);
    case 'needs-user':
      return wait(e, facts, JOB_NEEDS_USER_MS);
    case 'conflict':
      // Reading again usually settles it; a second conflict in a row is no race.
      return facts.lastError?.startsWith(CONFLICT) ? fatal(e) : retry(e, facts, 0);
    case 'permanent':
    case 'input':
    case 'denied':
      return fatal(e);
  }
};

/** What becomes of a job whose handler returned `value`. */
export const endingOfValue = (value: unknown): Ending => {
  if (value instanceof Outcome) return value.ending;
  if (value === undefined) return { to: 'completed', resultJson: null };
  const resultJson = JSON.stringify(value) ?? null;
  if (resultJson !== null && resultJson.length > JOB_RESULT_CHARS) {
    return fatal(new FatalError(`The result has ${resultJson.length} characters of JSON`));
  }
  return { to: 'completed', resultJson };
};

export type AbortCause = 'canceled' | 'lost' | 'timeout' | 'stopping' | 'stray';

const ABORT_TEXT: Record<AbortCause, string> = {
  canceled: 'The job was canceled',
  lost: 'The job was taken away from this worker',
  timeout: 'The job took too long',
  stopping: 'The worker is stopping',
  stray: 'Something that the job started failed',
};

/** The reason on a handler's AbortSignal. It has JOB_ABORT_GRACE_MS to end after that. */
export class JobAborted extends Error {
  override readonly name = 'JobAborted';
  readonly because: AbortCause;

  constructor(cause: AbortCause, more = '') {
    super(`${ABORT_TEXT[cause]}${more}; it has ${JOB_ABORT_GRACE_MS / 1000} s to end`);
    this.because = cause;
  }
}
