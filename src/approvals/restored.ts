import { moveAction } from '#actions/store.ts';
import type { Tx } from '#db/db.ts';
import type { Instant } from '#std/time.ts';
import { answerApproval, waitingApprovals } from './store.ts';

/** What waited for an answer when a backup was made may have been answered since: it is asked again, or never. Returns how many. */
export const expireApprovalsOfBackup = async (tx: Tx, now: Instant): Promise<number> => {
  const waiting = await waitingApprovals(tx);
  for (const { id, actionId } of waiting) {
    await answerApproval(tx, { id, state: 'expired', now, by: 'ashford', via: 'restore' });
    const errorMessage = 'A backup was restored. It may have been answered after that was made.';
    await moveAction(tx, { id: actionId, from: 'approved_pending', to: 'rejected', now, errorMessage });
  }
  return waiting.length;
};
