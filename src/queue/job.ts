import type { FailureKind, JobState, JobStepsTable, JobsTable } from '#db/queue-tables.ts';
import type { Instant } from '#std/time.ts';

export type { FailureKind, JobState };

/** A job as operators see it. */
export interface Job {
  id: string;
  type: string;
  payload: unknown;
  priority: number;
  state: JobState;
  attempts: number;
  maxAttempts: number;
  notBefore: Instant;
  idempotencyKey: string | null;
  singletonKey: string | null;
  serialKey: string | null;
  userId: string | null;
  scheduleId: string | null;
  parentJobId: string | null;
  traceparent: string | null;
  workerId: string | null;
  heartbeatAt: Instant | null;
  /** Of the latest attempt that failed; kept when a later one succeeds. */
  lastError: string | null;
  failureKind: FailureKind | null;
  result: unknown;
  createdAt: Instant;
  updatedAt: Instant;
  startedAt: Instant | null;
  finishedAt: Instant | null;
}

/** A recorded part of a job. */
export interface JobStep {
  name: string;
  attempt: number;
  startedAt: Instant;
  /** Null when it failed. */
  finishedAt: Instant | null;
  result: unknown;
  error: string | null;
}

/** A job that a worker holds. Whoever has the `token` may say how it ended, until somebody else claims it. */
export interface ClaimedJob {
  id: string;
  token: string;
  type: string;
  payloadJson: string;
  priority: number;
  /** This attempt, counted from 1. */
  attempt: number;
  maxAttempts: number;
  notBefore: string;
  serialKey: string | null;
  userId: string | null;
  traceparent: string | null;
  lastError: string | null;
  /** The time for which a schedule made it; null for other jobs. */
  scheduledFor: Instant | null;
}

const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

export const jobFromRow = (r: JobsTable): Job => ({
  id: r.id,
  type: r.type,
  payload: json(r.payload_json),
  priority: r.priority,
  state: r.state,
  attempts: r.attempts,
  maxAttempts: r.max_attempts,
  notBefore: r.not_before as Instant,
  idempotencyKey: r.idempotency_key,
  singletonKey: r.singleton_key,
  serialKey: r.serial_key,
  userId: r.user_id,
  scheduleId: r.schedule_id,
  parentJobId: r.parent_job_id,
  traceparent: r.traceparent,
  workerId: r.worker_id,
  heartbeatAt: r.heartbeat_at as Instant | null,
  lastError: r.last_error,
  failureKind: r.failure_kind,
  result: json(r.result_json),
  createdAt: r.created_at as Instant,
  updatedAt: r.updated_at as Instant,
  startedAt: r.started_at as Instant | null,
  finishedAt: r.finished_at as Instant | null,
});

export const stepFromRow = (r: JobStepsTable): JobStep => ({
  name: r.name,
  attempt: r.attempt,
  startedAt: r.started_at as Instant,
  finishedAt: r.finished_at as Instant | null,
  result: json(r.result_json),
  error: r.error,
});
