import type { Sql } from '#db/db.ts';
import { textsOf } from '#db/insert-rows.ts';
import type { Instant } from '#std/time.ts';
import { Untrusted } from './untrusted.ts';

/** What a line in a list shows of a message. */
export interface MailHead {
  subject: string;
  fromName: string;
  fromAddress: string;
  receivedAt: Instant;
}

interface Row {
  id: string;
  subject: string;
  from_name: string;
  from_address: string;
  received_at: string;
}

/** Of these message ids, what the user has, by id. */
export const mailHeads = async (
  sql: Sql,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, Untrusted<MailHead>>> => {
  const rows = await sql.all<Row>(
    `select id, subject, from_name, from_address, received_at from messages
     where user_id = $1 and id in (${textsOf(sql.engine, 2)})`,
    [userId, JSON.stringify(ids)],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      new Untrusted({
        subject: row.subject,
        fromName: row.from_name,
        fromAddress: row.from_address,
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
