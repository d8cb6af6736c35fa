import { type Account, waitsForAccount } from '#accounts/account.ts';
import type { Tx } from '#db/db.ts';
import type { JobType } from '#queue/define.ts';
import { backfillJob } from './backfill.job.ts';
import type { IngestPorts } from './ports.ts';
import { reconcileJob } from './reconcile.job.ts';
import { syncJob } from './sync.job.ts';

/** Has the mail of an active account taken in from now on: what is new, and what was begun and not finished. */
export const goOn = async (
  ports: Pick<IngestPorts, 'queue' | 'clock'>,
  tx: Tx,
  { id: accountId, userId, state }: Pick<Account, 'id' | 'userId' | 'state'>,
): Promise<void> => {
  const now = async <P>(job: JobType<P>, payload: P): Promise<void> => {
    const { id, created } = await ports.queue.enqueue(job, payload, { tx, userId });
    // One that waits already may wait for long.
    if (!created) await ports.queue.reschedule(id, ports.clock.ms(), { tx });
  };
  await ports.queue.wake(waitsForAccount(accountId), { tx });
  await now(syncJob, { accountId });
  if (state.gap) await now(reconcileJob, { accountId, occasion: state.gap.occasion });
  if (state.backfill && state.backfill.finishedAt === null && !state.backfill.paused) {
    await now(backfillJob, { accountId });
  }
};
