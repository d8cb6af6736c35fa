import type { FAILURE_KINDS, JOB_STATES, MISSED_POLICIES } from './migrations/queue.ts';

export type JobState = (typeof JOB_STATES)[number];
export type FailureKind = (typeof FAILURE_KINDS)[number];
export type MissedPolicy = (typeof MISSED_POLICIES)[number];

/** One unit of durable work. Times are Instants; `_json` columns hold JSON text. */
export interface JobsTable {
  id: string;
  type: string;
  payload_json: string;
  /** Lower runs first. */
  priority: number;
  state: JobState;
  /** Claims so far, the present one included; snoozes and releases are not counted. */
  attempts: number;
  max_attempts: number;
  not_before: string;
  /** Unique until the job is pruned. */
  idempotency_key: string | null;
  /** Unique among queued jobs. */
  singleton_key: string | null;
  /** Unique among running jobs. */
  serial_key: string | null;
  /** Jobs of equal priority take turns between fair keys. */
  fair_key: string | null;
  /** Its place in the order of its priority: an instant, its `not_before` unless it has a fair key. */
  turn: string;
  /** What it was waiting for by name when its latest attempt ended; null for all that only waits for its time. */
  waits_for: string | null;
  user_id: string | null;
  schedule_id: string | null;
  parent_job_id: string | null;
  /** W3C trace context of whoever enqueued it. */
  traceparent: string | null;
  /** Fresh at every claim: whoever does not hold it can change nothing. */
  claim_token: string | null;
  worker_id: string | null;
  heartbeat_at: string | null;
  last_error: string | null;
  failure_kind: FailureKind | null;
  result_json: string | null;
  created_at: string;
  updated_at: string;
  /** Start of the latest attempt. */
  started_at: string | null;
  finished_at: string | null;
}

/** A recorded part of a job. With `finished_at` set it is never run again. */
export interface JobStepsTable {
  job_id: string;
  name: string;
  attempt: number;
  started_at: string;
  finished_at: string | null;
  result_json: string | null;
  error: string | null;
}

/** How an attempt failed. */
export interface JobErrorsTable {
  job_id: string;
  at: string;
  attempt: number;
  worker_id: string | null;
  error: string;
}

/** What a worker did since it began, noted every few seconds while that changes. */
export interface JobWorkersTable {
  worker_id: string;
  seen_at: string;
  started: number;
  completed: number;
  failed: number;
  retried: number;
}

export interface SchedulesTable {
  id: string;
  /** Null for the program's own housekeeping. */
  user_id: string | null;
  type: string;
  /** Five fields. */
  cron: string;
  /** IANA name, such as Europe/Berlin. */
  time_zone: string;
  payload_json: string;
  /** 0 or 1. */
  enabled: number;
  missed: MissedPolicy;
  next_run_at: string | null;
  last_run_at: string | null;
  last_job_id: string | null;
  /** Why its last run could not be made. */
  last_error: string | null;
  created_at: string;
  updated_at: string;
}

/** When what jobs wait for was there last. */
export interface JobWakesTable {
  key: string;
  at: string;
}

export interface QueueTables {
  jobs: JobsTable;
  job_steps: JobStepsTable;
  job_errors: JobErrorsTable;
  job_workers: JobWorkersTable;
  job_wakes: JobWakesTable;
  schedules: SchedulesTable;
}
