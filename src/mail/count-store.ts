import type { Sql } from '#db/db.ts';
import { belongsTo } from '#db/insert-rows.ts';
import { firstIdAt } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';

interface Known {
  seq: number;
  count: number;
}

/** What was counted before, by account; no longer than the database is open. */
const counted = new WeakMap<Sql, Map<string, Known>>();

/**
 * How many messages of an account ever came in. Messages are only ever added, in the order of `seq`, so that each count
 * goes on where the last one stopped.
 */
export const countArrived = async (sql: Sql, accountId: string): Promise<number> => {
  const known = counted.get(sql) ?? new Map<string, Known>();
  counted.set(sql, known);
  const { seq, count } = known.get(accountId) ?? { seq: 0, count: 0 };
  const [row] =
    seq === 0
      ? await sql.all<{ n: number; last: number | null }>(
          'select count(*) as n, (select max(seq) from messages) as last from messages where account_id = $1',
          [accountId],
        )
      : await sql.all<{ n: number; last: number | null }>(
          `select count(case when account_id = $1 then 1 end) as n, max(seq) as last from messages where seq > $2`,
          [accountId, seq],
        );
  const total = count + Number(row?.n ?? 0);
  known.set(accountId, { seq: Number(row?.last ?? 0) || seq, count: total });
  return total;
};

/** For other rooms' statements: the ids of the messages of user $1 that were received from $2 on and before $3. */
export const RECEIVED_BETWEEN =
  'select id from messages where user_id = $1 and received_at >= $2 and received_at < $3';

/** How many messages were received between two times. */
export const countReceived = async (
  sql: Sql,
  o: { userId: string; from: Instant; to: Instant },
): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(
    'select count(*) as n from messages where user_id = $1 and received_at >= $2 and received_at < $3',
    [o.userId, o.from, o.to],
  );
  return Number(row?.n ?? 0);
};

/** The messages that were taken in since then: only those are read. `open` are the ids of those that wait to be decided. */
export const takenInSince = async (
  sql: Sql,
  o: { userId: string; sinceMs: number },
): Promise<{ received: number; open: string[] }> => {
  const params = [firstIdAt(o.sinceMs), o.userId];
  const open = await sql.all<{ id: string }>(
    `select message_id as id from message_ledger
     where state in ('seen', 'stored') and message_id >= $1 and ${belongsTo('user_id', 2)}`,
    params,
  );
  const [row] = await sql.all<{ n: number }>(
    `select count(*) as n from messages where id >= $1 and ${belongsTo('user_id', 2)}`,
    params,
  );
  return { received: Number(row?.n ?? 0), open: open.map((one) => one.id) };
};
