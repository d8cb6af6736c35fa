import type { Sql } from '#db/db.ts';
import { belongsTo, textsOf } from '#db/insert-rows.ts';
import type { Instant } from '#std/time.ts';
import { Untrusted } from './untrusted.ts';

/** What a line in a list shows of a message. */
export interface MailHead {
  id: string;
  threadId: string;
  accountId: string;
  subject: string;
  fromName: string;
  fromAddress: string;
  snippet: string;
  receivedAt: Instant;
}

interface Row {
  id: string;
  thread_id: string;
  account_id: string;
  subject: string;
  from_name: string;
  from_address: string;
  snippet: string;
  received_at: string;
}

/** Of these message ids, what the user has, by id. */
export const mailHeads = async (
  sql: Sql,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, Untrusted<MailHead>>> => {
  if (ids.length === 0) return new Map();
  const rows = await sql.all<Row>(
    `select id, thread_id, account_id, subject, from_name, from_address, snippet, received_at from messages
     where ${belongsTo('user_id', 1)} and id in (${textsOf(sql.engine, 2)})`,
    [userId, JSON.stringify([...new Set(ids)])],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      new Untrusted({
        id: row.id,
        threadId: row.thread_id,
        accountId: row.account_id,
        subject: row.subject,
        fromName: row.from_name,
        fromAddress: row.from_address,
        snippet: row.snippet,
        receivedAt: row.received_at as Instant,
      }),
    ]),
  );
};

/** The user's message ids after this one, in the order of ids; the first page is asked for with ''. */
export const messageIdsAfter = async (
  sql: Sql,
  o: { userId: string; after: string; limit: number },
): Promise<string[]> => {
  const rows = await sql.all<{ id: string }>(
    'select id from messages where user_id = $1 and id > $2 and gone_at is null order by id limit $3',
    [o.userId, o.after, o.limit],
  );
  return rows.map((row) => row.id);
};
