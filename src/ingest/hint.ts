import { lockAccount, mergeAccountState } from '#accounts/store.ts';
import type { Mailbox } from '#mail/port.ts';
import type { IngestPorts } from './ports.ts';
import { syncJob } from './sync.job.ts';

export interface Hinted {
  accountId: string;
  userId: string;
  mailbox: Pick<Mailbox, 'hasReached'>;
}

/**
 * A mailbox said that it may have changed. Asks for a sync, unless what it told of is known already; the promise is kept
 * after the commit, so that only then the notification is acknowledged. However many come, late or twice, a change leads to
 * one sync: the furthest cursor that was told of is kept with the account, and a sync that finds it reached asks nothing.
 */
export const takeHint = (ports: IngestPorts, h: Hinted, told: string | undefined): Promise<void> =>
  ports.db.write(async (tx) => {
    if (told === undefined) {
      await ports.queue.enqueue(syncJob, { accountId: h.accountId }, { tx, userId: h.userId });
      return;
    }
    const account = await lockAccount(tx, h.accountId);
    if (account?.status !== 'active') return;
    const { syncCursor, state } = account;
    if (syncCursor !== null && h.mailbox.hasReached(syncCursor, told)) return;
    if (state.told === undefined || !h.mailbox.hasReached(state.told, told)) {
      await mergeAccountState(tx, { id: account.id, part: { told }, now: ports.clock.now() });
    }
    await ports.queue.enqueue(syncJob, { accountId: h.accountId, told }, { tx, userId: h.userId });
  });
