import type { Sql } from '#db/db.ts';

interface Look {
  /** Jobs after this id, in order of making. */
  after: string;
  /** Jobs made before this instant. */
  madeBefore: string;
  completedBefore: string;
  failedBefore: string;
  rows: number;
}

const PAGE = `select id, state, finished_at from jobs where id > $1 and created_at < $2 order by id limit $3`;
const DELETE_SQLITE = `delete from jobs where id in (select value from json_each($1))
  and state in ('completed', 'failed', 'canceled')`;
const DELETE_POSTGRES = `delete from jobs where id in (select json_array_elements_text($1::json))
  and state in ('completed', 'failed', 'canceled')`;

/**
 * Looks at one page of jobs in the order they were made and deletes those that ended long enough ago, their steps with
 * them. Ids sort by time, so no index over finished jobs is needed. Returns where to go on, or null at the end.
 */
export const prunePage = async (sql: Sql, look: Look): Promise<{ deleted: number; next: string | null }> => {
  const page = await sql.all<{ id: string; state: string; finished_at: string | null }>(PAGE, [
    look.after,
    look.madeBefore,
    look.rows,
  ]);
  const old = page.filter((j) => {
    const before = j.state === 'failed' ? look.failedBefore : look.completedBefore;
    return j.finished_at !== null && j.finished_at < before;
  });
  const text = sql.engine === 'postgres' ? DELETE_POSTGRES : DELETE_SQLITE;
  const deleted = old.length === 0 ? 0 : await sql.run(text, [JSON.stringify(old.map((j) => j.id))]);
  return { deleted, next: page.length < look.rows ? null : (page.at(-1)?.id ?? null) };
};
