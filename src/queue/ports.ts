import type { ClaimedJob } from './job.ts';

type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where the queue writes its log. */
export interface QueueLog {
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

export const silentLog: QueueLog = { info: () => {}, warn: () => {}, error: () => {} };

export type AttemptEnding =
  | 'completed'
  | 'failed'
  | 'exhausted'
  | 'canceled'
  | 'retried'
  | 'snoozed'
  | 'released'
  | 'lost';

export interface AttemptReport {
  job: ClaimedJob;
  ending: AttemptEnding;
  /** Milliseconds from when the job was due to the start of this attempt, and from there to its end. */
  waitMs: number;
  runMs: number;
  error: unknown;
}

/** For traces and metrics. None of them may throw. */
export interface QueueHooks {
  /** Runs one attempt inside a span whose parent is `job.traceparent`; must call `run` once and return its promise. */
  onJob?<T>(job: ClaimedJob, run: () => Promise<T>): Promise<T>;
  onStep?<T>(job: ClaimedJob, name: string, run: () => Promise<T>): Promise<T>;
  onClaimed?(count: number): void;
  onEnded?(report: AttemptReport): void;
  onRescued?(count: number): void;
  /** A handler needs its user to act, such as to sign in again. */
  onNeedsUser?(job: ClaimedJob, error: unknown): void;
  /** The trace context of whoever enqueues now. */
  traceparent?(): string | undefined;
}
