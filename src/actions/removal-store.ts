import type { Sql } from '#db/db.ts';
import { belongsTo, textsOf } from '#db/insert-rows.ts';

interface Live {
  id: string;
  status: 'queued' | 'approved_pending';
}

/** Actions of an account that nobody has begun, at most `limit` of each state. */
export const unbegunActions = async (
  sql: Sql,
  o: { userId: string; accountId: string; limit: number },
): Promise<Live[]> => {
  const found: Live[] = [];
  for (const status of ['queued', 'approved_pending'] as const) {
    const rows = await sql.all<{ id: string }>(
      `select id from actions where user_id = $1 and status = $2 and ${belongsTo('account_id', 3)}
       order by id limit cast($4 as integer)`,
      [o.userId, status, o.accountId, o.limit],
    );
    found.push(...rows.map(({ id }) => ({ id, status })));
  }
  return found;
};

/** Of these actions, those of the account. */
export const actionsOfAccount = async (
  sql: Sql,
  accountId: string,
  ids: readonly string[],
): Promise<Set<string>> => {
  const rows = await sql.all<{ id: string }>(
    `select id from actions where id in (${textsOf(sql.engine, 1)}) and ${belongsTo('account_id', 2)}`,
    [JSON.stringify(ids), accountId],
  );
  return new Set(rows.map((row) => row.id));
};
