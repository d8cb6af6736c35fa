import type { Sql } from '#db/db.ts';
import type { JobsTable, SchedulesTable } from '#db/queue-tables.ts';
import { type Job, jobFromRow } from './job.ts';
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

/** Live jobs are few: each part has an index of its own, and those that ended are not looked through. */
const CANCEL_OF_SCHEDULE = `update jobs set state = 'canceled', finished_at = $3, updated_at = $3, heartbeat_at = null
  where schedule_id = $1 and id in (
    select id from jobs where state = 'queued' and not_before <= updated_at and type = $2
    union all select id from jobs where state = 'queued' and not_before > updated_at
    union all select id from jobs where state = 'running')`;

/** Cancels what a schedule has made and what has not ended. */
export const cancelJobsOfSchedule = async (
  sql: Sql,
  schedule: Pick<SchedulesTable, 'id' | 'type'>,
  now: string,
): Promise<void> => {
  await sql.run(CANCEL_OF_SCHEDULE, [schedule.id, schedule.type, now]);
};

const RETRY = `update jobs set state = 'queued', attempts = 0, failure_kind = null, not_before = $1, updated_at = $1,
    finished_at = null, claim_token = null, worker_id = null, heartbeat_at = null`;
const DEAD = "state in ('failed', 'canceled')";
const RETRY_ONE = `${RETRY}, turn = $3, singleton_key = ${SINGLETON_IF_FREE} where id = $2 and ${DEAD}`;

/**
 * A failed or canceled job waits again, with all its attempts. Its finished steps are not run again. `turn` is its place in
 * line.
 */
export const retryJob = async (
  sql: Sql,
  id: string,
  { now, turn = now }: { now: string; turn?: string },
): Promise<boolean> => (await sql.run(RETRY_ONE, [now, id, turn])) === 1;

const IDS_SQLITE = '(select value from json_each($1))';
const IDS_POSTGRES = '(select json_array_elements_text($1::json))';
const dialectOf = (sql: Sql) => (sql.engine === 'postgres' ? 'postgres' : 'sqlite');
const many = (text: (ids: string) => string) => ({ sqlite: text(IDS_SQLITE), postgres: text(IDS_POSTGRES) });

const OF_IDS = many((ids) => `select * from jobs where id in ${ids} order by id desc`);

/** The newest first. */
export const jobsOfIds = async (sql: Sql, ids: readonly string[]): Promise<Job[]> =>
  (await sql.all<JobsTable>(OF_IDS[dialectOf(sql)], [JSON.stringify(ids)])).map(jobFromRow);

const RETRY_MANY = many((ids) => `${RETRY.replaceAll('$1', '$2')}, turn = $2 where id in ${ids} and ${DEAD}`);
const DISCARD_MANY = many((ids) => `delete from jobs where id in ${ids} and ${DEAD}`);

/** The same for many that have neither a singleton nor a fair key. Returns how many. */
export const retryPlainJobs = (sql: Sql, ids: readonly string[], now: string): Promise<number> =>
  sql.run(RETRY_MANY[dialectOf(sql)], [JSON.stringify(ids), now]);

/** Deletes those that failed or were canceled. Returns how many. */
export const discardDeadJobs = (sql: Sql, ids: readonly string[]): Promise<number> =>
  sql.run(DISCARD_MANY[dialectOf(sql)], [JSON.stringify(ids)]);

const RESCHEDULE = `update jobs set not_before = $3, turn = $3, updated_at = $2 where id = $1 and state = 'queued'`;

/** Moves a queued job to another time. */
export const rescheduleJob = async (
  sql: Sql,
  id: string,
  at: { now: string; due: string },
): Promise<boolean> => (await sql.run(RESCHEDULE, [id, at.now, at.due])) === 1;

const DISCARD = `delete from jobs where id = $1 and state <> 'running'`;

/** Deletes a job that does not run, with its steps and errors. */
export const discardJob = async (sql: Sql, id: string): Promise<boolean> =>
  (await sql.run(DISCARD, [id])) === 1;
