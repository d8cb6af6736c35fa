import type { Sql, Tx } from '#db/db.ts';
import type { AccountEpochRow } from '#db/sending-tables.ts';
import type { Instant } from '#std/time.ts';

/** When an account was restored from a backup the last time, and whether its mailbox was listed since. */
export const epochOf = async (
  sql: Sql,
  accountId: string,
): Promise<{ restoredAt: Instant; reconciled: boolean } | undefined> => {
  const [row] = await sql.all<AccountEpochRow>('select * from account_epochs where account_id = $1', [
    accountId,
  ]);
  return row && { restoredAt: row.restored_at as Instant, reconciled: row.reconciled === 1 };
};

/** From now on nothing is done on the account until it was reconciled. */
export const raiseEpoch = async (tx: Tx, accountId: string, now: Instant): Promise<void> => {
  await tx.run(
    `insert into account_epochs (account_id, restored_at, reconciled) values ($1, $2, 0)
     on conflict (account_id) do update set restored_at = excluded.restored_at, reconciled = 0`,
    [accountId, now],
  );
};

/** The mailbox was listed after the restore: work goes on. */
export const endEpoch = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.run('update account_epochs set reconciled = 1 where account_id = $1 and reconciled = 0', [
    accountId,
  ]);
};
