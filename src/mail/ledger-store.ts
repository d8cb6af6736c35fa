import type { Db, Sql, Tx } from '#db/db.ts';
import type { LedgerState } from '#db/enums.ts';
import { insertRows, textsOf } from '#db/insert-rows.ts';
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

export interface LedgerCounts {
  /** Every message the provider has told of. */
  received: number;
  /** Decided by a rule, a model or a person; or looked at and left alone; or given up with a reason. */
  decided: number;
  /** Stored, and a job will decide it. */
  waiting: number;
  /** Neither: nothing will ever decide it. Must be 0. */
  unexplained: number;
}

/** `hasLiveJob` says of message ids which still have a job that will decide them. */
export const countLedger = async (
  db: Db,
  scope: { userId: string; accountId?: string },
  withLiveJob: (messageIds: string[]) => Promise<Set<string>>,
): Promise<LedgerCounts> => {
  const rows = await db.all<{ state: LedgerState; n: number }>(
    `select state, count(*) as n from message_ledger
     where user_id = $1 and ($2 = '' or account_id = $2) group by state`,
    [scope.userId, scope.accountId ?? ''],
  );
  const by = new Map(rows.map((r) => [r.state, Number(r.n)]));
  const count = (state: LedgerState) => by.get(state) ?? 0;
  const open = count('seen') + count('stored');
  const waiting = open === 0 ? 0 : await countWaiting(db, scope, withLiveJob);
  const decided = count('decided') + count('left_alone') + count('failed');
  return {
    received: decided + open,
    decided,
    waiting,
    unexplained: open - waiting,
  };
};

const OPEN_PAGE = 1000;

const countWaiting = async (
  db: Db,
  scope: { userId: string; accountId?: string },
  withLiveJob: (messageIds: string[]) => Promise<Set<string>>,
): Promise<number> => {
  let waiting = 0;
  let after = '';
  for (;;) {
    const rows = await db.all<{ message_id: string }>(
      `select message_id from message_ledger
       where user_id = $1 and ($2 = '' or account_id = $2) and state in ('seen', 'stored') and message_id > $3
       order by message_id limit ${OPEN_PAGE}`,
      [scope.userId, scope.accountId ?? '', after],
    );
    if (rows.length === 0) return waiting;
    waiting += (await withLiveJob(rows.map((r) => r.message_id))).size;
    after = rows.at(-1)?.message_id ?? after;
  }
};
