import type { Sql } from '#db/db.ts';
import { textsOf } from '#db/insert-rows.ts';
import type { JobState } from './job.ts';

/** How many jobs of a user are in each state, the finished ones that are still kept among them. */
export const countJobs = async (sql: Sql, userId: string): Promise<Partial<Record<JobState, number>>> => {
  const rows = await sql.all<{ state: JobState; n: number }>(
    'select state, count(*) as n from jobs where user_id = $1 group by state order by state',
    [userId],
  );
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.n)]));
};

/** Of these idempotency keys, those whose job still waits or runs. */
export const liveJobKeys = async (sql: Sql, keys: readonly string[]): Promise<Set<string>> => {
  const rows = await sql.all<{ idempotency_key: string }>(
    `select idempotency_key from jobs
     where state in ('queued', 'running') and idempotency_key in (${textsOf(sql.engine, 1)})`,
    [JSON.stringify(keys)],
  );
  return new Set(rows.map((row) => row.idempotency_key));
};
