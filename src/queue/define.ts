import type { z } from 'zod';
import {
  JOB_ATTEMPTS,
  JOB_ERROR_CHARS,
  JOB_KEY_CHARS,
  JOB_PAYLOAD_CHARS,
  JOB_TIMEOUT_MS,
} from '#config/limits.ts';
import { AppError } from '#std/errors.ts';
import type { JobContext } from './context.ts';
import type { Outcome } from './outcome.ts';

export interface JobSettings<Payload, App, Result> {
  /** Stable and dotted, such as `ingest.sync`: it is stored with every job. */
  type: string;
  /** What its jobs do, in a few words, for people. Default: the type. */
  title?: string;
  /** Checked when a job is enqueued and again when it runs. Its output must parse to itself: no transforms. */
  payload: z.ZodType<Payload>;
  /** Whether people may put it on a schedule of their own. */
  schedulable?: boolean;
  /** False: a job that completed is deleted at once. For housekeeping, which would swamp the list of jobs. */
  keepCompleted?: boolean;
  maxAttempts?: number;
  /** Milliseconds that one attempt may take. */
  timeoutMs?: number;
  /** The most of this type that one worker runs at the same time. */
  concurrency?: number;
  /** Lower runs first; live work 0, bulk work above. */
  priority?: number;
  /** Jobs with the same key never run at the same time, on any machine. */
  serialKey?(payload: Payload): string | undefined;
  /** A job with the key of one that waits is merged with it. */
  singletonKey?(payload: Payload): string | undefined;
  /** A job with a key that was used before is not made again. */
  idempotencyKey?(payload: Payload): string | undefined;
  /** Jobs of this type and of equal priority take turns between the keys, however many of one key wait. */
  fairKey?(payload: Payload): string | undefined;
  /**
   * The work. It may run twice, and must end soon after `ctx.signal` fires. Returns its result (JSON, kept with the job), or
   * an Outcome such as `snooze(…)`. What a thrown error leads to is told in `outcome.ts`.
   */
  run(ctx: JobContext<App>, payload: Payload): Promise<Result | Outcome>;
}

export interface JobKeys {
  serialKey: string | null;
  singletonKey: string | null;
  idempotencyKey: string | null;
  fairKey: string | null;
}

/** What whoever enqueues needs to know of a kind of job. */
export interface JobType<Payload> {
  readonly type: string;
  readonly title: string;
  readonly schedulable: boolean;
  readonly maxAttempts: number;
  readonly priority: number;
  /** Throws an input error when the payload does not fit its schema or is too large. */
  prepare(payload: Payload): { payloadJson: string; keys: JobKeys };
}

/** What a worker needs to know of a kind of job, whatever its payload. */
export interface JobKind<App> extends JobType<unknown> {
  readonly keepCompleted: boolean;
  readonly timeoutMs: number;
  readonly concurrency: number | undefined;
  readonly execute: (ctx: JobContext<App>, payloadJson: string) => Promise<unknown>;
}

export interface JobDefinition<Payload, App> extends JobType<Payload>, JobKind<App> {
  prepare(payload: Payload): { payloadJson: string; keys: JobKeys };
}

const TYPE = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/;

const parsePayload = <P>(schema: z.ZodType<P>, type: string, payload: unknown): P => {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.map(String).join('.') || 'payload';
  throw new AppError('input', 'queue.bad-payload', `The payload of ${type} is wrong at ${where}`, {
    fields: { type, where, problem: (issue?.code ?? 'unknown').slice(0, JOB_ERROR_CHARS) },
  });
};

/** Keys are compared byte by byte and kept in indexes: bounded, and of characters that every engine holds as they are. */
export const checkedKey = (name: string, key: string | undefined): string | null => {
  if (key === undefined) return null;
  if (key.length > 0 && key.length <= JOB_KEY_CHARS && !key.includes('\0') && key.isWellFormed()) return key;
  throw new AppError('input', 'queue.bad-key', `A ${name} must have 1 to ${JOB_KEY_CHARS} proper characters`);
};

const checkSettings = (s: { type: string; maxAttempts?: number; concurrency?: number }): void => {
  if (!TYPE.test(s.type)) throw new Error(`"${s.type}" is not a job type: write it like room.verb`);
  for (const n of [s.maxAttempts ?? 1, s.concurrency ?? 1]) {
    if (!Number.isInteger(n) || n < 1) throw new Error(`${s.type}: attempts and concurrency count from 1`);
  }
};

/** One kind of job: list it in `jobs.ts`, enqueue it by this value. */
export const defineJob = <Payload, App = unknown, Result = void>(
  s: JobSettings<Payload, App, Result>,
): JobDefinition<Payload, App> => {
  checkSettings(s);
  return {
    type: s.type,
    title: s.title ?? s.type,
    schedulable: s.schedulable ?? false,
    keepCompleted: s.keepCompleted ?? true,
    maxAttempts: s.maxAttempts ?? JOB_ATTEMPTS,
    timeoutMs: s.timeoutMs ?? JOB_TIMEOUT_MS,
    concurrency: s.concurrency,
    priority: s.priority ?? 0,
    prepare: (given) => {
      const payload = parsePayload(s.payload, s.type, given);
      const payloadJson = JSON.stringify(payload) ?? 'null';
      if (payloadJson.length > JOB_PAYLOAD_CHARS) {
        throw new AppError('input', 'queue.payload-too-large', `The payload of ${s.type} is too large`, {
          fields: { type: s.type, characters: payloadJson.length },
        });
      }
      const keys = {
        serialKey: checkedKey('serial key', s.serialKey?.(payload)),
        singletonKey: checkedKey('singleton key', s.singletonKey?.(payload)),
        idempotencyKey: checkedKey('idempotency key', s.idempotencyKey?.(payload)),
        fairKey: checkedKey('fair key', s.fairKey?.(payload)),
      };
      return { payloadJson, keys };
    },
    execute: (ctx, payloadJson) => s.run(ctx, parsePayload(s.payload, s.type, JSON.parse(payloadJson))),
  };
};
