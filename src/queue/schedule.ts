import { SCHEDULE_OVERDUE_MS } from '#config/limits.ts';
import type { JobState, MissedPolicy, SchedulesTable } from '#db/queue-tables.ts';
import { type Instant, toMs } from '#std/time.ts';

export type { MissedPolicy };

/** A job that is made again and again. */
export interface Schedule {
  id: string;
  /** Null for the program's own. */
  userId: string | null;
  /** Of the jobs that it makes. */
  type: string;
  cron: string;
  timeZone: string;
  payload: unknown;
  enabled: boolean;
  /** What becomes of runs that were slept through: one of them is caught up, or none. */
  missed: MissedPolicy;
  /** Null while it is paused, and when its cron can't be read any more. */
  nextRunAt: Instant | null;
  /** When its last job was made. */
  lastRunAt: Instant | null;
  lastJobId: string | null;
  /** Why its last run could not be made; null when it was. */
  lastError: string | null;
  createdAt: Instant;
  updatedAt: Instant;
}

/** What a schedule's last job came to, as long as that job is kept. */
export interface LastJob {
  id: string;
  state: JobState;
  error: string | null;
}

export const scheduleFromRow = (r: SchedulesTable): Schedule => ({
  id: r.id,
  userId: r.user_id,
  type: r.type,
  cron: r.cron,
  timeZone: r.time_zone,
  payload: JSON.parse(r.payload_json),
  enabled: r.enabled === 1,
  missed: r.missed,
  nextRunAt: r.next_run_at as Instant | null,
  lastRunAt: r.last_run_at as Instant | null,
  lastJobId: r.last_job_id,
  lastError: r.last_error,
  createdAt: r.created_at as Instant,
  updatedAt: r.updated_at as Instant,
});

/** Whether it should have run and has not, or its last run failed for good. `countOverdue` says the same in SQL. */
export const isOverdue = (schedule: Schedule, lastJob: LastJob | undefined, nowMs: number): boolean => {
  if (!schedule.enabled) return false;
  if (schedule.nextRunAt === null || schedule.lastError !== null || lastJob?.state === 'failed') return true;
  return toMs(schedule.nextRunAt) < nowMs - SCHEDULE_OVERDUE_MS;
};
