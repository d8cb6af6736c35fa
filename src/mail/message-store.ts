import type { Sql, Tx } from '#db/db.ts';
import { belongsTo, insertRows, textsOf } from '#db/insert-rows.ts';
import type { MessageRow } from '#db/mail-tables.ts';
import type { Instant } from '#std/time.ts';
import type { Address, AttachmentInfo, Flag, MailState, ParsedMail } from './message.ts';
import { NEWEST } from './thread-list-store.ts';
import { Untrusted } from './untrusted.ts';

/** A message as it is stored. What a stranger wrote is in `mail`. */
export interface StoredMail {
  id: string;
  userId: string;
  accountId: string;
  threadId: string;
  providerMessageId: string;
  receivedAt: Instant;
  sizeBytes: number;
  state: MailState;
  /** When the provider said that it is no longer there. */
  goneAt: Instant | null;
  mail: Untrusted<ParsedMail>;
}

interface WithBody extends MessageRow {
  body_plain: string;
  body_new: string | null;
  body_html: string | null;
}

const SELECT_WHOLE = `select m.*, c.body_plain, c.body_new, c.body_html
  from messages m join message_contents c on c.message_id = m.id`;

const parsedFrom = (row: WithBody, attachments: AttachmentInfo[]): ParsedMail => ({
  rfc822MessageId: row.rfc822_message_id,
  inReplyTo: row.in_reply_to,
  references: JSON.parse(row.references_json) as string[],
  from: JSON.parse(row.from_json) as Address[],
  replyTo: JSON.parse(row.reply_to_json) as Address[],
  to: JSON.parse(row.to_json) as Address[],
  cc: JSON.parse(row.cc_json) as Address[],
  bcc: JSON.parse(row.bcc_json) as Address[],
  subject: row.subject,
  date: row.sent_at as Instant | null,
  headers: JSON.parse(row.headers_json) as [string, string][],
  text: row.body_plain,
  html: row.body_html,
  newText: row.body_new ?? row.body_plain,
  snippet: row.snippet,
  attachments,
  hasCalendar: row.has_calendar === 1,
  notes: JSON.parse(row.notes_json) as string[],
});

const stored = (row: WithBody, attachments: AttachmentInfo[]): StoredMail => ({
  id: row.id,
  userId: row.user_id,
  accountId: row.account_id,
  threadId: row.thread_id,
  providerMessageId: row.provider_message_id,
  receivedAt: row.received_at as Instant,
  sizeBytes: Number(row.size_bytes),
  state: stateFrom(row),
  goneAt: row.gone_at as Instant | null,
  mail: new Untrusted(parsedFrom(row, attachments)),
});

const stateFrom = (row: Pick<MessageRow, 'labels_json' | 'flags_json'>): MailState => ({
  labels: JSON.parse(row.labels_json) as string[],
  flags: JSON.parse(row.flags_json) as Flag[],
});

/** The whole message; undefined when the user has none of that id. */
export const findMail = async (sql: Sql, userId: string, id: string): Promise<StoredMail | undefined> => {
  const [row] = await sql.all<WithBody>(`${SELECT_WHOLE} where m.id = $1 and m.user_id = $2`, [id, userId]);
  if (!row) return undefined;
  return stored(row, row.has_attachments === 1 ? ((await attachmentsOf(sql, [id])).get(id) ?? []) : []);
};

/** The newest messages of one thread that are not gone, at most `limit`, oldest first. */
export const newestOfThread = async (
  sql: Sql,
  key: { userId: string; threadId: string },
  limit: number,
): Promise<StoredMail[]> => {
  const rows = await sql.all<WithBody>(
    `${SELECT_WHOLE} where m.thread_id = $1 and ${belongsTo('m.user_id', 2)} and m.gone_at is null
     order by m.received_at desc, m.id desc limit $3`,
    [key.threadId, key.userId, limit],
  );
  const attachments = await attachmentsOf(
    sql,
    rows.map((r) => r.id),
  );
  return rows.reverse().map((row) => stored(row, attachments.get(row.id) ?? []));
};

/** The attachments of each of these messages, in their order. */
export const attachmentsOf = async (
  sql: Sql,
  ids: readonly string[],
): Promise<Map<string, AttachmentInfo[]>> => {
  const rows = await sql.all<{
    message_id: string;
    position: number;
    filename: string;
    mime_type: string;
    size_bytes: number;
    content_id: string | null;
    inline: number;
  }>(
    `select message_id, position, filename, mime_type, size_bytes, content_id, inline from attachments
     where message_id in (${textsOf(sql.engine, 1)}) order by message_id, position`,
    [JSON.stringify(ids)],
  );
  const out = new Map<string, AttachmentInfo[]>();
  for (const r of rows) {
    const list = out.get(r.message_id) ?? [];
    list.push({
      index: r.position,
      filename: r.filename,
      mimeType: r.mime_type,
      sizeBytes: Number(r.size_bytes),
      contentId: r.content_id,
      inline: r.inline === 1,
    });
    out.set(r.message_id, list);
  }
  return out;
};

/** Where a message is and how, without its text: what an action needs. */
export interface MailHandle {
  id: string;
  userId: string;
  accountId: string;
  threadId: string;
  providerMessageId: string;
  receivedAt: Instant;
  state: MailState;
  goneAt: Instant | null;
}

type HandleRow = Pick<
  MessageRow,
  | 'id'
  | 'user_id'
  | 'account_id'
  | 'thread_id'
  | 'provider_message_id'
  | 'received_at'
  | 'labels_json'
  | 'flags_json'
  | 'gone_at'
>;

const SELECT_HANDLE = `select id, user_id, account_id, thread_id, provider_message_id, received_at,
  labels_json, flags_json, gone_at from messages`;

const handleFrom = (row: HandleRow): MailHandle => ({
  id: row.id,
  userId: row.user_id,
  accountId: row.account_id,
  threadId: row.thread_id,
  providerMessageId: row.provider_message_id,
  receivedAt: row.received_at as Instant,
  state: stateFrom(row),
  goneAt: row.gone_at as Instant | null,
});

const GET_HANDLE = `${SELECT_HANDLE} where id = $1`;
const LOCK_HANDLE = `${GET_HANDLE} for update`;

export const findHandle = async (sql: Sql, id: string): Promise<MailHandle | undefined> => {
  const [row] = await sql.all<HandleRow>(GET_HANDLE, [id]);
  return row && handleFrom(row);
};

/** The same, and nobody else changes it before this transaction ends. */
export const lockHandle = async (tx: Tx, id: string): Promise<MailHandle | undefined> => {
  const [row] = await tx.all<HandleRow>(tx.engine === 'postgres' ? LOCK_HANDLE : GET_HANDLE, [id]);
  return row && handleFrom(row);
};

const BY_PROVIDER_IDS = (engine: Sql['engine']): string =>
  `${SELECT_HANDLE} where account_id = $1 and provider_message_id in (${textsOf(engine, 2)})
   order by id${engine === 'postgres' ? ' for no key update' : ''}`;

/**
 * Of these provider ids, the messages that are stored, by that id; nobody else changes them before this transaction ends.
 */
export const lockHandlesByProviderId = async (
  tx: Tx,
  accountId: string,
  providerMessageIds: readonly string[],
): Promise<Map<string, MailHandle>> => {
  const ids = JSON.stringify([...new Set(providerMessageIds)]);
  const rows = await tx.all<HandleRow>(BY_PROVIDER_IDS(tx.engine), [accountId, ids]);
  return new Map(rows.map((row) => [row.provider_message_id, handleFrom(row)]));
};

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((x) => b.includes(x));

/** Whether the mailbox holds the message as we know it. */
export const isAsKnown = (m: Pick<MailHandle, 'state' | 'goneAt'>, state: MailState): boolean =>
  m.goneAt === null && sameSet(m.state.labels, state.labels) && sameSet(m.state.flags, state.flags);

/** Takes in how the mailbox holds the message now. Writes nothing when that is known already. */
export const setMailState = async (tx: Tx, m: MailHandle, state: MailState): Promise<void> => {
  if (isAsKnown(m, state)) return;
  const labelsSame = sameSet(m.state.labels, state.labels);
  await tx.run('update messages set labels_json = $1, flags_json = $2, gone_at = null where id = $3', [
    JSON.stringify(state.labels),
    JSON.stringify(state.flags),
    m.id,
  ]);
  if (labelsSame && m.goneAt === null) return;
  await tx.run('delete from message_labels where message_id = $1', [m.id]);
  await insertRows(tx, {
    table: 'message_labels',
    columns: ['account_id', 'provider_label_id', 'received_at', 'message_id', 'thread_id', 'user_id'],
    rows: state.labels.map((label) => [m.accountId, label, m.receivedAt, m.id, m.threadId, m.userId]),
  });
};

/** The provider no longer has it. Our copy stays, out of every list of labels. */
export const markGone = async (tx: Tx, m: MailHandle, now: Instant): Promise<void> => {
  await tx.run('update messages set gone_at = $1 where id = $2 and gone_at is null', [now, m.id]);
  await tx.run('delete from message_labels where message_id = $1', [m.id]);
};

/** Of these Message-IDs, the thread of each that the account holds. */
export const threadKeysOf = async (
  sql: Sql,
  accountId: string,
  rfc822MessageIds: readonly string[],
): Promise<Map<string, string>> => {
  const rows = await sql.all<{ rfc822_message_id: string; provider_thread_key: string | null }>(
    `select m.rfc822_message_id, t.provider_thread_key from messages m join threads t on t.id = m.thread_id
     where m.account_id = $1 and m.rfc822_message_id in (${textsOf(sql.engine, 2)})`,
    [accountId, JSON.stringify(rfc822MessageIds)],
  );
  return new Map(rows.map((r) => [r.rfc822_message_id, r.provider_thread_key ?? '']));
};

// Each of the two is counted in an index alone.
const COUNT_PRESENT = `select (select count(*) from messages where user_id = $1)
  - (select count(*) from messages where user_id = $1 and gone_at is not null) as n`;

/** How many messages of a user are not gone. */
export const countMessages = async (sql: Sql, userId: string): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(COUNT_PRESENT, [userId]);
  return Number(row?.n ?? 0);
};

/** The newest messages of a user that are not gone, whole; the next page is asked for with `before`, the last one of this. */
export const newestMail = async (
  sql: Sql,
  o: {
    userId: string;
    accountId?: string | undefined;
    before: Pick<StoredMail, 'id' | 'receivedAt'> | null;
    limit: number;
  },
): Promise<StoredMail[]> => {
  const rows = await sql.all<WithBody>(
    `${SELECT_WHOLE} where m.user_id = $1 and (m.received_at, m.id) < ($2, $3) and m.gone_at is null
       and ($4 = '' or m.account_id = $4) order by m.received_at desc, m.id desc limit $5`,
    [o.userId, o.before?.receivedAt ?? NEWEST.at, o.before?.id ?? NEWEST.id, o.accountId ?? '', o.limit],
  );
  const attachments = await attachmentsOf(
    sql,
    rows.filter((r) => r.has_attachments === 1).map((r) => r.id),
  );
  return rows.map((row) => stored(row, attachments.get(row.id) ?? []));
};
