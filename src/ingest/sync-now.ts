import { isRemoved } from '#accounts/account.ts';
import { getAccount } from '#accounts/store.ts';
import { AppError } from '#std/errors.ts';
import type { IngestPorts } from './ports.ts';
import { syncJob } from './sync.job.ts';

/** Has a mailbox looked into now. Throws `accounts.unknown`, and `accounts.not-active` when it would only wait. */
export const syncNow = async (
  ports: IngestPorts,
  r: { userId: string; accountId: string },
): Promise<string> => {
  const account = await getAccount(ports.db, r.userId, r.accountId);
  if (account.status !== 'active') {
    const help = isRemoved(account)
      ? 'Add it again to go on with it.'
      : account.status === 'paused'
        ? 'Resume it first.'
        : 'Sign in again first.';
    throw new AppError('conflict', 'accounts.not-active', 'The account is not active', { help });
  }
  const { id } = await ports.queue.enqueue(syncJob, { accountId: account.id }, { userId: r.userId });
  return id;
};
