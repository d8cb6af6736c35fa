import { AsyncLocalStorage } from 'node:async_hooks';
import {
  SCHEDULE_ATTEMPTS,
  SCHEDULE_CHECK_MS,
  SCHEDULE_FIRE_ROWS,
  SCHEDULE_LATE_MS,
  SCHEDULE_LOOK_MS,
} from '#config/limits.ts';
import type { Db, Tx } from '#db/db.ts';
import type { SchedulesTable } from '#db/queue-tables.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { toInstant, toMs } from '#std/time.ts';
import { lastRunUpTo, nextRun } from './cron.ts';
import type { JobType } from './define.ts';
import { errorText } from './outcome.ts';
import type { QueueLog } from './ports.ts';
import type { Queue } from './queue.ts';
import { runKey } from './run-key.ts';
import {
  dueSchedules,
  firstDue,
  noteCorrected,
  noteFired,
  noteMoved,
  schedulesAhead,
} from './schedule-store.ts';
import { writeRacing } from './write-racing.ts';

export interface SchedulerPorts {
  db: Db;
  clock: Clock;
  queue: Queue;
  log: QueueLog;
  /** Schedules of other types are left to workers that know them. */
  kinds: ReadonlyMap<string, JobType<unknown>>;
}

/** What became of one due schedule. */
interface Fired {
  row: SchedulesTable;
  error: string | null;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Makes the jobs of schedules whose time has come. Every worker has one, and whichever comes first fires: the row, the job
 * and the next time are changed in one transaction, and the job's key names the time it is for, so that each time is run
 * once however many workers look.
 */
export class Scheduler {
  readonly #p: SchedulerPorts;
  readonly #typesJson: string;
  /** Runs a function outside of the job or request that happened to call us. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #on = false;
  #cancel = () => {};
  #stopListening = () => {};
  #looking: Promise<void> | undefined;
  #again = false;
  #armedMs = NEVER;
  /** What the clock showed when we last looked, and when we last reckoned all anew. */
  #lastLookMs = Number.NEGATIVE_INFINITY;
  #correctedMs = Number.NEGATIVE_INFINITY;

  constructor(ports: SchedulerPorts) {
    this.#p = ports;
    this.#typesJson = JSON.stringify([...ports.kinds.keys()]);
  }

  start(): void {
    this.#on = true;
    this.#stopListening = this.#p.queue.signals.onScheduled(() => void this.look());
    void this.look();
  }

  /** Resolves when what it was doing is done. */
  async stop(): Promise<void> {
    this.#on = false;
    this.#cancel();
    this.#stopListening();
    await this.#looking;
  }

  /** Somebody saw when the first schedule of all is due. */
  heard(next: string | null): void {
    if (!this.#on) return;
    const { clock } = this.#p;
    const dueMs = next === null ? NEVER : toMs(next);
    if (dueMs <= clock.ms()) void this.look();
    else if (dueMs < this.#armedMs) this.#arm(dueMs);
  }

  /** Fires what is due. Calls while it is at it are answered together. */
  look(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return this.#looking;
    }
    this.#looking = this.#outside(() => this.#lookUntilDone()).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookUntilDone(): Promise<void> {
    let next: string | null = null;
    try {
      do {
        this.#again = false;
        next = await this.#once();
      } while (this.#again);
    } catch (e) {
      this.#p.log.warn({ error: errorText(e) }, 'looking for due schedules failed');
    }
    if (this.#on) this.#arm(next === null ? NEVER : toMs(next));
  }

  /** Nothing waits longer than one look for a clock that was set, or for a commit that nobody told of. */
  #arm(dueMs: number): void {
    this.#cancel();
    const now = this.#p.clock.ms();
    this.#armedMs = Math.min(Math.max(dueMs, now), now + SCHEDULE_LOOK_MS);
    // Just after: a timer that is early by a fraction of a millisecond would find nothing due.
    const wait = this.#armedMs - now + 1;
    this.#cancel = this.#outside(() => this.#p.clock.after(wait, () => void this.look()));
  }

  async #once(): Promise<string | null> {
    const { db, clock } = this.#p;
    const nowMs = clock.ms();
    if (nowMs < this.#lastLookMs || nowMs - this.#correctedMs >= SCHEDULE_CHECK_MS) {
      await this.#correctAhead();
      this.#correctedMs = nowMs;
    }
    this.#lastLookMs = nowMs;
    for (;;) {
      const next = await this.#firstDue();
      if (next === null || toMs(next) > clock.ms()) return next;
      const fired = await writeRacing(db, (tx) => this.#fire(tx));
      crashpoint('schedule.committed');
      for (const { row, error } of fired) this.#report(row, error);
      if (fired.length > 0) continue;
      const left = await this.#firstDue();
      // What is due still, another worker holds, and will move on.
      return left !== null && toMs(left) <= clock.ms() ? null : left;
    }
  }

  #firstDue(): Promise<string | null> {
    return firstDue(this.#p.db, this.#typesJson);
  }

  #report({ id: schedule, type }: SchedulesTable, error: string | null): void {
    if (error === null) return;
    this.#p.log.error({ schedule, type, error }, 'a schedule could not be run');
  }

  /**
   * At the start, when the clock was set back, and now and then: times that lie ahead are reckoned anew. They may come from
   * a clock that was wrong, here or on another machine, or from rules of a time zone that have changed since. A time that
   * was run already is not run again: its key is known.
   */
  async #correctAhead(): Promise<void> {
    const { db, clock } = this.#p;
    const now = clock.now();
    const rows = await schedulesAhead(db, { typesJson: this.#typesJson, now });
    const reckoned = rows.map((row) => ({ row, ...nextOf(row, toMs(now)) }));
    const wrong = reckoned.filter(({ row, next }) => next !== row.next_run_at);
    if (wrong.length === 0) return;
    await writeRacing(db, async (tx) => {
      for (const { row, next, error } of wrong) {
        const from = row.next_run_at ?? '';
        await noteCorrected(tx, { id: row.id, from, next, error: error ?? row.last_error, now });
      }
    });
  }

  async #fire(tx: Tx): Promise<Fired[]> {
    const { clock } = this.#p;
    const now = clock.now();
    const due = await dueSchedules(tx, { typesJson: this.#typesJson, now, rows: SCHEDULE_FIRE_ROWS });
    const fired: Fired[] = [];
    for (const row of due) fired.push({ row, error: await this.#fireOne(tx, row) });
    return fired;
  }

  /** Returns what was wrong when it should have run and could not. */
  async #fireOne(tx: Tx, row: SchedulesTable): Promise<string | null> {
    const { clock, queue, kinds } = this.#p;
    const nowMs = clock.ms();
    const now = toInstant(nowMs);
    const { next, error } = nextOf(row, nowMs);
    const job = kinds.get(row.type);
    const wrong = error ?? (job && payloadError(job, row.payload_json)) ?? null;
    if (!job || wrong !== null) {
      await noteMoved(tx, { id: row.id, next, error: wrong, now });
      return wrong;
    }
    const dueMs = latestDue(row, nowMs);
    if (row.missed === 'skip' && nowMs - dueMs > SCHEDULE_LATE_MS) {
      await noteMoved(tx, { id: row.id, next, error: row.last_error, now });
      return null;
    }
    const made = await queue.enqueue(job, JSON.parse(row.payload_json), {
      tx,
      idempotencyKey: runKey(row.id, toInstant(dueMs)),
      maxAttempts: SCHEDULE_ATTEMPTS,
      scheduleId: row.id,
      ...(row.user_id === null ? {} : { userId: row.user_id }),
    });
    crashpoint('schedule.enqueued');
    await noteFired(tx, { id: row.id, next, now, jobId: made.id });
    crashpoint('schedule.fired');
    return null;
  }
}

/** The next time after now; none, with the reason, when the cron or the zone can't be read any more. */
const nextOf = (row: SchedulesTable, nowMs: number): { next: string | null; error: string | null } => {
  try {
    const next = nextRun(row.cron, row.time_zone, nowMs);
    return { next: next === undefined ? null : toInstant(next), error: null };
  } catch (e) {
    if (e instanceof AppError && e.kind === 'input') return { next: null, error: errorText(e) };
    throw e;
  }
};

/** The latest of the times that were missed: however many there were, one run stands for all of them. */
const latestDue = (row: SchedulesTable, nowMs: number): number => {
  const storedMs = toMs(row.next_run_at ?? '');
  return Math.max(storedMs, lastRunUpTo(row.cron, row.time_zone, nowMs) ?? storedMs);
};

/** What no longer fits; the program may have changed since it was stored. */
const payloadError = (job: JobType<unknown>, payloadJson: string): string | null => {
  try {
    job.prepare(JSON.parse(payloadJson));
    return null;
  } catch (e) {
    return errorText(e);
  }
};
