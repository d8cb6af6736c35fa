import { JOB_ABORT_GRACE_MS } from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { type ErrorOwner, runOwned } from './attribution.ts';
import type { LeaseClock } from './claim-store.ts';
import type { JobContext } from './context.ts';
import type { JobKind } from './define.ts';
import type { ClaimedJob } from './job.ts';
import { type AbortCause, type Ending, endingOfError, endingOfValue, JobAborted } from './outcome.ts';
import type { QueueHooks, QueueLog } from './ports.ts';
import type { Queue } from './queue.ts';
import { makeContext } from './run-context.ts';

/** What every attempt of a worker works with. */
export interface AttemptPorts<App> {
  db: Db;
  queue: Queue;
  app: App;
  clock: Clock;
  random: Random;
  log: QueueLog;
  hooks: QueueHooks;
  lease: LeaseClock;
}

/** One run of one claimed job, from its start to the ending that is to be recorded. */
export class Attempt<App> implements ErrorOwner {
  readonly job: ClaimedJob;
  readonly kind: JobKind<App>;
  readonly startedMs: number;
  /** Facts that the handler adds to the log line. */
  readonly notes: Record<string, string | number | boolean | null> = {};
  /** How it ended; undefined while it runs, and after it was lost. */
  ending: Ending | undefined;
  error: unknown;
  endedMs = 0;
  /** Tries to record the ending. */
  tries = 0;
  readonly #ports: AttemptPorts<App>;
  readonly #onEnded: (attempt: Attempt<App>) => void;
  #controller: AbortController | undefined;
  #cause: AbortCause | undefined;
  #strayError: unknown;
  #ended = false;
  #recorded = false;
  #cancelTimer = () => {};

  constructor(
    ports: AttemptPorts<App>,
    claim: { job: ClaimedJob; kind: JobKind<App> },
    onEnded: (attempt: Attempt<App>) => void,
  ) {
    this.#ports = ports;
    this.job = claim.job;
    this.kind = claim.kind;
    this.#onEnded = onEnded;
    this.startedMs = ports.clock.ms();
  }

  /** Made when somebody asks for it: most handlers never do. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cause) this.#controller.abort(new JobAborted(this.#cause));
    }
    return this.#controller.signal;
  }

  get lost(): boolean {
    return this.#cause === 'lost' || this.#cause === 'canceled';
  }

  get cause(): AbortCause | undefined {
    return this.#cause;
  }

  start(): void {
    const { clock, hooks } = this.#ports;
    this.#cancelTimer = clock.after(this.kind.timeoutMs, () => this.abort('timeout'));
    const ctx: JobContext<App> = makeContext(this, this.#ports);
    const work = async () => this.kind.execute(ctx, this.job.payloadJson);
    const run = () => (hooks.onJob ? hooks.onJob(this.job, work) : work());
    runOwned(this, run).then(
      (value) => this.#handlerReturned(value),
      (error) => this.#handlerThrew(error),
    );
  }

  /** Fires the handler's signal; after a grace time the queue goes on without it. */
  abort(cause: AbortCause): void {
    if (this.#ended) return;
    const first = this.#cause === undefined;
    // Whatever else happened, a claim that is lost has nothing to record.
    if (first || cause === 'lost' || cause === 'canceled') this.#cause = cause;
    if (!first) return;
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.clock.after(JOB_ABORT_GRACE_MS, () =>
      this.#handlerThrew(new JobAborted(cause)),
    );
    this.#controller?.abort(new JobAborted(cause));
  }

  /** It may still end another way until its ending is on its way to the database. */
  beginRecording(): void {
    this.#recorded = true;
  }

  stray(error: unknown): void {
    if (!this.#ended) {
      this.#strayError ??= error;
      this.abort('stray');
    } else if (!this.#recorded && this.ending?.to === 'completed') {
      this.#setEnding(() => this.#endingOf(error), error);
    } else {
      const { id: job, type } = this.job;
      this.#ports.log.warn(
        { job, type, error: String(error) },
        'something a job had started failed after its end',
      );
    }
  }

  #handlerReturned(value: unknown): void {
    if (this.#ended) return;
    if (this.#cause === 'stray') this.#endWith(this.#strayError);
    else this.#end(() => this.#endingOfValue(value), undefined);
  }

  #endingOfValue(value: unknown): Ending {
    const ending = endingOfValue(value);
    return ending.to === 'completed' && !this.kind.keepCompleted ? { ...ending, forget: true } : ending;
  }

  #handlerThrew(error: unknown): void {
    if (this.#ended) return;
    const { timeoutMs } = this.kind;
    if (this.#cause === 'stray') this.#endWith(this.#strayError);
    else if (this.#cause === 'stopping') this.#end(() => released(this.#ports.clock.ms()), undefined);
    else if (this.#cause !== 'timeout') this.#endWith(error);
    else {
      const message = `It took longer than ${timeoutMs} ms`;
      this.#endWith(new AppError('transient', 'queue.timeout', message, { cause: error }));
    }
  }

  #endWith(error: unknown): void {
    this.#end(() => this.#endingOf(error), error);
  }

  #end(ending: () => Ending, error: unknown): void {
    this.#cancelTimer();
    this.#ended = true;
    this.endedMs = this.#ports.clock.ms();
    if (!this.lost) this.#setEnding(ending, error);
    this.#onEnded(this);
  }

  #setEnding(ending: () => Ending, error: unknown): void {
    this.error = error;
    try {
      this.ending = ending();
    } catch (e) {
      // A result that JSON cannot hold.
      this.error = e;
      this.ending = this.#endingOf(e);
    }
  }

  #endingOf(error: unknown): Ending {
    const { clock, random } = this.#ports;
    const { attempt, maxAttempts, lastError } = this.job;
    return endingOfError(error, {
      attempt,
      maxAttempts,
      lastError,
      nowMs: clock.ms(),
      random: random.next(),
    });
  }
}

/** Back to queued as if it had never been claimed. */
export const released = (nowMs: number): Ending => ({
  to: 'queued',
  atMs: nowMs,
  counted: false,
  error: null,
});
