import { JOB_ERRORS_KEPT } from '#config/limits.ts';
import type { Sql } from '#db/db.ts';
import type { JobErrorsTable } from '#db/queue-tables.ts';
import type { Instant } from '#std/time.ts';

/** How one attempt failed. */
export interface JobError {
  at: Instant;
  /** Counted from 1, and again from 1 after an operator queued the job again. */
  attempt: number;
  workerId: string | null;
  error: string;
}

// What is read is locked where others write beside us, so that the claim still holds when its end is written.
const recordSql = (locked: boolean): string => `insert into job_errors (job_id, at, attempt, worker_id, error)
  select id, $3, attempts, worker_id, $4 from jobs
  where id = $1 and claim_token = $2 and state = 'running'${locked ? ' for update' : ''}
  on conflict (job_id, at, attempt) do update set worker_id = excluded.worker_id, error = excluded.error`;

const RECORD_SQLITE = recordSql(false);
const RECORD_POSTGRES = recordSql(true);

const TRIM = `delete from job_errors where job_id = $1 and (at, attempt) <= (
  select at, attempt from job_errors where job_id = $1 order by at desc, attempt desc
  limit 1 offset cast($2 as integer))`;

/**
 * Keeps how the attempt failed that holds this claim, in the transaction that ends it. A claim that was lost keeps nothing.
 * Both statements are on their way when this returns its promise.
 */
export const recordError = async (
  sql: Sql,
  claim: { id: string; token: string },
  failed: { at: string; error: string },
): Promise<void> => {
  const text = sql.engine === 'postgres' ? RECORD_POSTGRES : RECORD_SQLITE;
  const recorded = sql.run(text, [claim.id, claim.token, failed.at, failed.error]);
  await Promise.all([recorded, sql.run(TRIM, [claim.id, JOB_ERRORS_KEPT])]);
};

const ERRORS = 'select at, attempt, worker_id, error from job_errors where job_id = $1 order by at, attempt';

/** The oldest first. */
export const errorsOf = async (sql: Sql, jobId: string): Promise<JobError[]> =>
  (await sql.all<JobErrorsTable>(ERRORS, [jobId])).map((row) => ({
    at: row.at as Instant,
    attempt: row.attempt,
    workerId: row.worker_id,
    error: row.error,
  }));
