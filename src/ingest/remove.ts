import type { Account, Removal } from '#accounts/account.ts';
import { isRemoved } from '#accounts/account.ts';
import { markRemoved } from '#accounts/removal-store.ts';
import { getAccount, lockOwnAccount } from '#accounts/store.ts';
import { recordActivity } from '#activity/store.ts';
import { countArrived } from '#mail/count-store.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { RemovalPorts } from './removal-ports.ts';
import { removeJob } from './remove.job.ts';

export interface RemoveRequest {
  userId: string;
  accountId: string;
  /** What becomes of the mail that is stored here. The mailbox itself is never touched. */
  mail: Removal['mail'];
  /** Who asked, for the audit log. */
  by: { actor: string; channel: string };
}

const REASON = {
  keep: 'Removed. Its mail is kept here, and nothing reads or changes the mailbox any more.',
  delete: 'Being removed, with all that was stored of its mail.',
} as const;

/**
 * Stops an account at once and begins to remove it. An account whose mail was kept can be removed again, with its mail.
 * Throws `accounts.unknown`, and `accounts.being-removed` when there is nothing more to ask for.
 */
export const removeAccount = async (
  ports: RemovalPorts,
  r: RemoveRequest,
): Promise<{ account: Account; jobId: string }> => {
  const total = await countArrived(ports.db, (await getAccount(ports.db, r.userId, r.accountId)).id);
  const done = await ports.db.write(async (tx) => {
    const account = await lockOwnAccount(tx, r.userId, r.accountId);
    if (isRemoved(account) && (account.state.removal?.mail === 'delete' || r.mail === 'keep')) {
      throw new AppError('conflict', 'accounts.being-removed', 'The account was removed already', {
        help: 'Add it again to go on with it.',
      });
    }
    const now = ports.clock.now();
    const removal: Removal = { at: now, mail: r.mail, done: 0, total, finishedAt: null };
    await markRemoved(tx, { id: account.id, removal, reason: REASON[r.mail], now });
    const { id: jobId } = await ports.queue.enqueue(
      removeJob,
      { accountId: account.id, mail: r.mail },
      { tx, userId: r.userId },
    );
    await recordActivity(ports, tx, {
      userId: r.userId,
      ...r.by,
      action: 'account.remove',
      subjectType: 'account',
      subjectId: account.id,
      details: { mail: r.mail, job: jobId },
    });
    crashpoint('remove.asked');
    return { account: await getAccount(tx, r.userId, account.id), jobId };
  });
  await forgetHere(ports, done.account);
  return done;
};

/** Connections of this process; other processes let go of theirs when they next look. */
const forgetHere = async (
  { providers }: Pick<RemovalPorts, 'providers'>,
  account: Account,
): Promise<void> => {
  await providers.find((p) => p.kind === account.provider)?.forget(account.id);
};
