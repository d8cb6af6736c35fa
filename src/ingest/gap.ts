import type { Account } from '#accounts/account.ts';
import { mergeAccountState, moveCursor } from '#accounts/store.ts';
import type { Mailbox } from '#mail/port.ts';
import type { JobContext } from '#queue/context.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { IngestPorts } from './ports.ts';
import { reconcileJob } from './reconcile.job.ts';

/**
 * The provider no longer knows where we stood: new mail is followed from this moment on, and what happened since `from` is
 * a gap, kept with the account until a reconcile has closed it. All of it is one transaction.
 */
export const openGap = async (
  ctx: JobContext<IngestPorts>,
  { account, mailbox, from }: { account: Account; mailbox: Mailbox; from: string | null },
): Promise<void> => {
  const { app } = ctx;
  const to = await mailbox.cursor();
  crashpoint('gap.asked');
  const occasion = app.newId();
  await ctx.write(async (tx) => {
    const now = app.clock.now();
    // Who moved it meanwhile found the gap as well.
    if (!(await moveCursor(tx, { id: account.id, from, to, now }))) return;
    const gap = { occasion, foundAt: now };
    await mergeAccountState(tx, { id: account.id, part: { gap, lastSyncAt: now }, now });
    await ctx.enqueue(reconcileJob, { accountId: account.id, occasion }, { tx });
  });
  crashpoint('gap.open');
};
