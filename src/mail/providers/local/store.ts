import type { Sql, Tx } from '#db/db.ts';
import { insertRows, textsOf } from '#db/insert-rows.ts';
import type { Flag, MailState } from '#mail/message.ts';
import type { RemoteLabel } from '#mail/port.ts';
import type { Instant } from '#std/time.ts';

/** One message of a local mailbox, as its row says. */
export interface LocalMessage {
  id: string;
  /** Of its last change. */
  modseq: number;
  /** Of its arrival. */
  addedModseq: number;
  internalDate: Instant;
  sizeBytes: number;
  state: MailState;
  deleted: boolean;
}

interface Row {
  id: string;
  modseq: number | string;
  added_modseq: number | string;
  internal_date: string;
  size_bytes: number | string;
  labels_json: string;
  flags_json: string;
  deleted: number;
}

const COLUMNS = 'id, modseq, added_modseq, internal_date, size_bytes, labels_json, flags_json, deleted';

const messageOf = (row: Row): LocalMessage => ({
  id: row.id,
  modseq: Number(row.modseq),
  addedModseq: Number(row.added_modseq),
  internalDate: row.internal_date as Instant,
  sizeBytes: Number(row.size_bytes),
  state: { labels: JSON.parse(row.labels_json), flags: JSON.parse(row.flags_json) },
  deleted: row.deleted === 1,
});

/** The last modseq given out, and the lowest that changes are still known from. A mailbox without mail has 0 and 0. */
export const readMailbox = async (sql: Sql, accountId: string): Promise<{ last: number; oldest: number }> => {
  const [row] = await sql.all<{ next_modseq: number | string; oldest_modseq: number | string }>(
    'select next_modseq, oldest_modseq from local_mailboxes where account_id = $1',
    [accountId],
  );
  return row
    ? { last: Number(row.next_modseq) - 1, oldest: Number(row.oldest_modseq) }
    : { last: 0, oldest: 0 };
};

/**
 * Gives out `count` modseqs and returns the first. The row stays locked until the transaction ends, so that changes become
 * visible in the order of their modseqs, and no reader can pass one that is not committed yet.
 */
const takeModseqs = async (tx: Tx, accountId: string, count: number): Promise<number> => {
  await tx.run(
    'insert into local_mailboxes (account_id, next_modseq, oldest_modseq) values ($1, 1, 0) on conflict do nothing',
    [accountId],
  );
  const [row] = await tx.all<{ next_modseq: number | string }>(
    'update local_mailboxes set next_modseq = next_modseq + $2 where account_id = $1 returning next_modseq',
    [accountId, count],
  );
  return Number(row?.next_modseq) - count;
};

export interface NewMessage {
  id: string;
  hash: string;
  copy: number;
  raw: Uint8Array;
  date: Instant;
  /** Ids. */
  labels: readonly string[];
  flags: readonly Flag[];
}

const INSERTED = [
  'account_id',
  'id',
  'modseq',
  'added_modseq',
  'content_hash',
  'copy',
  'internal_date',
  'size_bytes',
  'labels_json',
  'flags_json',
  'deleted',
  'raw',
] as const;

/** Adds what is not there yet. Returns the ids of what was added. */
export const addMessages = async (
  tx: Tx,
  accountId: string,
  messages: readonly NewMessage[],
): Promise<string[]> => {
  if (messages.length === 0) return [];
  const first = await takeModseqs(tx, accountId, messages.length);
  const added = await insertRows<{ id: string }>(tx, {
    table: 'local_messages',
    columns: INSERTED,
    rows: messages.map((m, i) => [
      accountId,
      m.id,
      first + i,
      first + i,
      m.hash,
      m.copy,
      m.date,
      m.raw.length,
      JSON.stringify(m.labels),
      JSON.stringify(m.flags),
      0,
      m.raw,
    ]),
    tail: 'on conflict do nothing returning id',
  });
  return added.map((row) => row.id);
};

/** Messages that changed after `modseq`, oldest change first. */
export const changedSince = async (
  sql: Sql,
  accountId: string,
  o: { modseq: number; limit: number },
): Promise<LocalMessage[]> => {
  const rows = await sql.all<Row>(
    `select ${COLUMNS} from local_messages where account_id = $1 and modseq > $2 order by modseq limit $3`,
    [accountId, o.modseq, o.limit],
  );
  return rows.map(messageOf);
};

/** Messages that are there, last changed first, below `modseq`; with `since`, only what was received from then on. */
export const listBelow = async (
  sql: Sql,
  accountId: string,
  o: { modseq: number; limit: number; since?: Instant | undefined },
): Promise<LocalMessage[]> => {
  const rows = await sql.all<Row>(
    `select ${COLUMNS} from local_messages
     where account_id = $1 and modseq < $2 and deleted = 0 and internal_date >= $4
     order by modseq desc limit cast($3 as integer)`,
    [accountId, o.modseq, o.limit, o.since ?? ''],
  );
  return rows.map(messageOf);
};

export const countMessages = async (sql: Sql, accountId: string): Promise<number> => {
  const [row] = await sql.all<{ n: number | string }>(
    'select count(*) as n from local_messages where account_id = $1 and deleted = 0',
    [accountId],
  );
  return Number(row?.n ?? 0);
};

/** The messages of these ids that are there, with their bytes, in no set order. */
export const readMessages = async (
  sql: Sql,
  accountId: string,
  ids: readonly string[],
): Promise<(LocalMessage & { raw: Uint8Array })[]> => {
  const rows = await sql.all<Row & { raw: Uint8Array }>(
    `select ${COLUMNS}, raw from local_messages
     where account_id = $1 and id in (${textsOf(sql.engine, 2)}) and deleted = 0`,
    [accountId, JSON.stringify(ids)],
  );
  return rows.map((row) => ({ ...messageOf(row), raw: row.raw }));
};

/** One message without its bytes; null when it is gone. */
export const readMessage = async (sql: Sql, accountId: string, id: string): Promise<LocalMessage | null> => {
  const [row] = await sql.all<Row>(
    `select ${COLUMNS} from local_messages where account_id = $1 and id = $2 and deleted = 0`,
    [accountId, id],
  );
  return row ? messageOf(row) : null;
};

/** The same, and nobody else changes it before this transaction ends. */
export const lockMessage = async (tx: Tx, accountId: string, id: string): Promise<LocalMessage | null> => {
  if (tx.engine === 'postgres') {
    await tx.all('select 1 from local_messages where account_id = $1 and id = $2 for update', [
      accountId,
      id,
    ]);
  }
  return readMessage(tx, accountId, id);
};

/** Stores a new state as the latest change. */
export const writeState = async (
  tx: Tx,
  accountId: string,
  o: { id: string; state: MailState },
): Promise<void> => {
  const modseq = await takeModseqs(tx, accountId, 1);
  await tx.run(
    'update local_messages set modseq = $3, labels_json = $4, flags_json = $5 where account_id = $1 and id = $2',
    [accountId, o.id, modseq, JSON.stringify(o.state.labels), JSON.stringify(o.state.flags)],
  );
};

/** Takes the bytes away and leaves a mark that tells of it. Returns whether there was anything to take. */
export const removeMessage = async (tx: Tx, accountId: string, id: string): Promise<boolean> => {
  if ((await lockMessage(tx, accountId, id)) === null) return false;
  const modseq = await takeModseqs(tx, accountId, 1);
  await tx.run(
    `update local_messages set modseq = $3, deleted = 1, raw = null, labels_json = '[]', flags_json = '[]'
     where account_id = $1 and id = $2`,
    [accountId, id, modseq],
  );
  return true;
};

/** Forgets the history: who holds an older cursor is told to list the mailbox anew. */
export const expireCursors = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.run('update local_mailboxes set oldest_modseq = next_modseq where account_id = $1', [accountId]);
};

/** Messages whose bytes hold the text anywhere. Reads the whole mailbox. */
export const findInBytes = async (
  sql: Sql,
  accountId: string,
  text: string,
): Promise<{ id: string; raw: Uint8Array }[]> => {
  const holds = sql.engine === 'postgres' ? 'position($2::bytea in raw) > 0' : 'instr(raw, $2) > 0';
  return sql.all<{ id: string; raw: Uint8Array }>(
    `select id, raw from local_messages where account_id = $1 and deleted = 0 and ${holds}`,
    [accountId, new TextEncoder().encode(text)],
  );
};

/** The labels that people made. */
export const readLabels = (sql: Sql, accountId: string): Promise<RemoteLabel[]> =>
  sql.all<RemoteLabel>('select id, name, role from local_labels where account_id = $1 order by name', [
    accountId,
  ]);

export const addLabel = async (tx: Tx, accountId: string, label: RemoteLabel): Promise<void> => {
  await tx.run(
    'insert into local_labels (account_id, id, name, role) values ($1, $2, $3, $4) on conflict do nothing',
    [accountId, label.id, label.name, label.role],
  );
};
