import { JOB_KEY_ROWS } from '#config/limits.ts';
import type { Sql } from '#db/db.ts';
import type { Instant } from '#std/time.ts';

/** What became of a job with a key. */
export interface KeyedJob {
  lastError: string | null;
  /** null while it waits or runs. */
  finishedAt: Instant | null;
}

// Keys are compared by their bytes on every engine, so that `key` and `key:…` are all that lies before `key;`.
const OF_KEY = `jobs j where j.idempotency_key >= k.value and j.idempotency_key < k.value || ';'`;
const COLUMNS = 'j.id, j.last_error as "lastError", j.finished_at as "finishedAt"';
const OF_KEYS_SQLITE = `select k.value as "key", ${COLUMNS} from json_each($1) as k cross join ${OF_KEY}
  order by j.id`;
// In order and with an end, PostgreSQL takes them from the index. Else it would rather look at every job for each key.
const OF_KEYS_POSTGRES = `select k.value as "key", found.* from json_array_elements_text($1::json) as k(value)
  cross join lateral (select ${COLUMNS} from ${OF_KEY} order by j.idempotency_key desc limit ${JOB_KEY_ROWS}) as found
  order by found.id`;

/**
 * The jobs that were made with each of these idempotency keys, or with one of them and more behind a colon; the oldest
 * first. Keys without any are left out.
 */
export const jobsOfKeys = async (sql: Sql, keys: readonly string[]): Promise<Map<string, KeyedJob[]>> => {
  const rows = await sql.all<KeyedJob & { key: string }>(
    sql.engine === 'postgres' ? OF_KEYS_POSTGRES : OF_KEYS_SQLITE,
    [JSON.stringify(keys)],
  );
  return Map.groupBy(rows, (row) => row.key);
};
