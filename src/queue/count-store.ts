import { JOB_COUNT_ROWS } from '#config/limits.ts';
import type { Sql } from '#db/db.ts';
import { textsOf } from '#db/insert-rows.ts';
import type { JobState } from './job.ts';

/** How many jobs of a user are in each state, the finished ones that are still kept among them. */
export interface JobCounts {
  counts: Partial<Record<JobState, number>>;
  /** States of which there may be more than told. */
  more: JobState[];
}

const LOOK = 'limit cast($2 as integer)';

/** The partial index of a state counts only for statements that name the state itself. */
const FOUND: readonly [JobState, string][] = [
  ['queued', `select user_id from jobs where state = 'queued' and not_before <= updated_at ${LOOK}`],
  ['queued', `select user_id from jobs where state = 'queued' and not_before > updated_at ${LOOK}`],
  ['running', `select user_id from jobs where state = 'running' ${LOOK}`],
  [
    'completed',
    `select case when state = 'completed' then user_id end as user_id from jobs order by id desc ${LOOK}`,
  ],
  ['failed', `select user_id from jobs where state = 'failed' ${LOOK}`],
  ['canceled', `select user_id from jobs where state = 'canceled' ${LOOK}`],
];

const COUNTS = FOUND.map(([state, rows]): [JobState, string] => [
  state,
  `select count(*) as looked, coalesce(sum(case when user_id = $1 then 1 else 0 end), 0) as n from (${rows}) as few`,
]);

/** Looks at a bounded number of jobs of each state, and for those that completed at the newest ones. */
export const countJobs = async (sql: Sql, userId: string): Promise<JobCounts> => {
  const counts: JobCounts['counts'] = {};
  const more = new Set<JobState>();
  for (const [state, text] of COUNTS) {
    const [row] = await sql.all<{ looked: number; n: number }>(text, [userId, JOB_COUNT_ROWS]);
    const n = Number(row?.n ?? 0);
    if (n > 0) counts[state] = (counts[state] ?? 0) + n;
    if (Number(row?.looked ?? 0) >= JOB_COUNT_ROWS) more.add(state);
  }
  return { counts, more: [...more] };
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
