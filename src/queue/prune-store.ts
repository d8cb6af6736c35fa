import type { Sql } from '#db/db.ts';

interface Look {
  /** Jobs after this id, in order of making. */
  after: string;
  /** Jobs before this id. */
  before: string;
  completedBefore: string;
  failedBefore: string;
  rows: number;
}

const PAGE = `select id, state, finished_at from jobs where id > $1 and id < $2 order by id
  limit cast($3 as integer)`;
const DELETE_SQLITE = `delete from jobs where id in (select value from json_each($1))
  and state in ('completed', 'failed', 'canceled')`;
const DELETE_POSTGRES = `delete from jobs where id in (select json_array_elements_text($1::json))
  and state in ('completed', 'failed', 'canceled')`;

/**
 * Looks at one page of jobs in the order they were made. Ids sort by time, so no index over finished jobs is needed.
 * Returns those that ended long enough ago, and where to go on, or null at the end.
 */
export const oldJobs = async (sql: Sql, look: Look): Promise<{ ids: string[]; next: string | null }> => {
  const page = await sql.all<{ id: string; state: string; finished_at: string | null }>(PAGE, [
    look.after,
    look.before,
    look.rows,
  ]);
  const old = page.filter((j) => {
    const before = j.state === 'failed' ? look.failedBefore : look.completedBefore;
    return j.finished_at !== null && j.finished_at < before;
  });
  return { ids: old.map((j) => j.id), next: page.length < look.rows ? null : (page.at(-1)?.id ?? null) };
};

/** Deletes those of the jobs that have ended, and their steps. Returns how many. */
export const deleteEnded = (sql: Sql, ids: readonly string[]): Promise<number> =>
  sql.run(sql.engine === 'postgres' ? DELETE_POSTGRES : DELETE_SQLITE, [JSON.stringify(ids)]);
