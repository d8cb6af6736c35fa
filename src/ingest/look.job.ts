import { z } from 'zod';
import { listAccounts } from '#accounts/store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import type { IngestPorts } from './ports.ts';
import { syncJob } from './sync.job.ts';

/** The safety net under what mailboxes tell by themselves: every active one is synced, its labels too. */
export const lookJob = defineJob({
  type: 'sync.look',
  title: 'Look into every mailbox',
  payload: z.strictObject({}),
  keepCompleted: false,
  singletonKey: () => 'sync.look',
  run: async (ctx: JobContext<IngestPorts>) => {
    const active = (await listAccounts(ctx.app.db)).filter((account) => account.status === 'active');
    for (const { id, userId } of active) await ctx.enqueue(syncJob, { accountId: id }, { userId });
    ctx.note({ accounts: active.length });
  },
});
