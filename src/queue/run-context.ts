import type { Tx } from '#db/db.ts';
import type { JobStepsTable } from '#db/queue-tables.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import type { Attempt, AttemptPorts } from './attempt.ts';
import type { JobContext } from './context.ts';
import { checkedKey, type JobType } from './define.ts';
import { heartbeat, isHeld } from './lease-store.ts';
import { errorText, snooze } from './outcome.ts';
import type { Enqueued, EnqueueOptions } from './queue.ts';
import { recordStep, stepOfHeld } from './step-store.ts';

const claimLost = (): AppError =>
  new AppError('conflict', 'queue.claim-lost', 'The job is no longer held by this worker');

/** What one attempt's handler works with. */
class RunContext<App> implements JobContext<App> {
  readonly #attempt: Attempt<App>;
  readonly #ports: AttemptPorts<App>;
  readonly #stepping = new Set<string>();

  constructor(attempt: Attempt<App>, ports: AttemptPorts<App>) {
    this.#attempt = attempt;
    this.#ports = ports;
  }

  get app(): App {
    return this.#ports.app;
  }

  get jobId(): string {
    return this.#attempt.job.id;
  }

  get type(): string {
    return this.#attempt.job.type;
  }

  get attempt(): number {
    return this.#attempt.job.attempt;
  }

  get maxAttempts(): number {
    return this.#attempt.job.maxAttempts;
  }

  get userId(): string | null {
    return this.#attempt.job.userId;
  }

  get scheduledFor(): Instant | null {
    return this.#attempt.job.scheduledFor;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  async step<T>(name: string, fn: () => Promise<T>): Promise<T> {
    checkedKey('step name', name);
    if (this.#stepping.has(name)) throw new Error(`The step "${name}" is running already`);
    this.#stepping.add(name);
    try {
      const known = await this.#recorded(name);
      return resultOf(known?.finished_at ? known : await this.#runStep(name, fn)) as T;
    } finally {
      this.#stepping.delete(name);
    }
  }

  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.#ports.db.write(async (tx) => {
        if (!(await isHeld(tx, this.#attempt.job))) throw claimLost();
        return work(tx);
      });
    } catch (e) {
      if (e instanceof AppError && e.code === 'queue.claim-lost') this.#attempt.abort('lost');
      throw e;
    }
  }

  async heartbeat(): Promise<void> {
    const { db, clock, lease } = this.#ports;
    const { job } = this.#attempt;
    crashpoint('heartbeat.before');
    const lost = await db.write((tx) => heartbeat(tx, [job], { now: clock.now(), lease }));
    crashpoint('heartbeat.after');
    if (lost.length === 0) return;
    this.#attempt.abort('lost');
    throw claimLost();
  }

  enqueue<P>(job: JobType<P>, payload: P, options: EnqueueOptions = {}): Promise<Enqueued> {
    const { userId, traceparent, id } = this.#attempt.job;
    const trace = this.#ports.hooks.traceparent?.() ?? traceparent;
    return this.#ports.queue.enqueue(job, payload, {
      parentJobId: id,
      ...(userId === null ? {} : { userId }),
      ...(trace === null ? {} : { traceparent: trace }),
      ...options,
    });
  }

  note(fields: Readonly<Record<string, string | number | boolean | null>>): void {
    Object.assign(this.#attempt.notes, fields);
  }

  snooze(untilMs: number): ReturnType<typeof snooze> {
    return snooze(untilMs);
  }

  /** Looked up each time: after a pause another worker may have the job, and have run what comes next. */
  async #recorded(name: string): Promise<JobStepsTable | undefined> {
    const { held, step } = await stepOfHeld(this.#ports.db, this.#attempt.job, name);
    if (held) return step;
    this.#attempt.abort('lost');
    throw claimLost();
  }

  async #runStep<T>(name: string, fn: () => Promise<T>): Promise<JobStepsTable> {
    const { clock, hooks } = this.#ports;
    const row: JobStepsTable = {
      job_id: this.jobId,
      name,
      attempt: this.attempt,
      started_at: clock.now(),
      finished_at: null,
      result_json: null,
      error: null,
    };
    let done: JobStepsTable;
    try {
      const value = await (hooks.onStep ? hooks.onStep(this.#attempt.job, name, fn) : fn());
      crashpoint('step.done');
      done = { ...row, finished_at: clock.now(), result_json: JSON.stringify(value) ?? null };
    } catch (e) {
      // For whoever looks at the job; the error itself is what counts.
      await this.write((tx) => recordStep(tx, { ...row, error: errorText(e) })).catch(() => {});
      throw e;
    }
    await this.write((tx) => recordStep(tx, done));
    crashpoint('step.recorded');
    return done;
  }
}

/** The same whether it was recorded just now or in an earlier attempt: what JSON makes of it. */
const resultOf = (step: JobStepsTable): unknown =>
  step.result_json === null ? undefined : JSON.parse(step.result_json);

export const makeContext = <App>(attempt: Attempt<App>, ports: AttemptPorts<App>): JobContext<App> =>
  new RunContext(attempt, ports);
