import { z } from 'zod';
import type { Account } from '#accounts/account.ts';
import { listAccounts, lockAccount, mergeAccountState } from '#accounts/store.ts';
import { syncLabels } from '#mail/label-store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { followLabels } from './follow-labels.ts';
import type { IngestPorts } from './ports.ts';

type Ctx = JobContext<IngestPorts>;

/** Takes in the labels of one mailbox, or of every one, and switches off rules whose label is gone. */
export const labelsJob = defineJob({
  type: 'labels.sync',
  title: 'Compare the labels of a mailbox',
  payload: z.strictObject({
    /** Every active account when left out. */
    accountId: z.string().optional(),
  }),
  keepCompleted: false,
  serialKey: (p) => `labels:${p.accountId ?? 'all'}`,
  singletonKey: (p) => `labels:${p.accountId ?? 'all'}`,
  run: async (ctx: Ctx, p) => {
    if (p.accountId !== undefined) return syncOne(ctx, p.accountId);
    const active = (await listAccounts(ctx.app.db)).filter((account) => account.status === 'active');
    for (const { id, userId } of active) await ctx.enqueue(labelsJob, { accountId: id }, { userId });
    ctx.note({ accounts: active.length });
    return undefined;
  },
});

const syncOne = async (ctx: Ctx, accountId: string): Promise<void> => {
  const { account, mailbox } = await ctx.app.openMailbox(accountId);
  // What is made here while the list is on its way cannot be in it.
  const asOf = ctx.app.clock.now();
  const remote = await mailbox.labels();
  crashpoint('labels.listed');
  await ctx.write(async (tx) => {
    const now = ctx.app.clock.now();
    // The state as it is now says since when rules were not looked after.
    const current: Account | undefined = await lockAccount(tx, accountId);
    if (!current) return;
    await syncLabels(tx, { userId: account.userId, accountId, remote, newId: ctx.app.newId, now, asOf });
    const { labelsAt = null } = current.state;
    // A time that is still to come was noted by a clock that was wrong: what went just now is after it.
    const since = labelsAt !== null && labelsAt > now ? now : labelsAt;
    await followLabels(ctx.app, tx, { account: current, since });
    const listed = new Set(remote.map((label) => label.id));
    const soughtLabels = (current.state.soughtLabels ?? []).filter((label) => !listed.has(label));
    await mergeAccountState(tx, { id: accountId, part: { labelsAt: now, soughtLabels }, now });
  });
  crashpoint('labels.committed');
};
