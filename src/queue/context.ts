import type { Tx } from '#db/db.ts';
import type { Instant } from '#std/time.ts';
import type { JobType } from './define.ts';
import type { Outcome } from './outcome.ts';
import type { Enqueued, EnqueueOptions } from './queue.ts';

/** What a handler is given. `App` is the slice of the program's ports that it works with. */
export interface JobContext<App> {
  readonly app: App;
  readonly jobId: string;
  readonly type: string;
  /** Counted from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly userId: string | null;
  /** The time for which a schedule made this job, however late it runs; null when no cron did. */
  readonly scheduledFor: Instant | null;
  /** Fires when the job is canceled, lost, too slow, or the worker stops. Pass it to whatever waits. */
  readonly signal: AbortSignal;
  /**
   * Runs `fn` once per job: its result (JSON) is recorded, and a later attempt gets the record instead of running it again.
   * The same name names the same step. A crash between the end of `fn` and its record runs it again,
   * and so may a process that is paused for longer than a lease just before it.
   * Throws `queue.claim-lost` when the job is no longer ours.
   */
  step<T>(name: string, fn: () => Promise<T>): Promise<T>;
  /** A write transaction that commits only while this claim holds. Throws `queue.claim-lost` otherwise. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Shows life now, before a long wait. Throws `queue.claim-lost` when the job is no longer ours. */
  heartbeat(): Promise<void>;
  /** Enqueues a child of this job: same user and trace unless `options` say otherwise. */
  enqueue<P>(job: JobType<P>, payload: P, options?: EnqueueOptions): Promise<Enqueued>;
  /** Facts for this attempt's log line. Never mail content, never secrets. */
  note(fields: Readonly<Record<string, string | number | boolean | null>>): void;
  /** Return it: back to queued until then, with no attempt used. */
  snooze(untilMs: number): Outcome;
}
