import type { Db, Tx } from '#db/db.ts';
import { untilKnown, writeUntilKnown } from '#db/until-known.ts';
import { writeOne } from '#db/write-one.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import { toInstant, toMs } from '#std/time.ts';
import { checkedKey, type JobType } from './define.ts';
import { giveTurns } from './fair-turns.ts';
import { insertJobs, type NewJob, plainInsert } from './insert-store.ts';
import type { QueueHooks } from './ports.ts';
import { READY, type Signals } from './signals.ts';

export interface EnqueueOptions {
  /** Commit together with the rest of this transaction. Inside `db.write` it must be given. */
  tx?: Tx;
  /** Milliseconds since 1970; default: now. */
  notBeforeMs?: number;
  /** Lower runs first; default: that of the kind. */
  priority?: number;
  maxAttempts?: number;
  /** Each stands above what the kind makes of the payload. */
  idempotencyKey?: string;
  singletonKey?: string;
  serialKey?: string;
  fairKey?: string;
  userId?: string;
  scheduleId?: string;
  parentJobId?: string;
  traceparent?: string;
}

export interface Enqueued {
  id: string;
  /** False when an earlier job with the same idempotency or singleton key stands for it. */
  created: boolean;
}

export interface EnqueuePorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  signals: Signals;
  hooks: QueueHooks;
}

const MAX_PRIORITY = 2 ** 31 - 1;

const wholeNumber = (name: string, n: number, least: number): number => {
  if (Number.isInteger(n) && n >= least && n <= MAX_PRIORITY) return n;
  throw new AppError('input', 'queue.bad-option', `${name} must be a whole number`, { fields: { name } });
};

const newJob = <P>(ports: EnqueuePorts, job: JobType<P>, payload: P, o: EnqueueOptions): NewJob => {
  const { payloadJson, keys } = job.prepare(payload);
  const nowMs = ports.clock.ms();
  const notBefore = toInstant(o.notBeforeMs ?? nowMs);
  return {
    id: ports.newId(),
    type: job.type,
    payloadJson,
    priority: wholeNumber('priority', o.priority ?? job.priority, -MAX_PRIORITY),
    maxAttempts: wholeNumber('maxAttempts', o.maxAttempts ?? job.maxAttempts, 1),
    notBefore,
    turn: notBefore,
    idempotencyKey: checkedKey('idempotency key', o.idempotencyKey) ?? keys.idempotencyKey,
    singletonKey: checkedKey('singleton key', o.singletonKey) ?? keys.singletonKey,
    serialKey: checkedKey('serial key', o.serialKey) ?? keys.serialKey,
    fairKey: checkedKey('fair key', o.fairKey) ?? keys.fairKey,
    userId: o.userId ?? null,
    scheduleId: o.scheduleId ?? null,
    parentJobId: o.parentJobId ?? null,
    traceparent: o.traceparent ?? ports.hooks.traceparent?.() ?? null,
    createdAt: toInstant(nowMs),
  };
};

interface Pending {
  jobs: NewJob[];
  resolve(ids: string[]): void;
  reject(reason: unknown): void;
}

/** Tells when they can be claimed: those that are due when they are made are ready, the others have to be made so. */
const tellReady = (signals: Signals, jobs: readonly NewJob[]): void => {
  let ready = false;
  let first: string | undefined;
  for (const { notBefore, createdAt } of jobs) {
    if (notBefore <= createdAt) ready = true;
    else if (first === undefined || notBefore < first) first = notBefore;
  }
  if (first !== undefined) signals.ready(toMs(first));
  if (ready) signals.ready(READY);
};

/** Puts jobs into the database: in a caller's transaction, or in one of their own. */
const makeInserter = ({ db, signals }: EnqueuePorts) => {
  const within = async (tx: Tx, jobs: readonly NewJob[]): Promise<string[]> => {
    await giveTurns(tx, jobs);
    const ids = await insertJobs(tx, jobs);
    crashpoint('enqueue.inserted');
    tx.afterCommit(() => tellReady(signals, jobs));
    return ids;
  };
  const alone = async (jobs: readonly NewJob[]): Promise<string[]> => {
    const statement = plainInsert(db.engine, jobs);
    if (!statement) return writeUntilKnown(db, (tx) => within(tx, jobs));
    const afterCommit = () => tellReady(signals, jobs);
    await untilKnown(() => writeOne(db, { ...statement, afterCommit }));
    crashpoint('enqueue.inserted');
    return jobs.map((job) => job.id);
  };
  return { within, alone };
};

/** Makes jobs and puts them into the database. Calls in flight together share one statement and one commit. */
export const makeEnqueuer = (ports: EnqueuePorts) => {
  const insert = makeInserter(ports);
  let pending: Pending[] = [];

  const flush = async (): Promise<void> => {
    const all = pending;
    pending = [];
    const jobs = all.length === 1 ? (all[0]?.jobs ?? []) : all.flatMap((p) => p.jobs);
    try {
      const ids = await insert.alone(jobs);
      let at = 0;
      for (const p of all) {
        p.resolve(all.length === 1 ? ids : ids.slice(at, at + p.jobs.length));
        at += p.jobs.length;
      }
    } catch (e) {
      for (const p of all) p.reject(e);
    }
  };

  const add = (jobs: NewJob[], tx: Tx | undefined): Promise<string[]> => {
    if (jobs.length === 0) return Promise.resolve([]);
    if (tx) return insert.within(tx, jobs);
    return new Promise((resolve, reject) => {
      pending.push({ jobs, resolve, reject });
      // A microtask later, everybody who was woken by the same commit has had a chance to join.
      if (pending.length === 1) queueMicrotask(flush);
    });
  };

  const toEnqueued = (job: NewJob, id: string | undefined): Enqueued => ({
    id: id ?? job.id,
    created: id === job.id,
  });

  return {
    /** Throws an input error for a payload, key or option that does not fit. */
    enqueue: async <P>(job: JobType<P>, payload: P, options: EnqueueOptions = {}): Promise<Enqueued> => {
      const made = newJob(ports, job, payload, options);
      const [id] = await add([made], options.tx);
      return toEnqueued(made, id);
    },

    /** All or none of them, thousands in one statement; the answers are in the order of `payloads`. */
    enqueueMany: async <P>(
      job: JobType<P>,
      payloads: readonly P[],
      options: EnqueueOptions = {},
    ): Promise<Enqueued[]> => {
      const made = payloads.map((payload) => newJob(ports, job, payload, options));
      const ids = await add(made, options.tx);
      return made.map((j, i) => toEnqueued(j, ids[i]));
    },
  };
};
