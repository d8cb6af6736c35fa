import { JOB_RACE_TRIES, PAGE_ROWS_DEFAULT } from '#config/limits.ts';
import type { Db, Tx } from '#db/db.ts';
import { isConstraint } from '#db/errors.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import { toInstant } from '#std/time.ts';
import type { JobType } from './define.ts';
import { type Enqueued, type EnqueueOptions, makeEnqueuer } from './enqueue.ts';
import { type Job, type JobStep, stepFromRow } from './job.ts';
import type { QueueHooks } from './ports.ts';
import { makeSignals, type Signals } from './signals.ts';
import { stepsOf } from './step-store.ts';
import {
  cancelJob,
  discardJob,
  findJob,
  type JobFilter,
  listJobs,
  type QueueStats,
  queueStats,
  rescheduleJob,
  retryJob,
} from './store.ts';

export type { Enqueued, EnqueueOptions } from './enqueue.ts';

/** The queue as the rest of the program sees it. Each change may be part of a caller's transaction. */
export interface Queue {
  enqueue<P>(job: JobType<P>, payload: P, options?: EnqueueOptions): Promise<Enqueued>;
  /** All or none, in the order of `payloads`; `options` are the same for each. */
  enqueueMany<P>(job: JobType<P>, payloads: readonly P[], options?: EnqueueOptions): Promise<Enqueued[]>;
  /** Queued: canceled at once. Running: canceled, and its handler's signal fires at the next heartbeat at the latest. */
  cancel(id: string, options?: { tx?: Tx }): Promise<void>;
  /** Failed or canceled: queued again, attempts reset. */
  retry(id: string, options?: { tx?: Tx }): Promise<void>;
  /** Queued: not before this time. */
  reschedule(id: string, notBeforeMs: number, options?: { tx?: Tx }): Promise<void>;
  /** Deletes a job that does not run. */
  discard(id: string, options?: { tx?: Tx }): Promise<void>;
  get(id: string): Promise<{ job: Job; steps: JobStep[] } | undefined>;
  /** Newest first; the next page is asked for with `before`, the last id of this one. */
  list(filter?: Partial<JobFilter>): Promise<Job[]>;
  stats(): Promise<QueueStats>;
  readonly signals: Signals;
}

export interface QueuePorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  hooks?: QueueHooks;
}

/** Runs `work` again when another process took a unique key between its look and its write. */
export const writeRacing = async <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await db.write(work);
    } catch (e) {
      if (tries >= JOB_RACE_TRIES || !isConstraint(e, 'unique')) throw e;
    }
  }
};

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
    signals,
    cancel: (id, { tx } = {}) =>
      change({ id, tx, wanted: 'canceled', news: () => signals.canceled(id) }, (t) =>
        cancelJob(t, id, clock.now()),
      ),
    retry: (id, { tx } = {}) =>
      change({ id, tx, wanted: 'retried', news: () => signals.ready(clock.ms()) }, (t) =>
        retryJob(t, id, clock.now()),
      ),
    reschedule: (id, notBeforeMs, { tx } = {}) =>
      change({ id, tx, wanted: 'rescheduled', news: () => signals.ready(notBeforeMs) }, (t) =>
        rescheduleJob(t, id, { now: clock.now(), due: toInstant(notBeforeMs) }),
      ),
    discard: (id, { tx } = {}) => change({ id, tx, wanted: 'discarded' }, (t) => discardJob(t, id)),
    get: async (id) => {
      const job = await findJob(db, id);
      return job && { job, steps: (await stepsOf(db, id)).map(stepFromRow) };
    },
    list: (filter = {}) => listJobs(db, { limit: PAGE_ROWS_DEFAULT, ...filter }),
    stats: () => queueStats(db, clock.now()),
  };
};
