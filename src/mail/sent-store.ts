import type { Sql } from '#db/db.ts';
import type { LabelRole } from './message.ts';

interface Row {
  id: string;
  rfc822_message_id: string | null;
  labels_json: string;
  headers_json: string;
}

/** Messages of one thread that are looked at. */
const THREAD_ROWS = 200;

const COLUMNS = `select m.provider_message_id as id, m.rfc822_message_id, m.labels_json, m.headers_json from messages m
  where m.account_id = $1 and m.gone_at is null`;

const carries = (row: Row, opId: string): boolean =>
  (JSON.parse(row.headers_json) as [string, string][]).some(
    ([name, value]) => name === 'x-op-id' && value === opId,
  );

const SENT: LabelRole = 'sent';

/**
 * The provider's id of a mail of ours that has been taken in from Sent; null when none has. It is known by its operation id
 * in the thread that it answers in, or by its Message-ID where the provider has left that alone.
 */
export const findSentCopy = async (
  sql: Sql,
  o: { accountId: string; threadId: string; messageId: string; opId: string },
): Promise<string | null> => {
  const labels = await sql.all<{ id: string }>(
    'select provider_label_id as id from labels where account_id = $1 and role = $2',
    [o.accountId, SENT],
  );
  const sent = new Set(labels.map((label) => label.id));
  const rows = [
    ...(await sql.all<Row>(`${COLUMNS} and m.rfc822_message_id = $2`, [o.accountId, o.messageId])),
    ...(await sql.all<Row>(
      `${COLUMNS} and m.thread_id = $2 order by m.received_at desc limit ${THREAD_ROWS}`,
      [o.accountId, o.threadId],
    )),
  ];
  const found = rows.find(
    (row) =>
      (JSON.parse(row.labels_json) as string[]).some((label) => sent.has(label)) &&
      (row.rfc822_message_id === o.messageId || carries(row, o.opId)),
  );
  return found?.id ?? null;
};
