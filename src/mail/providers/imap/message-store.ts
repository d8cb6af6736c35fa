import type { Sql, Tx } from '#db/db.ts';
import { insertRows, textsOf } from '#db/insert-rows.ts';
import type { MailState } from '#mail/message.ts';
import type { Instant } from '#std/time.ts';
import { takeModseqs } from './folder-store.ts';

/** One message of the mirror. */
export interface Mirrored {
  /** Ours; stays when the message is moved. */
  id: string;
  /** Of its last change. */
  modseq: number;
  /** Of its arrival. */
  addedModseq: number;
  folderId: string;
  /** null: it left its folder, and nobody knows yet where to. */
  uid: number | null;
  matchKey: string;
  messageId: string | null;
  internalDate: Instant;
  sizeBytes: number;
  state: MailState;
  /** Labels that the server does not keep. */
  kept: string[];
  deleted: boolean;
}

interface Row {
  id: string;
  modseq: number | string;
  added_modseq: number | string;
  folder_id: string;
  uid: number | string | null;
  match_key: string;
  rfc822_message_id: string | null;
  internal_date: string;
  size_bytes: number | string;
  labels_json: string;
  kept_labels_json: string;
  flags_json: string;
  deleted: number;
}

const COLUMNS = [
  'account_id',
  'id',
  'modseq',
  'added_modseq',
  'folder_id',
  'uid',
  'match_key',
  'rfc822_message_id',
  'internal_date',
  'size_bytes',
  'labels_json',
  'kept_labels_json',
  'flags_json',
  'deleted',
] as const;

const SELECTED = `select ${COLUMNS.slice(1).join(', ')} from imap_messages`;

const mirroredOf = (row: Row): Mirrored => ({
  id: row.id,
  modseq: Number(row.modseq),
  addedModseq: Number(row.added_modseq),
  folderId: row.folder_id,
  uid: row.uid === null ? null : Number(row.uid),
  matchKey: row.match_key,
  messageId: row.rfc822_message_id,
  internalDate: row.internal_date as Instant,
  sizeBytes: Number(row.size_bytes),
  state: { labels: JSON.parse(row.labels_json), flags: JSON.parse(row.flags_json) },
  kept: JSON.parse(row.kept_labels_json),
  deleted: row.deleted === 1,
});

/** Messages that changed after `modseq`, oldest change first. */
export const changedSince = async (
  sql: Sql,
  accountId: string,
  o: { modseq: number; limit: number },
): Promise<Mirrored[]> => {
  const rows = await sql.all<Row>(
    `${SELECTED} where account_id = $1 and modseq > $2 order by modseq limit cast($3 as integer)`,
    [accountId, o.modseq, o.limit],
  );
  return rows.map(mirroredOf);
};

/** Where one page of a list ended. */
export interface ListPlace {
  date: string;
  added: number;
}

/** Messages that are there, last received first. */
export const listBelow = async (
  sql: Sql,
  accountId: string,
  o: { place: ListPlace | null; limit: number; since?: Instant | undefined },
): Promise<Mirrored[]> => {
  const rows = await sql.all<Row>(
    `${SELECTED} where account_id = $1 and internal_date >= $2
       and (internal_date < $3 or (internal_date = $3 and added_modseq < $4)) and deleted = 0
     order by internal_date desc, added_modseq desc limit cast($5 as integer)`,
    [accountId, o.since ?? '', o.place?.date ?? '~', o.place?.added ?? 0, o.limit],
  );
  return rows.map(mirroredOf);
};

export const countMessages = async (sql: Sql, accountId: string, since?: Instant): Promise<number> => {
  const [row] = await sql.all<{ n: number | string }>(
    'select count(*) as n from imap_messages where account_id = $1 and internal_date >= $2 and deleted = 0',
    [accountId, since ?? ''],
  );
  return Number(row?.n ?? 0);
};

/** How many messages the mirror holds of each folder. */
export const countByFolder = async (sql: Sql, accountId: string): Promise<Map<string, number>> => {
  const rows = await sql.all<{ folder_id: string; n: number | string }>(
    `select folder_id, count(*) as n from imap_messages
     where account_id = $1 and uid is not null and deleted = 0 group by folder_id`,
    [accountId],
  );
  return new Map(rows.map((row) => [row.folder_id, Number(row.n)]));
};

export const countInFolder = async (sql: Sql, accountId: string, folderId: string): Promise<number> => {
  const [row] = await sql.all<{ n: number | string }>(
    `select count(*) as n from imap_messages
     where account_id = $1 and folder_id = $2 and uid is not null and deleted = 0`,
    [accountId, folderId],
  );
  return Number(row?.n ?? 0);
};

/** The messages of these ids that are there, in no set order. */
export const readMessages = async (
  sql: Sql,
  accountId: string,
  ids: readonly string[],
): Promise<Mirrored[]> => {
  const rows = await sql.all<Row>(
    `${SELECTED} where account_id = $1 and id in (${textsOf(sql.engine, 2)}) and deleted = 0`,
    [accountId, JSON.stringify(ids)],
  );
  return rows.map(mirroredOf);
};

/** Those of these UIDs that the mirror holds, by UID. */
export const readUids = async (
  sql: Sql,
  accountId: string,
  o: { folderId: string; uids: readonly number[] },
): Promise<Map<number, Mirrored>> => {
  const numbers = textsOf(sql.engine, 3);
  const rows = await sql.all<Row>(
    `${SELECTED} where account_id = $1 and folder_id = $2 and uid in (select cast(v as integer) from
       (${sql.engine === 'postgres' ? `${numbers} as v` : 'select value as v from json_each($3)'}) as uids)
       and deleted = 0`,
    [accountId, o.folderId, JSON.stringify(o.uids.map(String))],
  );
  return new Map(rows.map((row) => [Number(row.uid), mirroredOf(row)]));
};

/** The UIDs below `before` that the mirror holds of a folder, the highest first. */
export const uidsBelow = async (
  sql: Sql,
  accountId: string,
  o: { folderId: string; before: number; limit: number },
): Promise<number[]> => {
  const rows = await sql.all<{ uid: number | string }>(
    `select uid from imap_messages
     where account_id = $1 and folder_id = $2 and uid < $3 and uid is not null and deleted = 0
     order by uid desc limit cast($4 as integer)`,
    [accountId, o.folderId, o.before, o.limit],
  );
  return rows.map((row) => Number(row.uid));
};

/** The messages that one of these keys tells, oldest first. */
export const readByKeys = async (
  sql: Sql,
  accountId: string,
  keys: readonly string[],
): Promise<Mirrored[]> => {
  const rows = await sql.all<Row>(
    `${SELECTED} where account_id = $1 and match_key in (${textsOf(sql.engine, 2)}) and deleted = 0
     order by added_modseq`,
    [accountId, JSON.stringify(keys)],
  );
  return rows.map(mirroredOf);
};

/** The messages with that Message-ID, oldest first. */
export const readByMessageId = async (
  sql: Sql,
  accountId: string,
  messageId: string,
): Promise<Mirrored[]> => {
  const rows = await sql.all<Row>(
    `${SELECTED} where account_id = $1 and rfc822_message_id = $2 and deleted = 0 order by added_modseq`,
    [accountId, messageId],
  );
  return rows.map(mirroredOf);
};

export const countAdrift = async (sql: Sql, accountId: string): Promise<number> => {
  const [row] = await sql.all<{ n: number | string }>(
    'select count(*) as n from imap_messages where account_id = $1 and uid is null and deleted = 0',
    [accountId],
  );
  return Number(row?.n ?? 0);
};

/** Each gets the next modseq, in order. */
export const insertMessages = async (
  tx: Tx,
  accountId: string,
  messages: readonly Omit<Mirrored, 'modseq' | 'addedModseq' | 'deleted'>[],
): Promise<void> => {
  if (messages.length === 0) return;
  const first = await takeModseqs(tx, accountId, messages.length);
  await insertRows(tx, {
    table: 'imap_messages',
    columns: COLUMNS,
    rows: messages.map((m, i) => [
      accountId,
      m.id,
      first + i,
      first + i,
      m.folderId,
      m.uid,
      m.matchKey,
      m.messageId,
      m.internalDate,
      m.sizeBytes,
      JSON.stringify(m.state.labels),
      JSON.stringify(m.kept),
      JSON.stringify(m.state.flags),
      0,
    ]),
  });
};

/** Where a message is and how it stands, told as its latest change. */
export const writeMessage = async (
  tx: Tx,
  accountId: string,
  m: Pick<Mirrored, 'id' | 'folderId' | 'uid' | 'state' | 'kept'>,
): Promise<void> => {
  const modseq = await takeModseqs(tx, accountId, 1);
  await tx.run(
    `update imap_messages set modseq = $3, folder_id = $4, uid = $5, labels_json = $6, kept_labels_json = $7,
       flags_json = $8 where account_id = $1 and id = $2`,
    [
      accountId,
      m.id,
      modseq,
      m.folderId,
      m.uid,
      JSON.stringify(m.state.labels),
      JSON.stringify(m.kept),
      JSON.stringify(m.state.flags),
    ],
  );
};

/** The message has another UID now; nothing else changed, so nobody is told. */
export const writeUid = async (
  tx: Tx,
  accountId: string,
  m: { id: string; folderId: string; uid: number },
): Promise<void> => {
  await tx.run('update imap_messages set folder_id = $3, uid = $4 where account_id = $1 and id = $2', [
    accountId,
    m.id,
    m.folderId,
    m.uid,
  ]);
};

/** These left the folder; `uids` null: all of it. They are looked for elsewhere before they count as gone. */
export const setAdrift = async (
  tx: Tx,
  accountId: string,
  o: { folderId: string; uids: readonly number[] | null },
): Promise<void> => {
  if (o.uids === null) {
    await tx.run('update imap_messages set uid = null where account_id = $1 and folder_id = $2', [
      accountId,
      o.folderId,
    ]);
    return;
  }
  for (const uid of o.uids) {
    await tx.run(
      'update imap_messages set uid = null where account_id = $1 and folder_id = $2 and uid = $3 and deleted = 0',
      [accountId, o.folderId, uid],
    );
  }
};

/** What was found nowhere is gone. Returns how many there were; at most `limit`. */
export const buryAdrift = async (tx: Tx, accountId: string, limit: number): Promise<number> => {
  const rows = await tx.all<{ id: string }>(
    `select id from imap_messages where account_id = $1 and uid is null and deleted = 0
     limit cast($2 as integer)`,
    [accountId, limit],
  );
  for (const { id } of rows) await buryMessage(tx, accountId, id);
  return rows.length;
};

export const buryMessage = async (tx: Tx, accountId: string, id: string): Promise<void> => {
  const modseq = await takeModseqs(tx, accountId, 1);
  await tx.run(
    `update imap_messages set modseq = $3, deleted = 1, uid = null, labels_json = '[]', kept_labels_json = '[]',
       flags_json = '[]' where account_id = $1 and id = $2`,
    [accountId, id, modseq],
  );
};

/** Deletes rows of messages that were gone by that modseq. Returns how many; at most `limit`. */
export const deleteBuried = (
  tx: Tx,
  accountId: string,
  o: { through: number; limit: number },
): Promise<number> =>
  tx.run(
    `delete from imap_messages where account_id = $1 and id in (
       select id from imap_messages where account_id = $1 and modseq <= $2 and deleted = 1
       order by modseq limit cast($3 as integer))`,
    [accountId, o.through, o.limit],
  );
