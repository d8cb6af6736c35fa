import type { Db, Sql, Tx } from '#db/db.ts';
import type { AccountStatus } from '#db/enums.ts';
import { isConstraint } from '#db/errors.ts';
import type { AccountRow } from '#db/mail-tables.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';
import type { Account, AccountState } from './account.ts';

interface Ports {
  db: Db;
  clock: Clock;
  newId: NewId;
}

const fromRow = (row: AccountRow): Account => ({
  id: row.id,
  userId: row.user_id,
  provider: row.provider,
  email: row.email,
  displayName: row.display_name,
  status: row.status,
  statusReason: row.status_reason,
  config: JSON.parse(row.config_json),
  state: JSON.parse(row.state_json) as AccountState,
  syncCursor: row.sync_cursor,
  createdAt: row.created_at as Instant,
});

export interface NewAccount {
  userId: string;
  provider: string;
  email: string;
  displayName: string;
  config?: unknown;
}

/** Adds an account that begins with nothing; the database refuses a second one of the same mailbox. */
export const insertAccount = async (
  tx: Tx,
  { newId, now }: { newId: NewId; now: Instant },
  a: NewAccount,
): Promise<Account> => {
  const row: AccountRow = {
    id: newId(),
    user_id: a.userId,
    provider: a.provider,
    email: a.email,
    display_name: a.displayName,
    status: 'active',
    status_reason: null,
    config_json: JSON.stringify(a.config ?? {}),
    state_json: '{}',
    sync_cursor: null,
    created_at: now,
    updated_at: now,
  };
  await tx.query.insertInto('accounts').values(row).execute();
  return fromRow(row);
};

/** Throws `accounts.exists` when the user has this mailbox already. */
export const createAccount = async ({ db, clock, newId }: Ports, a: NewAccount): Promise<Account> => {
  try {
    return await db.write((tx) => insertAccount(tx, { newId, now: clock.now() }, a));
  } catch (e) {
    if (!isConstraint(e, 'unique')) throw e;
    throw new AppError(
      'conflict',
      'accounts.exists',
      `There is already a ${a.provider} account of that name`,
      {
        help: 'Choose another name, or use the account that is there.',
        cause: e,
      },
    );
  }
};

/** Whoever it belongs to: for jobs, which were enqueued for its owner. */
export const findAnyAccount = async (sql: Sql, id: string): Promise<Account | undefined> => {
  const [row] = await sql.all<AccountRow>('select * from accounts where id = $1', [id]);
  return row && fromRow(row);
};

const LOCK = 'select * from accounts where id = $1';

/** The same, and nobody else changes its state or cursor, or takes in mail for it, before this transaction ends. */
export const lockAccount = async (tx: Tx, id: string): Promise<Account | undefined> => {
  const sql = tx.engine === 'postgres' ? `${LOCK} for no key update` : LOCK;
  const [row] = await tx.all<AccountRow>(sql, [id]);
  return row && fromRow(row);
};

const findAccount = async (sql: Sql, userId: string, id: string): Promise<Account | undefined> => {
  const row = await sql.query
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row && fromRow(row);
};

const known = (found: Account | undefined): Account => {
  if (found) return found;
  throw new AppError('denied', 'accounts.unknown', 'There is no such account', {
    help: 'List the accounts to see their ids.',
  });
};

/** Throws `accounts.unknown` when the user has no such account. */
export const getAccount = async (sql: Sql, userId: string, id: string): Promise<Account> =>
  known(await findAccount(sql, userId, id));

/** The same, and nobody else stops, removes or changes it before this transaction ends. */
export const lockOwnAccount = async (tx: Tx, userId: string, id: string): Promise<Account> => {
  const locked = await lockAccount(tx, id);
  return known(locked?.userId === userId ? locked : undefined);
};

export const findAccountByEmail = async (
  sql: Sql,
  key: { userId: string; provider: string; email: string },
): Promise<Account | undefined> => {
  const row = await sql.query
    .selectFrom('accounts')
    .selectAll()
    .where('user_id', '=', key.userId)
    .where('provider', '=', key.provider)
    .where('email', '=', key.email)
    .executeTakeFirst();
  return row && fromRow(row);
};

/** All of one user's accounts, or everyone's when no user is named: for the program's own upkeep. */
export const listAccounts = async (sql: Sql, userId?: string): Promise<Account[]> => {
  let query = sql.query.selectFrom('accounts').selectAll().orderBy('created_at').orderBy('id');
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  return (await query.execute()).map(fromRow);
};

export const setAccountStatus = async (
  tx: Tx,
  change: { id: string; status: AccountStatus; reason: string | null; now: Instant },
): Promise<void> => {
  await tx.query
    .updateTable('accounts')
    .set({ status: change.status, status_reason: change.reason, updated_at: change.now })
    .where('id', '=', change.id)
    .execute();
};

/** Moves the cursor on, if it still is where the caller began; false when another sync was faster. */
export const moveCursor = async (
  tx: Tx,
  move: { id: string; from: string | null; to: string; now: Instant },
): Promise<boolean> => {
  const changed =
    move.from === null
      ? await tx.run(
          'update accounts set sync_cursor = $1, updated_at = $2 where id = $3 and sync_cursor is null',
          [move.to, move.now, move.id],
        )
      : await tx.run(
          'update accounts set sync_cursor = $1, updated_at = $2 where id = $3 and sync_cursor = $4',
          [move.to, move.now, move.id, move.from],
        );
  return changed === 1;
};

/** Merges `part` into the account's state. Read and write are one transaction. */
export const mergeAccountState = async (
  tx: Tx,
  change: { id: string; part: AccountState; now: Instant },
): Promise<void> => {
  const account = await lockAccount(tx, change.id);
  if (!account) return;
  const state: AccountState = { ...account.state, ...change.part };
  await tx.query
    .updateTable('accounts')
    .set({ state_json: JSON.stringify(state), updated_at: change.now })
    .where('id', '=', change.id)
    .execute();
};
