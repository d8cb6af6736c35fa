import type { Sql, Tx } from '#db/db.ts';
import type { LedgerState } from '#db/enums.ts';
import { belongsTo, insertRows, textsOf } from '#db/insert-rows.ts';
import type { Instant } from '#std/time.ts';

/**
 * The ledger: one row for every provider message id that was ever heard of. A sync moves its cursor only in the
 * transaction that writes the rows it covers, so nothing can be passed over.
 */
export interface LedgerEntry {
  accountId: string;
  userId: string;
  providerMessageId: string;
  state: LedgerState;
  /** A sentence for `left_alone` and `failed`. */
  reason: string | null;
  /** null: it was gone before it could be read. */
  messageId: string | null;
}

const COLUMNS = [
  'account_id',
  'provider_message_id',
  'user_id',
  'state',
  'reason',
  'message_id',
  'first_seen_at',
  'updated_at',
] as const;

/** Adds entries; one whose message is here already is left as it is. */
export const addToLedger = async (tx: Tx, entries: readonly LedgerEntry[], now: Instant): Promise<void> => {
  await insertRows(tx, {
    table: 'message_ledger',
    columns: COLUMNS,
    rows: entries.map((e) => [
      e.accountId,
      e.providerMessageId,
      e.userId,
      e.state,
      e.reason,
      e.messageId,
      now,
      now,
    ]),
    tail: `on conflict (account_id, provider_message_id) do update set state = excluded.state,
      reason = excluded.reason, message_id = excluded.message_id, updated_at = excluded.updated_at
      where message_ledger.message_id is null`,
  });
};

/** Provider ids that the ledger knows. */
export interface Known {
  /** Their messages are here. */
  stored: Set<string>;
  /** They were gone before they could be read; one that is told of again is sought again. */
  unread: Set<string>;
}

/** Of these provider ids, the ones that the ledger knows. */
export const knownInLedger = async (
  sql: Sql,
  accountId: string,
  providerMessageIds: readonly string[],
): Promise<Known> => {
  const known: Known = { stored: new Set(), unread: new Set() };
  if (providerMessageIds.length === 0) return known;
  const rows = await sql.all<{ id: string; message_id: string | null }>(
    `select provider_message_id as id, message_id from message_ledger
     where account_id = $1 and provider_message_id in (${textsOf(sql.engine, 2)})`,
    [accountId, JSON.stringify(providerMessageIds)],
  );
  for (const { id, message_id } of rows) known[message_id === null ? 'unread' : 'stored'].add(id);
  return known;
};

/** Ends the wait of one stored message: it was decided, left alone, or given up, with the reason. */
export const settleInLedger = async (
  tx: Tx,
  entry: {
    messageId: string;
    state: 'decided' | 'left_alone' | 'failed';
    reason: string | null;
    now: Instant;
  },
): Promise<void> => {
  await tx.run(
    `update message_ledger set state = $1, reason = $2, updated_at = $3
     where message_id = $4 and state in ('seen', 'stored')`,
    [entry.state, entry.reason, entry.now, entry.messageId],
  );
};

/** How many messages the provider of an account has told of. */
export const countTold = async (sql: Sql, accountId: string): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(
    'select count(*) as n from message_ledger where account_id = $1',
    [accountId],
  );
  return Number(row?.n ?? 0);
};

const OPEN_PAGE = 1_000;

const FEW_OPEN = `select message_id as id from message_ledger
  where account_id = $1 and state in ('seen', 'stored') and message_id is not null limit cast($2 as integer)`;

// In the order of an index, so that page after page reads each row once.
const OPEN = `select message_id as id from message_ledger
  where message_id > $2 and state in ('seen', 'stored') and ${belongsTo('account_id', 1)}
  order by message_id limit cast($3 as integer)`;

/** The ids of an account's messages that wait to be decided, in pages. Few of them are found without reading the rest. */
export async function* openInLedger(sql: Sql, accountId: string): AsyncGenerator<string[]> {
  const few = await sql.all<{ id: string }>(FEW_OPEN, [accountId, OPEN_PAGE]);
  if (few.length < OPEN_PAGE) return yield few.map((row) => row.id);
  for (let after = ''; ; ) {
    const rows = await sql.all<{ id: string }>(OPEN, [accountId, after, OPEN_PAGE]);
    if (rows.length === 0) return;
    yield rows.map((row) => row.id);
    after = rows.at(-1)?.id ?? after;
  }
}

/** How many of these messages still wait to be decided. */
export const countOpenAmong = async (sql: Sql, messageIds: readonly string[]): Promise<number> => {
  if (messageIds.length === 0) return 0;
  const [row] = await sql.all<{ n: number }>(
    `select count(*) as n from message_ledger
     where message_id in (${textsOf(sql.engine, 1)}) and state in ('seen', 'stored')`,
    [JSON.stringify(messageIds)],
  );
  return Number(row?.n ?? 0);
};
