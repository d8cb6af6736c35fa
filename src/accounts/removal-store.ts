import type { Sql, Tx } from '#db/db.ts';
import type { Instant } from '#std/time.ts';
import { isRemoved, type Removal } from './account.ts';
import { listAccounts, mergeAccountState, setAccountStatus } from './store.ts';

interface Marked {
  id: string;
  removal: Removal;
  /** What its owner is told in its place. */
  reason: string;
  now: Instant;
}

/**
 * From here on nothing opens the mailbox any more. An account whose mail is to be deleted gives its address free at once,
 * so that the same mailbox can be connected again before all of it is gone.
 */
export const markRemoved = async (tx: Tx, { id, removal, reason, now }: Marked): Promise<void> => {
  await setAccountStatus(tx, { id, status: 'paused', reason, now });
  await mergeAccountState(tx, { id, part: { removal }, now });
  if (removal.mail === 'keep') return;
  await tx.run(
    `update accounts set display_name = case when display_name = '' then email else display_name end,
      email = 'removed:' || id where id = $1`,
    [id],
  );
};

/** Everything that could sign in, or is about to. */
export const deleteSignIn = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.run('delete from credentials where account_id = $1', [accountId]);
  await tx.run('delete from oauth_sign_ins where account_id = $1', [accountId]);
};

/** The row itself, with the little that still hangs on it. */
export const deleteAccount = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.run('delete from accounts where id = $1', [accountId]);
};

/** Ids of the accounts that a user removed and whose mail is still here. */
export const removedAccounts = async (sql: Sql, userId: string): Promise<Set<string>> =>
  new Set((await listAccounts(sql, userId)).filter(isRemoved).map(({ id }) => id));
