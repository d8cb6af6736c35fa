import { z } from 'zod';
import type { Account } from '#accounts/account.ts';
import { listAccounts } from '#accounts/store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { backfillJob } from './backfill.job.ts';
import type { IngestPorts } from './ports.ts';
import { reconcileJob } from './reconcile.job.ts';
import { syncJob } from './sync.job.ts';

type Ctx = JobContext<IngestPorts>;

/**
 * The safety net under what mailboxes tell by themselves: every active one is synced, and what was begun and given up goes
 * on.
 */
export const lookJob = defineJob({
  type: 'sync.look',
  title: 'Look into every mailbox',
  payload: z.strictObject({}),
  keepCompleted: false,
  singletonKey: () => 'sync.look',
  run: async (ctx: Ctx) => {
    const active = (await listAccounts(ctx.app.db)).filter((account) => account.status === 'active');
    for (const account of active) {
      await ctx.enqueue(syncJob, { accountId: account.id }, { userId: account.userId });
      await goOn(ctx, account);
    }
    ctx.note({ accounts: active.length });
  },
});

/** One that still waits or runs is enough: a second one finds nothing left to do. */
const goOn = async (ctx: Ctx, { id: accountId, userId, state }: Account): Promise<void> => {
  const { gap, backfill } = state;
  if (gap) await ctx.enqueue(reconcileJob, { accountId, occasion: gap.occasion }, { userId });
  if (backfill && backfill.finishedAt === null && !backfill.paused) {
    await ctx.enqueue(backfillJob, { accountId }, { userId });
  }
};
