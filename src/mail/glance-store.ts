import { INSIGHT_TEXT_CHARS } from '#config/limits-digests.ts';
import type { Sql } from '#db/db.ts';
import { belongsTo, textsOf } from '#db/insert-rows.ts';
import type { Instant } from '#std/time.ts';
import type { Address, AttachmentInfo } from './message.ts';
import { attachmentsOf } from './message-store.ts';
import { Untrusted } from './untrusted.ts';

/** What an overview needs of a message: the beginning of its new text, and how long that is in all. */
export interface MailGlance {
  id: string;
  threadId: string;
  accountId: string;
  from: Address;
  subject: string;
  receivedAt: Instant;
  /** At most INSIGHT_TEXT_CHARS of the text without quotes and signature. */
  newText: string;
  newTextChars: number;
  /** Without pictures that stand in the text. */
  attachments: AttachmentInfo[];
}

interface Row {
  id: string;
  thread_id: string;
  account_id: string;
  from_name: string;
  from_address: string;
  subject: string;
  received_at: string;
  has_attachments: number;
  new_text: string;
  new_text_chars: number;
}

const glanceSql = (engine: Sql['engine']): string => `select m.id, m.thread_id, m.account_id, m.from_name,
    m.from_address, m.subject, m.received_at, m.has_attachments,
    substr(coalesce(c.body_new, c.body_plain), 1, ${INSIGHT_TEXT_CHARS}) as new_text,
    length(coalesce(c.body_new, c.body_plain)) as new_text_chars
  from messages m join message_contents c on c.message_id = m.id
  where m.id in (${textsOf(engine, 1)}) and ${belongsTo('m.user_id', 2)}`;

/** Of these message ids, what the user has, by id. Texts are read: ask for few. */
export const mailGlances = async (
  sql: Sql,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, Untrusted<MailGlance>>> => {
  if (ids.length === 0) return new Map();
  const rows = await sql.all<Row>(glanceSql(sql.engine), [JSON.stringify(ids), userId]);
  const attachments = await attachmentsOf(
    sql,
    rows.filter((row) => row.has_attachments === 1).map((row) => row.id),
  );
  return new Map(
    rows.map((row) => [
      row.id,
      new Untrusted({
        id: row.id,
        threadId: row.thread_id,
        accountId: row.account_id,
        from: { name: row.from_name, address: row.from_address },
        subject: row.subject,
        receivedAt: row.received_at as Instant,
        newText: row.new_text,
        newTextChars: Number(row.new_text_chars),
        attachments: (attachments.get(row.id) ?? []).filter((a) => !a.inline),
      }),
    ]),
  );
};
