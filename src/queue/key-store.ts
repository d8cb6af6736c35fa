import type { Sql } from '#db/db.ts';
import type { JobState } from '#db/queue-tables.ts';
import type { Instant } from '#std/time.ts';

/** How far a job with a key has come. */
export interface KeyedJob {
  state: JobState;
  lastError: string | null;
  finishedAt: Instant | null;
}

// Keys are compared by their bytes on every engine, so that `key` and `key:…` are all that lies before `key;`.
const ofKeys = (keys: string): string => `select k.value as "key", j.state, j.last_error as "lastError",
    j.finished_at as "finishedAt"
  from ${keys} cross join jobs j
  where j.idempotency_key >= k.value and j.idempotency_key < k.value || ';' order by j.id`;
const OF_KEYS_SQLITE = ofKeys('json_each($1) as k');
const OF_KEYS_POSTGRES = ofKeys('json_array_elements_text($1::json) as k(value)');

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
