import { z } from 'zod';
import { listAccounts, mergeAccountState } from '#accounts/store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { IngestPorts } from './ports.ts';

type Ctx = JobContext<IngestPorts>;

/** Asks the provider of one mailbox, or of every one, to go on telling of changes, where it must be asked. */
export const renewWatchJob = defineJob({
  type: 'watch.renew',
  title: 'Go on being told of new mail',
  payload: z.strictObject({
    /** Every active account when left out. */
    accountId: z.string().optional(),
  }),
  keepCompleted: false,
  maxAttempts: 10,
  serialKey: (p) => `watch:${p.accountId ?? 'all'}`,
  singletonKey: (p) => `watch:${p.accountId ?? 'all'}`,
  run: async (ctx: Ctx, p) => {
    if (p.accountId !== undefined) return renewOne(ctx, p.accountId);
    const active = (await listAccounts(ctx.app.db)).filter((account) => account.status === 'active');
    for (const { id, userId } of active) await ctx.enqueue(renewWatchJob, { accountId: id }, { userId });
    ctx.note({ accounts: active.length });
    return undefined;
  },
});

const renewOne = async (ctx: Ctx, accountId: string): Promise<void> => {
  const { account, mailbox } = await ctx.app.openMailbox(accountId);
  const endsAt = await mailbox.renewWatch?.();
  if (endsAt === undefined) return;
  crashpoint('watch.renewed');
  await ctx.write(async (tx) => {
    const now = ctx.app.clock.now();
    await mergeAccountState(tx, { id: account.id, part: { watch: { renewedAt: now, endsAt } }, now });
  });
};
