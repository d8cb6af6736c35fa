import { JOB_WAKE_KEEP_MS } from '#config/limits-sign-in.ts';
import type { Sql } from '#db/db.ts';
import { type Instant, toInstant, toMs } from '#std/time.ts';

const NOTE = `insert into job_wakes (key, at) values ($1, $2) on conflict (key) do update set at = excluded.at`;
const FORGET = 'delete from job_wakes where at < $1';
const WAKE = `update jobs set not_before = $2, turn = case when fair_key is null then $2 else turn end, updated_at = $2
  where state = 'queued' and waits_for = $1 and not_before > $2`;

/** Makes all that waits for `key` due. Returns how many jobs. */
export const wakeJobs = async (sql: Sql, key: string, now: Instant): Promise<number> => {
  await sql.run(NOTE, [key, now]);
  // No attempt lasts that long, so that none has to know of it any more.
  await sql.run(FORGET, [toInstant(toMs(now) - JOB_WAKE_KEEP_MS)]);
  return sql.run(WAKE, [key, now]);
};
