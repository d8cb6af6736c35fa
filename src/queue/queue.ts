import { JOB_PAGE_SCAN_ROWS, PAGE_ROWS_DEFAULT } from '#config/limits.ts';
import type { Db, Tx } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import { toInstant } from '#std/time.ts';
import { type DeadLetters, deadLetters } from './dead-letters.ts';
import type { JobType } from './define.ts';
import { type Enqueued, type EnqueueOptions, makeEnqueuer } from './enqueue.ts';
import { errorsOf, type JobError } from './error-store.ts';
import { type Job, type JobStep, stepFromRow } from './job.ts';
import { type JobFilter, type JobPage, listJobs, pageOfJobs } from './list-store.ts';
import type { QueueHooks } from './ports.ts';
import { makeSignals, READY, type Signals } from './signals.ts';
import { type QueueStats, queueStats } from './stats-store.ts';
import { stepsOf } from './step-store.ts';
import { cancelJob, discardJob, findJob, rescheduleJob, retryJob } from './store.ts';
import { wakeJobs } from './wake-store.ts';
import { writeRacing } from './write-racing.ts';

export type { Enqueued, EnqueueOptions } from './enqueue.ts';

export interface JobDetail {
  job: Job;
  steps: JobStep[];
  /** The oldest first. */
  errors: JobError[];
}

/** The queue as the rest of the program sees it. Each change may be part of a caller's transaction. */
export interface Queue extends DeadLetters {
  enqueue<P>(job: JobType<P>, payload: P, options?: EnqueueOptions): Promise<Enqueued>;
  /** All or none, in the order of `payloads`; `options` are the same for each. */
  enqueueMany<P>(job: JobType<P>, payloads: readonly P[], options?: EnqueueOptions): Promise<Enqueued[]>;
  /** Queued: canceled at once. Running: canceled, and its handler's signal fires at the next heartbeat at the latest. */
  cancel(id: string, options?: { tx?: Tx }): Promise<void>;
  /** Failed or canceled: queued again, attempts reset. */
  retry(id: string, options?: { tx?: Tx }): Promise<void>;
  /** Queued: not before this time. */
  reschedule(id: string, notBeforeMs: number, options?: { tx?: Tx }): Promise<void>;
  /**
   * What `key` names is there now: all that waits for it (`waitsFor` of an error) is due at once, and so is what is about to
   * wait for it. Returns how many jobs waited.
   */
  wake(key: string, options?: { tx?: Tx }): Promise<number>;
  /** Deletes a job that does not run. */
  discard(id: string, options?: { tx?: Tx }): Promise<void>;
  /** A job with its steps, and how each attempt failed. */
  get(id: string): Promise<JobDetail | undefined>;
  /** Newest first. What fits few of many finished jobs is looked for as far as it takes; `page` looks no further than it may. */
  list(filter?: Partial<JobFilter>): Promise<Job[]>;
  /** The same in pages that are quick to read; a page may be short without being the last. */
  page(filter?: Partial<JobFilter>): Promise<JobPage>;
  stats(): Promise<QueueStats>;
  readonly signals: Signals;
}

export interface QueuePorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  hooks?: QueueHooks;
}

const refuse = async (tx: Tx, id: string, wanted: string): Promise<never> => {
  const job = await findJob(tx, id);
  if (!job) throw new AppError('input', 'queue.no-such-job', 'There is no such job', { fields: { job: id } });
  throw new AppError('conflict', 'queue.wrong-state', `A ${job.state} job cannot be ${wanted}`, {
    fields: { job: id, state: job.state },
  });
};

export const createQueue = (ports: QueuePorts): Queue => {
  const { db, clock } = ports;
  const signals = makeSignals();
  const enqueuer = makeEnqueuer({ ...ports, hooks: ports.hooks ?? {}, signals });

  /** Does `change`; when it finds no job in the right state, says why. `news` is told after the commit. */
  const change = (
    o: { id: string; tx?: Tx | undefined; wanted: string; news?: () => void },
    apply: (tx: Tx) => Promise<boolean>,
  ): Promise<void> => {
    const work = async (tx: Tx): Promise<void> => {
      if (!(await apply(tx))) await refuse(tx, o.id, o.wanted);
      if (o.news) tx.afterCommit(o.news);
    };
    return o.tx ? work(o.tx) : writeRacing(db, work);
  };

  return {
    ...enqueuer,
    ...deadLetters({ db, clock, signals }),
    signals,
    cancel: (id, { tx } = {}) =>
      change({ id, tx, wanted: 'canceled', news: () => signals.canceled(id) }, (t) =>
        cancelJob(t, id, clock.now()),
      ),
    retry: (id, { tx } = {}) =>
      change({ id, tx, wanted: 'retried', news: () => signals.ready(READY) }, (t) =>
        retryJob(t, id, { now: clock.now() }),
      ),
    reschedule: (id, notBeforeMs, { tx } = {}) =>
      change({ id, tx, wanted: 'rescheduled', news: () => signals.ready(notBeforeMs) }, (t) =>
        rescheduleJob(t, id, { now: clock.now(), due: toInstant(notBeforeMs) }),
      ),
    wake: (key, { tx } = {}) => {
      const work = async (t: Tx): Promise<number> => {
        const woken = await wakeJobs(t, key, clock.now());
        if (woken > 0) t.afterCommit(() => signals.ready(READY));
        return woken;
      };
      return tx ? work(tx) : writeRacing(db, work);
    },
    discard: (id, { tx } = {}) => change({ id, tx, wanted: 'discarded' }, (t) => discardJob(t, id)),
    get: async (id) => {
      const job = await findJob(db, id);
      return job && { job, steps: (await stepsOf(db, id)).map(stepFromRow), errors: await errorsOf(db, id) };
    },
    list: (filter = {}) => listJobs(db, { limit: PAGE_ROWS_DEFAULT, ...filter }),
    page: (filter = {}) => pageOfJobs(db, { limit: PAGE_ROWS_DEFAULT, ...filter }, JOB_PAGE_SCAN_ROWS),
    stats: () => queueStats(db, clock.now()),
  };
};
