import type { Sql, Tx } from '#db/db.ts';
import type { LabelRole } from '#mail/message.ts';
import { AppError } from '#std/errors.ts';

/** One folder of a mailbox, and how far the mirror knows it. */
export interface Folder {
  /** Ours; stays when the folder is renamed. */
  id: string;
  path: string;
  role: LabelRole | null;
  /** null: nothing of it was registered yet. */
  uidValidity: string | null;
  /** Every UID below it is in the mirror. */
  uidNext: number;
  /** The mod-sequence up to which flags are known; null on servers without CONDSTORE. */
  highestModseq: string | null;
  state: FolderState;
}

export interface FolderState {
  /** Milliseconds since 1970 at which all flags, and all UIDs, were last compared with the server's. */
  flagsAt?: number;
  comparedAt?: number;
  /** Gmail's folder of everything: its messages carry labels, and being there is none. */
  all?: boolean;
}

/** A label that is kept as a keyword. */
export interface KeywordLabel {
  keyword: string;
  name: string;
}

export interface MailboxState {
  /** By label id. */
  labels?: Record<string, KeywordLabel>;
  /** The server is Gmail's: folders are labels there. */
  gmail?: boolean;
  /** Where the mirror stood at that time, in milliseconds since 1970. */
  mark?: { at: number; modseq: number };
}

interface Row {
  id: string;
  path: string;
  role: string | null;
  uid_validity: string | null;
  uid_next: number | string | null;
  highest_modseq: string | null;
  state_json: string;
}

const folderOf = (row: Row): Folder => ({
  id: row.id,
  path: row.path,
  role: row.role as LabelRole | null,
  uidValidity: row.uid_validity,
  uidNext: Number(row.uid_next ?? 1),
  highestModseq: row.highest_modseq,
  state: JSON.parse(row.state_json),
});

export const readFolders = async (sql: Sql, accountId: string): Promise<Folder[]> => {
  const rows = await sql.all<Row>(
    `select id, path, role, uid_validity, uid_next, highest_modseq, state_json from imap_folders
     where account_id = $1 order by path`,
    [accountId],
  );
  return rows.map(folderOf);
};

export const saveFolder = async (tx: Tx, accountId: string, f: Folder): Promise<void> => {
  await tx.run(
    `insert into imap_folders (account_id, id, path, role, uid_validity, uid_next, highest_modseq, state_json)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (account_id, id) do update set path = excluded.path, role = excluded.role,
       uid_validity = excluded.uid_validity, uid_next = excluded.uid_next,
       highest_modseq = excluded.highest_modseq, state_json = excluded.state_json`,
    [accountId, f.id, f.path, f.role, f.uidValidity, f.uidNext, f.highestModseq, JSON.stringify(f.state)],
  );
};

/**
 * Throws when a folder is no longer known as far as when it was read: another look began it anew since, and what was seen
 * before that may not be put into it. After `lockMirror`.
 */
export const mustStand = async (tx: Tx, accountId: string, read: Folder): Promise<void> => {
  const [now] = await tx.all<{ uid_validity: string | null; uid_next: number | string | null }>(
    'select uid_validity, uid_next from imap_folders where account_id = $1 and id = $2',
    [accountId, read.id],
  );
  if (now?.uid_validity !== read.uidValidity || Number(now?.uid_next ?? 1) < read.uidNext)
    throw folderChanged();
};

export const folderChanged = (): AppError =>
  new AppError('transient', 'imap.folder-changed', 'A folder was made anew while it was read', {
    help: 'It is read again by itself.',
  });

export const dropFolder = async (tx: Tx, accountId: string, id: string): Promise<void> => {
  await tx.run('delete from imap_folders where account_id = $1 and id = $2', [accountId, id]);
};

/** The last modseq given out, and the lowest that changes are still known from. */
export const readMirror = async (sql: Sql, accountId: string): Promise<{ last: number; oldest: number }> => {
  const [row] = await sql.all<{ next_modseq: number | string; oldest_modseq: number | string }>(
    'select next_modseq, oldest_modseq from imap_mailboxes where account_id = $1',
    [accountId],
  );
  return row
    ? { last: Number(row.next_modseq) - 1, oldest: Number(row.oldest_modseq) }
    : { last: 0, oldest: 0 };
};

/** Nobody else changes this mirror before the transaction ends. Every change of it begins so. */
export const lockMirror = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.run(
    'insert into imap_mailboxes (account_id, next_modseq, oldest_modseq) values ($1, 1, 0) on conflict do nothing',
    [accountId],
  );
  if (tx.engine === 'postgres')
    await tx.all('select 1 from imap_mailboxes where account_id = $1 for update', [accountId]);
};

/** Gives out `count` modseqs and returns the first. After `lockMirror`. */
export const takeModseqs = async (tx: Tx, accountId: string, count: number): Promise<number> => {
  const [row] = await tx.all<{ next_modseq: number | string }>(
    'update imap_mailboxes set next_modseq = next_modseq + $2 where account_id = $1 returning next_modseq',
    [accountId, count],
  );
  return Number(row?.next_modseq) - count;
};

export const readMailboxState = async (sql: Sql, accountId: string): Promise<MailboxState> => {
  const [row] = await sql.all<{ state_json: string }>(
    'select state_json from imap_mailboxes where account_id = $1',
    [accountId],
  );
  return row ? JSON.parse(row.state_json) : {};
};

/** After `lockMirror`. */
export const writeMailboxState = async (tx: Tx, accountId: string, state: MailboxState): Promise<void> => {
  await tx.run('update imap_mailboxes set state_json = $2 where account_id = $1', [
    accountId,
    JSON.stringify(state),
  ]);
};

/** Forgets the history up to that modseq: who holds a cursor before it is told to list the mailbox anew. */
export const expireCursors = async (tx: Tx, accountId: string, through: number): Promise<void> => {
  await tx.run('update imap_mailboxes set oldest_modseq = $2 where account_id = $1 and oldest_modseq < $2', [
    accountId,
    through + 1,
  ]);
};
