import { SEARCH_TEXT_CHARS } from '#config/limits.ts';
import type { SqlValue, Tx } from '#db/db.ts';
import { insertRows } from '#db/insert-rows.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';
import type { Address, MailState, ParsedMail } from './message.ts';
import { plainWords } from './search-words.ts';
import { countSenders, type SenderSeen } from './sender-store.ts';
import { joinThreads } from './thread-store.ts';
import type { Untrusted } from './untrusted.ts';

/** A message that was fetched and parsed, on its way into the database. */
export interface ArrivedMail {
  providerMessageId: string;
  /** See `threads.ts`. */
  threadKey: string;
  internalDate: Instant;
  sizeBytes: number;
  state: MailState;
  mail: Untrusted<ParsedMail>;
}

export interface SaveContext {
  userId: string;
  accountId: string;
  /** The account's own address: mail from it counts its recipients as known. */
  ownAddress: string;
  newId: NewId;
  now: Instant;
}

export interface SavedMail {
  messageId: string;
  threadId: string;
  providerMessageId: string;
}

const MESSAGE_COLUMNS = [
  'id',
  'user_id',
  'account_id',
  'thread_id',
  'provider_message_id',
  'rfc822_message_id',
  'from_address',
  'from_name',
  'from_json',
  'reply_to_json',
  'to_json',
  'cc_json',
  'bcc_json',
  'subject',
  'snippet',
  'received_at',
  'internal_date',
  'sent_at',
  'labels_json',
  'flags_json',
  'headers_json',
  'size_bytes',
  'has_attachments',
  'has_calendar',
  'in_reply_to',
  'references_json',
  'notes_json',
  'created_at',
] as const;

/**
 * Stores a page of messages that the ledger did not know, with threads, labels, attachments, senders and the search
 * index, all in the caller's transaction. A handful of statements, however many messages the page has.
 */
export const saveMail = async (
  tx: Tx,
  c: SaveContext,
  arrived: readonly ArrivedMail[],
): Promise<SavedMail[]> => {
  const threads = await joinThreads(
    tx,
    c,
    arrived.map((a) => ({ key: a.threadKey, subject: a.mail.reveal().subject, at: a.internalDate })),
  );
  const saved = arrived.map((a) => ({
    messageId: c.newId(),
    threadId: threads.get(a.threadKey) ?? '',
    providerMessageId: a.providerMessageId,
    arrived: a,
    mail: a.mail.reveal(),
  }));
  const seqs = await insertRows<{ id: string; seq: number }>(tx, {
    table: 'messages',
    columns: MESSAGE_COLUMNS,
    rows: saved.map((s) => messageRow(c, s)),
    tail: 'returning id, seq',
  });
  await saveContents(tx, c, saved);
  await saveLabels(tx, c, saved);
  await saveAttachments(tx, c, saved);
  const seqById = new Map(seqs.map((r) => [r.id, r.seq]));
  await countSenders(tx, c.userId, sendersOf(c, saved));
  // Last: every statement that could fail alone makes the index write out what it has gathered so far.
  for (const s of saved) await indexMail(tx, seqById.get(s.messageId) ?? 0, s.mail);
  return saved.map(({ messageId, threadId, providerMessageId }) => ({
    messageId,
    threadId,
    providerMessageId,
  }));
};

interface Saving extends SavedMail {
  arrived: ArrivedMail;
  mail: ParsedMail;
}

const messageRow = (c: SaveContext, s: Saving): SqlValue[] => {
  const { arrived: a, mail: m } = s;
  return [
    s.messageId,
    c.userId,
    c.accountId,
    s.threadId,
    a.providerMessageId,
    m.rfc822MessageId,
    m.from[0]?.address ?? '',
    m.from[0]?.name ?? '',
    JSON.stringify(m.from),
    JSON.stringify(m.replyTo),
    JSON.stringify(m.to),
    JSON.stringify(m.cc),
    JSON.stringify(m.bcc),
    m.subject,
    m.snippet,
    a.internalDate,
    a.internalDate,
    m.date,
    JSON.stringify(a.state.labels),
    JSON.stringify(a.state.flags),
    JSON.stringify(m.headers),
    a.sizeBytes,
    m.attachments.length > 0 ? 1 : 0,
    m.hasCalendar ? 1 : 0,
    m.inReplyTo,
    JSON.stringify(m.references),
    JSON.stringify(m.notes),
    c.now,
  ];
};

const saveContents = (tx: Tx, c: SaveContext, saved: readonly Saving[]) =>
  insertRows(tx, {
    table: 'message_contents',
    columns: ['message_id', 'user_id', 'body_plain', 'body_new', 'body_html'],
    rows: saved.map(({ messageId, mail: m }) => [
      messageId,
      c.userId,
      m.text,
      m.newText === m.text ? null : m.newText,
      m.html,
    ]),
  });

const saveLabels = (tx: Tx, c: SaveContext, saved: readonly Saving[]) =>
  insertRows(tx, {
    table: 'message_labels',
    columns: ['account_id', 'provider_label_id', 'received_at', 'message_id', 'thread_id', 'user_id'],
    rows: saved.flatMap((s) =>
      s.arrived.state.labels.map((label) => [
        c.accountId,
        label,
        s.arrived.internalDate,
        s.messageId,
        s.threadId,
        c.userId,
      ]),
    ),
  });

const saveAttachments = (tx: Tx, c: SaveContext, saved: readonly Saving[]) =>
  insertRows(tx, {
    table: 'attachments',
    columns: [
      'message_id',
      'position',
      'user_id',
      'filename',
      'mime_type',
      'size_bytes',
      'content_id',
      'inline',
    ],
    rows: saved.flatMap((s) =>
      s.mail.attachments.map((a) => [
        s.messageId,
        a.index,
        c.userId,
        a.filename,
        a.mimeType,
        a.sizeBytes,
        a.contentId,
        a.inline ? 1 : 0,
      ]),
    ),
  });

const plain = (addresses: readonly Address[]): string =>
  addresses.map((a) => `${a.name} ${a.address}`).join(' ');

const indexMail = async (tx: Tx, seq: number, m: ParsedMail): Promise<void> => {
  const parts = [
    m.subject,
    plain(m.from),
    plain([...m.to, ...m.cc]),
    m.text.length > SEARCH_TEXT_CHARS ? m.text.slice(0, SEARCH_TEXT_CHARS) : m.text,
  ];
  if (tx.engine === 'postgres') await tx.run(INDEX_POSTGRES, [seq, ...parts.map(plainWords)]);
  else await tx.run(INDEX_SQLITE, [seq, ...parts]);
};

const INDEX_SQLITE =
  'insert into message_search (rowid, subject, sender, recipients, body) values ($1, $2, $3, $4, $5)';
const INDEX_POSTGRES = `insert into message_search (rowid, document) values ($1,
  setweight(to_tsvector('simple', $2), 'A') || setweight(to_tsvector('simple', $3), 'B')
  || setweight(to_tsvector('simple', $4), 'C') || setweight(to_tsvector('simple', $5), 'D'))`;

/** Everyone the page came from, and everyone the user's own mail in it went to. */
const sendersOf = (c: SaveContext, saved: readonly Saving[]): SenderSeen[] => {
  const seen = new Map<string, SenderSeen>();
  const own = c.ownAddress.toLowerCase();
  const count = (a: Address, at: Instant, by: { received: number; sent: number }) => {
    const address = a.address.toLowerCase();
    if (address === '' || address === own) return;
    const s = seen.get(address) ?? { address, name: '', received: 0, sent: 0, at };
    if (a.name !== '') s.name = a.name;
    s.received += by.received;
    s.sent += by.sent;
    if (at > s.at) s.at = at;
    seen.set(address, s);
  };
  for (const { mail: m, arrived } of saved) {
    const at = arrived.internalDate;
    const mine = m.from.some((a) => a.address.toLowerCase() === own);
    for (const a of m.from) count(a, at, { received: 1, sent: 0 });
    if (mine) for (const a of [...m.to, ...m.cc, ...m.bcc]) count(a, at, { received: 0, sent: 1 });
  }
  return [...seen.values()];
};
