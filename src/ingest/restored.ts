import { isRemoved } from '#accounts/account.ts';
import { listAccounts, mergeAccountState } from '#accounts/store.ts';
import { raiseEpoch } from '#actions/epoch-store.ts';
import { dropSendsOfBackup } from '#actions/restored.ts';
import { expireApprovalsOfBackup } from '#approvals/restored.ts';
import type { Db } from '#db/db.ts';
import type { Queue } from '#queue/queue.ts';
import type { Clock } from '#std/clock.ts';
import { reconcileJob } from './reconcile.job.ts';

export interface Settled {
  accounts: number;
  /** Mails of which a person is asked whether they went out, and actions that were dropped. */
  asked: number;
  dropped: number;
  expired: number;
}

/**
 * Makes a database that comes from a backup fit for work, in one transaction and before anybody works on it: nothing that
 * was done after the backup is done again (promise P9). Each account is compared with its mailbox first.
 */
export const settleBackup = (ports: { db: Db; clock: Clock; queue: Queue }): Promise<Settled> =>
  ports.db.write(async (tx) => {
    const now = ports.clock.now();
    const accounts = (await listAccounts(tx)).filter((account) => !isRemoved(account));
    for (const { id, userId } of accounts) {
      await raiseEpoch(tx, id, now);
      const occasion = `restore:${now}`;
      await mergeAccountState(tx, { id, part: { gap: { occasion, foundAt: now } }, now });
      await ports.queue.enqueue(reconcileJob, { accountId: id, occasion }, { tx, userId });
    }
    const expired = await expireApprovalsOfBackup(tx, now);
    return { accounts: accounts.length, expired, ...(await dropSendsOfBackup(tx, now)) };
  });
