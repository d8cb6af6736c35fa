import type { Sql } from '#db/db.ts';
import { belongsTo } from '#db/insert-rows.ts';
import type { Instant } from '#std/time.ts';

export interface Arrival {
  /** When the mailbox received it, and when it was stored here. */
  receivedAt: Instant;
  storedAt: Instant;
}

const NEWEST = `select received_at as "receivedAt", created_at as "storedAt" from messages
  where account_id = $2 and ${belongsTo('user_id', 1)} order by received_at desc limit cast($3 as integer)`;

/** When the newest messages of an account came, newest first. */
export const newestTimes = (sql: Sql, o: { userId: string; id: string; limit: number }): Promise<Arrival[]> =>
  sql.all(NEWEST, [o.userId, o.id, o.limit]);
