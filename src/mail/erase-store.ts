import type { Sql, Tx } from '#db/db.ts';
import { belongsTo, textsOf } from '#db/insert-rows.ts';
import type { Instant } from '#std/time.ts';

/** Deletes what an account left behind, a bounded number of rows at a time. */
interface Erasing {
  accountId: string;
  /** Rows that are looked at. */
  limit: number;
}

/** The next messages of an account that are to be deleted, in no order that means anything. */
export const messagesToErase = async (
  sql: Sql,
  { accountId, limit }: Erasing,
): Promise<{ id: string; seq: number; threadId: string }[]> =>
  sql.all(
    `select id, seq, thread_id as "threadId" from messages where account_id = $1
     order by provider_message_id limit cast($2 as integer)`,
    [accountId, limit],
  );

/** Of these messages, those of the account. */
export const messagesOfAccount = async (
  sql: Sql,
  accountId: string,
  ids: readonly string[],
): Promise<Set<string>> => {
  const rows = await sql.all<{ id: string }>(
    `select id from messages where id in (${textsOf(sql.engine, 1)}) and ${belongsTo('account_id', 2)}`,
    [JSON.stringify(ids), accountId],
  );
  return new Set(rows.map((row) => row.id));
};

/** Deletes messages with all that hangs on them, and threads that have none left. */
export const eraseMessages = async (
  tx: Tx,
  found: readonly { id: string; seq: number; threadId: string }[],
): Promise<void> => {
  const ids = JSON.stringify(found.map((m) => m.id));
  const threads = JSON.stringify([...new Set(found.map((m) => m.threadId))]);
  if (tx.engine !== 'postgres') {
    // The index of words is no table that others could refer to.
    const seqs = JSON.stringify(found.map((m) => Number(m.seq)));
    await tx.run('delete from message_search where rowid in (select value from json_each($1))', [seqs]);
  }
  await tx.run(`delete from messages where id in (${textsOf(tx.engine, 1)})`, [ids]);
  await tx.run(
    `delete from threads where id in (${textsOf(tx.engine, 1)})
     and not exists (select 1 from messages where messages.thread_id = threads.id)`,
    [threads],
  );
};

const part = (table: string, key: string): string =>
  `delete from ${table} where account_id = $1 and ${key} in (
    select ${key} from ${table} where account_id = $1 limit cast($2 as integer))`;

const OF_ACCOUNT: readonly string[] = [
  part('message_ledger', 'provider_message_id'),
  part('local_messages', 'id'),
  part('imap_messages', 'id'),
];

/** Deletes rows of the ledger and of the mailbox's mirror. Returns how many: 0 when there are none left. */
export const eraseLedger = async (tx: Tx, { accountId, limit }: Erasing): Promise<number> => {
  for (const statement of OF_ACCOUNT) {
    const gone = await tx.run(statement, [accountId, limit]);
    if (gone > 0) return gone;
  }
  return 0;
};

/**
 * Forgets senders that no message of the user names any more, but not those that the user has written to from another
 * account. Returns the address to go on after, null at the end.
 */
export const eraseSenders = async (
  tx: Tx,
  o: { userId: string; after: string; keepKnown: boolean; limit: number },
): Promise<string | null> => {
  const page = await tx.all<{ address: string; orphan: number }>(
    `select address, case when exists (
        select 1 from messages m where m.user_id = s.user_id and m.from_address = s.address
      ) or (sent_count > 0 and $3 = 1) then 0 else 1 end as orphan
     from senders s where user_id = $1 and address > $2 order by address limit cast($4 as integer)`,
    [o.userId, o.after, o.keepKnown ? 1 : 0, o.limit],
  );
  const orphans = page.filter((s) => Number(s.orphan) === 1).map((s) => s.address);
  if (orphans.length > 0) {
    await tx.run(`delete from senders where user_id = $1 and address in (${textsOf(tx.engine, 2)})`, [
      o.userId,
      JSON.stringify(orphans),
    ]);
  }
  return page.length < o.limit ? null : (page.at(-1)?.address ?? null);
};

/** Whether the user has any mail at all. */
export const hasMail = async (sql: Sql, userId: string): Promise<boolean> =>
  (await sql.all('select 1 as one from messages where user_id = $1 limit 1', [userId])).length > 0;

/** Leaves alone what still waits to be decided, at most `limit`. Returns how many it was. */
export const leaveWaiting = async (
  tx: Tx,
  o: Erasing & { reason: string; now: Instant },
): Promise<number> => {
  const rows = await tx.all<{ provider_message_id: string }>(
    `select provider_message_id from message_ledger
     where account_id = $1 and state in ('seen', 'stored') limit cast($2 as integer)`,
    [o.accountId, o.limit],
  );
  if (rows.length === 0) return 0;
  await tx.run(
    `update message_ledger set state = 'left_alone', reason = $3, updated_at = $4
     where account_id = $1 and provider_message_id in (${textsOf(tx.engine, 2)})`,
    [o.accountId, JSON.stringify(rows.map((r) => r.provider_message_id)), o.reason, o.now],
  );
  return rows.length;
};
