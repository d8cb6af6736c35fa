import { SCHEDULE_ATTEMPTS, SCHEDULE_OVERDUE_MS, SCHEDULES_PER_USER } from '#config/limits.ts';
import type { Db, Tx } from '#db/db.ts';
import type { SchedulesTable } from '#db/queue-tables.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import { type Instant, toInstant } from '#std/time.ts';
import { checkedCron, nextRun, nextRuns } from './cron.ts';
import type { JobType } from './define.ts';
import type { Queue } from './queue.ts';
import { type LastJob, type MissedPolicy, type Schedule, scheduleFromRow } from './schedule.ts';
import {
  changeSchedule,
  countOverdue,
  countSchedules,
  findSame,
  findSchedule,
  insertSchedule,
  lastJobs,
  listSchedules,
  lockSchedule,
  noteRunNow,
  removeSchedule,
} from './schedule-store.ts';
import { writeRacing } from './write-racing.ts';

export interface SchedulePorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  queue: Queue;
  /** Every kind of job of the program. */
  kinds(): Promise<readonly JobType<unknown>[]>;
}

export interface AddSchedule<P> {
  job: JobType<P>;
  payload: P;
  cron: string;
  timeZone: string;
  userId: string;
  /** Default: run_once. */
  missed?: MissedPolicy;
  enabled?: boolean;
  /** Commit together with the rest of this transaction. Inside `db.write` it must be given. */
  tx?: Tx;
}

export interface ScheduleChange {
  cron?: string;
  timeZone?: string;
  missed?: MissedPolicy;
  enabled?: boolean;
}

/** Schedules as the rest of the program sees them. Each change may be part of a caller's transaction. */
export interface Schedules {
  /** Throws an input error for a payload, cron or zone that does not fit, `schedule.exists` for a second of type and cron. */
  add<P>(o: AddSchedule<P>): Promise<Schedule>;
  /** `own`: the program's too. */
  list(o: { userId: string; own?: boolean }): Promise<Schedule[]>;
  get(id: string): Promise<Schedule | undefined>;
  /** A new cron or zone counts from now on. The program's own can only be paused and resumed. */
  change(id: string, change: ScheduleChange, options?: { tx?: Tx }): Promise<Schedule>;
  /** What it misses while it is paused is not caught up. */
  pause(id: string, options?: { tx?: Tx }): Promise<Schedule>;
  resume(id: string, options?: { tx?: Tx }): Promise<Schedule>;
  remove(id: string, options?: { tx?: Tx }): Promise<void>;
  /** Makes its job now, beside the times that the cron names. Returns the job's id. */
  runNow(id: string, options?: { tx?: Tx }): Promise<string>;
  /** The coming `n` times from now, whether it is paused or not; none when its cron can't be read any more. */
  next(schedule: Pick<Schedule, 'cron' | 'timeZone'>, n: number): Instant[];
  /** What became of the last jobs of these, by the job's id. */
  lastJobs(schedules: readonly Schedule[]): Promise<ReadonlyMap<string, LastJob>>;
  /** How many of everybody's are late, or failed for good when they last ran. */
  countOverdue(): Promise<number>;
  /** Every kind of job, by type; people may put those on a schedule that are `schedulable`. */
  types(): Promise<ReadonlyMap<string, JobType<unknown>>>;
}

const noSchedule = (id: string): AppError =>
  new AppError('denied', 'schedule.unknown', 'There is no such schedule', { fields: { schedule: id } });

const exists = (type: string, cron: string): AppError =>
  new AppError('conflict', 'schedule.exists', `There is a schedule of ${type} at ${cron} already`, {
    help: 'Change that one, or choose another time.',
    fields: { type, cron },
  });

const notYours = (wanted: string): AppError =>
  new AppError('denied', 'schedule.own', `A schedule of the program's own cannot be ${wanted}`, {
    help: 'It can be paused.',
  });

const instantOf = (ms: number | undefined): Instant | null => (ms === undefined ? null : toInstant(ms));

/** The row after a change; its next time counts from now on when its cron, its zone or its pause changed. */
export const changedRow = (row: SchedulesTable, change: ScheduleChange, nowMs: number): SchedulesTable => {
  const timeZone = change.timeZone ?? row.time_zone;
  const cron =
    change.cron === undefined && change.timeZone === undefined
      ? row.cron
      : checkedCron(change.cron ?? row.cron, timeZone);
  const enabled = change.enabled === undefined ? row.enabled : Number(change.enabled);
  const moved = cron !== row.cron || timeZone !== row.time_zone || enabled !== row.enabled;
  const next = enabled === 1 ? instantOf(nextRun(cron, timeZone, nowMs)) : null;
  return {
    ...row,
    cron,
    time_zone: timeZone,
    missed: change.missed ?? row.missed,
    enabled,
    next_run_at: moved ? next : row.next_run_at,
    last_error: moved ? null : row.last_error,
    updated_at: toInstant(nowMs),
  };
};

class MadeSchedules implements Schedules {
  readonly #p: SchedulePorts;

  constructor(ports: SchedulePorts) {
    this.#p = ports;
  }

  async add<P>(o: AddSchedule<P>): Promise<Schedule> {
    const { clock, newId } = this.#p;
    const cron = checkedCron(o.cron, o.timeZone);
    const { payloadJson } = o.job.prepare(o.payload);
    const enabled = o.enabled ?? true;
    const row: SchedulesTable = {
      id: newId(),
      user_id: o.userId,
      type: o.job.type,
      cron,
      time_zone: o.timeZone,
      payload_json: payloadJson,
      enabled: Number(enabled),
      missed: o.missed ?? 'run_once',
      next_run_at: enabled ? instantOf(nextRun(cron, o.timeZone, clock.ms())) : null,
      last_run_at: null,
      last_job_id: null,
      last_error: null,
      created_at: clock.now(),
      updated_at: clock.now(),
    };
    return this.#write(o.tx, async (tx) => {
      if ((await countSchedules(tx, o.userId)) >= SCHEDULES_PER_USER) {
        throw new AppError(
          'limit',
          'schedule.too-many',
          `A user has at most ${SCHEDULES_PER_USER} schedules`,
          {
            help: 'Remove one that is no longer needed.',
          },
        );
      }
      if (!(await insertSchedule(tx, row))) throw exists(row.type, cron);
      return scheduleFromRow(row);
    });
  }

  list(o: { userId: string; own?: boolean }): Promise<Schedule[]> {
    return listSchedules(this.#p.db, { userId: o.userId, own: o.own ?? false });
  }

  get(id: string): Promise<Schedule | undefined> {
    return findSchedule(this.#p.db, id);
  }

  change(id: string, change: ScheduleChange, o: { tx?: Tx } = {}): Promise<Schedule> {
    return this.#write(o.tx, async (tx) => {
      const row = await lockSchedule(tx, id);
      if (!row) throw noSchedule(id);
      const onlyPause = Object.keys(change).every((key) => key === 'enabled');
      if (row.user_id === null && !onlyPause) throw notYours('changed');
      const changed = changedRow(row, change, this.#p.clock.ms());
      const same = await findSame(tx, changed);
      if (same !== undefined && same !== id) throw exists(row.type, changed.cron);
      await changeSchedule(tx, changed);
      return scheduleFromRow(changed);
    });
  }

  pause(id: string, o: { tx?: Tx } = {}): Promise<Schedule> {
    return this.change(id, { enabled: false }, o);
  }

  resume(id: string, o: { tx?: Tx } = {}): Promise<Schedule> {
    return this.change(id, { enabled: true }, o);
  }

  remove(id: string, o: { tx?: Tx } = {}): Promise<void> {
    return this.#write(o.tx, async (tx) => {
      const row = await lockSchedule(tx, id);
      if (!row) throw noSchedule(id);
      if (row.user_id === null) throw notYours('removed');
      await removeSchedule(tx, id);
    });
  }

  async runNow(id: string, o: { tx?: Tx } = {}): Promise<string> {
    const { queue, clock } = this.#p;
    const types = await this.types();
    return this.#write(o.tx, async (tx) => {
      const row = await lockSchedule(tx, id);
      if (!row) throw noSchedule(id);
      const job = types.get(row.type);
      if (!job) {
        throw new AppError(
          'conflict',
          'schedule.unknown-type',
          `No job of the type ${row.type} is known here`,
        );
      }
      const made = await queue.enqueue(job, JSON.parse(row.payload_json), {
        tx,
        maxAttempts: SCHEDULE_ATTEMPTS,
        scheduleId: id,
        ...(row.user_id === null ? {} : { userId: row.user_id }),
      });
      await noteRunNow(tx, { id, now: clock.now(), jobId: made.id });
      return made.id;
    });
  }

  next({ cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>, n: number): Instant[] {
    try {
      return nextRuns(cron, timeZone, { afterMs: this.#p.clock.ms(), n }).map(toInstant);
    } catch (e) {
      // A zone may be gone since it was stored; the schedule itself says so.
      if (e instanceof AppError && e.kind === 'input') return [];
      throw e;
    }
  }

  lastJobs(schedules: readonly Schedule[]): Promise<ReadonlyMap<string, LastJob>> {
    return lastJobs(
      this.#p.db,
      schedules.flatMap((s) => s.lastJobId ?? []),
    );
  }

  countOverdue(): Promise<number> {
    return countOverdue(this.#p.db, toInstant(this.#p.clock.ms() - SCHEDULE_OVERDUE_MS));
  }

  async types(): Promise<ReadonlyMap<string, JobType<unknown>>> {
    return new Map((await this.#p.kinds()).map((kind) => [kind.type, kind]));
  }

  /** Workers are told after the commit. */
  #write<T>(given: Tx | undefined, work: (tx: Tx) => Promise<T>): Promise<T> {
    const { db, queue } = this.#p;
    const telling = (tx: Tx): Promise<T> => {
      tx.afterCommit(() => queue.signals.scheduled());
      return work(tx);
    };
    return given ? telling(given) : writeRacing(db, telling);
  }
}

export const createSchedules = (ports: SchedulePorts): Schedules => new MadeSchedules(ports);
