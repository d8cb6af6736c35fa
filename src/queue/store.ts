import type { Sql, SqlValue } from '#db/db.ts';
import type { JobsTable } from '#db/queue-tables.ts';
import { type FailureKind, type Job, type JobState, jobFromRow } from './job.ts';
import { SINGLETON_IF_FREE } from './settle-store.ts';

const GET = 'select * from jobs where id = $1';

export const findJob = async (sql: Sql, id: string): Promise<Job | undefined> => {
  const [row] = await sql.all<JobsTable>(GET, [id]);
  return row && jobFromRow(row);
};

/** The id of the job that was enqueued with an idempotency key, until it is pruned. */
export const jobIdOfKey = async (sql: Sql, key: string): Promise<string | undefined> =>
  (await sql.all<{ id: string }>('select id from jobs where idempotency_key = $1', [key]))[0]?.id;

const CANCEL = `update jobs set state = 'canceled', finished_at = $2, updated_at = $2, heartbeat_at = null
  where id = $1 and state in ('queued', 'running')`;

/** Cancels a job that has not ended. Returns false when there is none. */
export const cancelJob = async (sql: Sql, id: string, now: string): Promise<boolean> =>
  (await sql.run(CANCEL, [id, now])) === 1;

const RETRY = `update jobs set state = 'queued', attempts = 0, failure_kind = null, not_before = $2, turn = $2, updated_at = $2,
    finished_at = null, claim_token = null, worker_id = null, heartbeat_at = null, singleton_key = ${SINGLETON_IF_FREE}
  where id = $1 and state in ('failed', 'canceled')`;

/** A failed or canceled job waits again, with all its attempts. Its finished steps are not run again. */
export const retryJob = async (sql: Sql, id: string, now: string): Promise<boolean> =>
  (await sql.run(RETRY, [id, now])) === 1;

const RESCHEDULE = `update jobs set not_before = $3, turn = $3, updated_at = $2 where id = $1 and state = 'queued'`;

/** Moves a queued job to another time. */
export const rescheduleJob = async (
  sql: Sql,
  id: string,
  at: { now: string; due: string },
): Promise<boolean> => (await sql.run(RESCHEDULE, [id, at.now, at.due])) === 1;

const DISCARD = `delete from jobs where id = $1 and state <> 'running'`;

/** Deletes a job that does not run, and its steps. */
export const discardJob = async (sql: Sql, id: string): Promise<boolean> =>
  (await sql.run(DISCARD, [id])) === 1;

/** Which jobs to list; newest first. */
export interface JobFilter {
  state?: JobState;
  failureKind?: FailureKind;
  type?: string;
  userId?: string;
  parentJobId?: string;
  /** The last id of the page before. */
  before?: string;
  limit: number;
}

const CONDITIONS: readonly [keyof JobFilter, string][] = [
  ['state', 'state ='],
  ['failureKind', 'failure_kind ='],
  ['type', 'type ='],
  ['userId', 'user_id ='],
  ['parentJobId', 'parent_job_id ='],
  ['before', 'id <'],
];

// States that few jobs are in have partial indexes, which count only for statements that name the state itself.
const FEW: Partial<Record<JobState, string>> = {
  queued: `id in (select id from jobs where state = 'queued' and not_before <= updated_at
    union all select id from jobs where state = 'queued' and not_before > updated_at)`,
  running: `id in (select id from jobs where state = 'running')`,
  failed: `id in (select id from jobs where state = 'failed')`,
};

export const listJobs = async (sql: Sql, filter: JobFilter): Promise<Job[]> => {
  const params: SqlValue[] = [];
  const where: string[] = [];
  for (const [key, condition] of CONDITIONS) {
    const value = filter[key];
    if (value === undefined) continue;
    params.push(value);
    where.push(`${condition} $${params.length}`);
  }
  const few = filter.state && FEW[filter.state];
  if (few) where.push(few);
  params.push(filter.limit);
  const rows = await sql.all<JobsTable>(
    `select * from jobs ${where.length > 0 ? `where ${where.join(' and ')}` : ''} order by id desc limit $${params.length}`,
    params,
  );
  return rows.map(jobFromRow);
};

/** What waits and runs. Finished jobs are not counted: there may be millions. */
export interface QueueStats {
  types: { type: string; ready: number; delayed: number; running: number; failed: number }[];
  /** When the job that has been due the longest became due; null when none is. */
  oldestDue: string | null;
}

// Each arm reads one partial index.
const LIVE = `select type, 'ready' as kind, count(*) as n, min(not_before) as first from jobs
    where state = 'queued' and not_before <= updated_at group by type
  union all select type, 'delayed', count(*), min(not_before) from jobs
    where state = 'queued' and not_before > updated_at group by type
  union all select type, 'running', count(*), null from jobs where state = 'running' group by type
  union all select type, 'failed', count(*), null from jobs where state = 'failed' group by type`;

interface LiveRow {
  type: string;
  kind: 'ready' | 'delayed' | 'running' | 'failed';
  n: number;
  first: string | null;
}

export const queueStats = async (sql: Sql, now: string): Promise<QueueStats> => {
  const types = new Map<string, QueueStats['types'][number]>();
  let oldestDue: string | null = null;
  for (const { type, kind, n, first } of await sql.all<LiveRow>(LIVE)) {
    const entry = types.get(type) ?? { type, ready: 0, delayed: 0, running: 0, failed: 0 };
    entry[kind] = Number(n);
    types.set(type, entry);
    if (first !== null && first <= now && (oldestDue === null || first < oldestDue)) oldestDue = first;
  }
  return { types: [...types.values()].sort((a, b) => (a.type < b.type ? -1 : 1)), oldestDue };
};
