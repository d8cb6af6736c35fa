import type { Id, Instant } from './types.ts';

export const JOB_STATES = ['queued', 'running', 'completed', 'failed', 'canceled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** `exhausted`: its attempts ran out. `fatal`: trying again could not help by itself. */
export const FAILURE_KINDS = ['exhausted', 'fatal'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface Job {
  id: Id;
  type: string;
  state: JobState;
  priority: number;
  attempts: number;
  maxAttempts: number;
  notBefore: Instant;
  createdAt: Instant;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  lastError: string | null;
  failureKind: FailureKind | null;
}

export interface JobStep {
  name: string;
  attempt: number;
  startedAt: Instant;
  /** Null when it failed. */
  finishedAt: Instant | null;
  error: string | null;
}

/** How one attempt failed. Attempts count from 1 again after somebody queued the job again. */
export interface JobError {
  at: Instant;
  attempt: number;
  error: string;
  workerId: string | null;
}

export interface JobDetail extends Job {
  steps: JobStep[];
  /** The oldest first. */
  errors: JobError[];
  workerId: string | null;
  heartbeatAt: Instant | null;
  parentJobId: Id | null;
  scheduleId: Id | null;
  traceId: string | null;
  /** What the job is about, for people; no mail content. */
  payload: Record<string, unknown>;
}

export interface JobQuery {
  state?: JobState | undefined;
  failureKind?: FailureKind | undefined;
  type?: string | undefined;
  cursor?: string | undefined;
}

export interface TypeStats {
  type: string;
  /** Due, and waiting for a worker. */
  ready: number;
  /** Not due yet. */
  delayed: number;
  running: number;
  failed: number;
  canceled: number;
  /** Those of the counts that are more than told. */
  more: ('ready' | 'delayed' | 'running' | 'failed' | 'canceled')[];
  oldestDueSeconds: number | null;
}

/** Those that ended well are not counted: there may be millions. */
export interface JobStats {
  queued: number;
  running: number;
  failed: number;
  canceled: number;
  /** How long the oldest due job has waited; null when none waits. */
  oldestDueSeconds: number | null;
  types: TypeStats[];
  /** Those of the sums that are more than told: counting ends at some thousands. */
  more: ('queued' | 'running' | 'failed' | 'canceled')[];
}

/** Which dead letters a bulk command is about. All that is given must hold. */
export interface DeadFilter {
  failureKind?: FailureKind;
  type?: string;
  errorContains?: string;
  ids?: Id[];
}

export interface JobsChanged {
  count: number;
  types: Record<string, number>;
  /** There are more than one request changes. */
  more: boolean;
}

export interface Schedule {
  id: Id;
  type: string;
  /** What its jobs do, in a few words. */
  title: string;
  cron: string;
  /** The cron in plain words. */
  description: string;
  timeZone: string;
  enabled: boolean;
  missed: 'run_once' | 'skip';
  nextRunAt: Instant | null;
  lastRunAt: Instant | null;
  lastJobId: string | null;
  /** Null when the job is no longer kept. */
  lastJobState: JobState | null;
  lastError: string | null;
  /** Late, or its last run failed for good. */
  overdue: boolean;
  /** One of the product's own, which may be paused and not changed. */
  own: boolean;
  next: Instant[];
}

export interface ScheduleType {
  type: string;
  title: string;
}

export interface ScheduleList {
  items: Schedule[];
  /** What a person may put on a schedule. */
  types: ScheduleType[];
}

export interface ScheduleDraft {
  type: string;
  cron: string;
  timeZone: string;
}

/** What a cron would mean. */
export interface CronPreview {
  /** As it would be stored. */
  cron: string;
  description: string;
  next: Instant[];
}
