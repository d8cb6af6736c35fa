/** What differs between the engines in a table definition. */
export interface QueueDialect {
  engine: 'sqlite' | 'postgres';
  /** A 64-bit integer. */
  bigint: string;
  blob: string;
}

export const JOB_STATES = ['queued', 'running', 'completed', 'failed', 'canceled'] as const;
/** Why a job failed: its handler said that a retry can't help, or its attempts ran out (a dead letter). */
export const FAILURE_KINDS = ['fatal', 'exhausted'] as const;
/** What a schedule does about runs that it slept through. */
export const MISSED_POLICIES = ['run_once', 'skip'] as const;

const list = (values: readonly string[]): string => values.map((v) => `'${v}'`).join(', ');

const jobs = (d: QueueDialect): string => {
  // Ids and instants are compared byte by byte; a locale's collation would be slower and might differ.
  const text = d.engine === 'postgres' ? 'text collate "C"' : 'text';
  // Rows change three times in their life and the finished ones stay: room for new versions on the page, early vacuum.
  const storage =
    d.engine === 'postgres'
      ? ' with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)'
      : '';
  return `create table jobs (
  id ${text} primary key not null,
  type ${text} not null,
  payload_json text not null,
  priority integer not null default 0,
  state text not null default 'queued' check (state in (${list(JOB_STATES)})),
  attempts integer not null default 0 check (attempts >= 0),
  max_attempts integer not null default 5 check (max_attempts >= 1),
  not_before ${text} not null,
  idempotency_key ${text},
  singleton_key ${text},
  serial_key ${text},
  user_id ${text},
  schedule_id ${text},
  parent_job_id ${text},
  traceparent text,
  claim_token ${text},
  worker_id ${text},
  heartbeat_at ${text},
  last_error text,
  failure_kind text check (failure_kind in (${list(FAILURE_KINDS)})),
  result_json text,
  created_at ${text} not null,
  updated_at ${text} not null,
  started_at ${text},
  finished_at ${text},
  check ((state = 'failed') = (failure_kind is not null))
)${storage}`;
};

const jobSteps = (d: QueueDialect): string => {
  const text = d.engine === 'postgres' ? 'text collate "C"' : 'text';
  return `create table job_steps (
  job_id ${text} not null references jobs (id) on delete cascade,
  name text not null,
  attempt integer not null,
  started_at ${text} not null,
  finished_at ${text},
  result_json text,
  error text,
  primary key (job_id, name)
)`;
};

const schedules = (d: QueueDialect): string => {
  const text = d.engine === 'postgres' ? 'text collate "C"' : 'text';
  return `create table schedules (
  id ${text} primary key not null,
  user_id ${text},
  type ${text} not null,
  cron text not null,
  time_zone text not null,
  payload_json text not null,
  enabled integer not null default 1 check (enabled in (0, 1)),
  missed text not null default 'run_once' check (missed in (${list(MISSED_POLICIES)})),
  next_run_at ${text},
  last_run_at ${text},
  last_job_id ${text},
  created_at ${text} not null,
  updated_at ${text} not null
)`;
};

/**
 * The tables and indexes of the job queue, in order of creation.
 *
 * Every index on `jobs` but the one on idempotency keys is partial and leaves finished rows out, so that its size follows
 * the work that waits and not the work that was done.
 *
 * A queued job is *ready* when `not_before <= updated_at` and *delayed* otherwise. Whoever claims first touches
 * `updated_at` of the delayed jobs whose time has come, which moves them from one index to the other: a claim reads
 * ready rows alone, however many wait for tomorrow, and `not_before` keeps saying what it said.
 */
export const queueTables = (d: QueueDialect): string[] => [
  jobs(d),
  `create index jobs_ready on jobs (type, priority, not_before, id, serial_key)
  where state = 'queued' and not_before <= updated_at`,
  `create index jobs_serial_ready on jobs (serial_key, priority, not_before, id)
  where state = 'queued' and not_before <= updated_at and serial_key is not null`,
  `create index jobs_delayed on jobs (not_before) where state = 'queued' and not_before > updated_at`,
  `create index jobs_running on jobs (worker_id) where state = 'running'`,
  `create index jobs_failed on jobs (finished_at) where state = 'failed'`,
  `create unique index jobs_idempotency on jobs (idempotency_key) where idempotency_key is not null`,
  `create unique index jobs_singleton on jobs (singleton_key) where state = 'queued' and singleton_key is not null`,
  `create unique index jobs_serial on jobs (serial_key) where state = 'running' and serial_key is not null`,
  jobSteps(d),
  schedules(d),
  `create unique index schedules_once on schedules (coalesce(user_id, ''), type, cron)`,
  `create index schedules_due on schedules (next_run_at) where enabled = 1`,
];

/** Turns between fair keys, the errors of each attempt. */
export const queueTurnsAndErrors = (d: QueueDialect): string[] => {
  const text = d.engine === 'postgres' ? 'text collate "C"' : 'text';
  return [
    `alter table jobs add column fair_key ${text}`,
    `alter table jobs add column turn ${text} not null default ''`,
    `update jobs set turn = not_before where state in ('queued', 'running')`,
    'drop index jobs_ready',
    'drop index jobs_serial_ready',
    `create index jobs_ready on jobs (type, priority, turn, id, serial_key)
  where state = 'queued' and not_before <= updated_at`,
    `create index jobs_serial_ready on jobs (serial_key, priority, turn, id)
  where state = 'queued' and not_before <= updated_at and serial_key is not null`,
    `create index jobs_fair on jobs (fair_key, type, priority, turn) where state = 'queued' and fair_key is not null`,
    `create table job_errors (
  job_id ${text} not null references jobs (id) on delete cascade,
  at ${text} not null,
  attempt integer not null,
  worker_id text,
  error text not null,
  primary key (job_id, at, attempt)
)`,
  ];
};

/**
 * Dead letters in the order of their ids, by which they are listed, counted and gone through; and what workers did, which
 * a busy one notes every few seconds, so that a rate can be told without reading finished jobs.
 */
export const queueOperating = (d: QueueDialect): string[] => {
  const text = d.engine === 'postgres' ? 'text collate "C"' : 'text';
  return [
    'drop index jobs_failed',
    `create index jobs_failed on jobs (id, type) where state = 'failed'`,
    `create index jobs_canceled on jobs (id, type) where state = 'canceled'`,
    `create table job_workers (
  worker_id ${text} primary key not null,
  seen_at ${text} not null,
  started ${d.bigint} not null,
  completed ${d.bigint} not null,
  failed ${d.bigint} not null,
  retried ${d.bigint} not null
)`,
  ];
};

/** Jobs that wait for something by name, and when that was there last. */
export const queueWaiting = (d: QueueDialect): string[] => {
  const text = d.engine === 'postgres' ? 'text collate "C"' : 'text';
  return [
    `alter table jobs add column waits_for ${text}`,
    `create index jobs_waiting on jobs (waits_for) where state = 'queued' and waits_for is not null`,
    `create table job_wakes (
  key ${text} primary key not null,
  at ${text} not null
)`,
  ];
};
