import { z } from 'zod';
import { MESSAGE_ATTEMPTS } from '#config/limits-ingest.ts';
import type { Tx } from '#db/db.ts';
import { knownInLedger } from '#mail/ledger-store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { toMs } from '#std/time.ts';
import { judgingLive, KnownLabels } from './known-labels.ts';
import type { IngestPorts } from './ports.ts';
import { type Prepared, prepare, storeBatch } from './take-in.ts';

/** Takes in one message that its mailbox could not give when the others came. */
export const messageJob = defineJob({
  type: 'ingest.message',
  title: 'Take in a message that could not be had',
  payload: z.strictObject({ accountId: z.string(), providerMessageId: z.string() }),
  maxAttempts: MESSAGE_ATTEMPTS,
  singletonKey: (p) => `ingest.message:${p.accountId}:${p.providerMessageId}`,
  fairKey: (p) => p.accountId,
  run: async (ctx: JobContext<IngestPorts>, { accountId, providerMessageId: id }) => {
    const { app } = ctx;
    const where = await app.openMailbox(accountId);
    if ((await knownInLedger(app.db, accountId, [id])).stored.has(id)) return { messages: 0 };
    const labels = await KnownLabels.of(ctx, where);
    const prepared = await prepare(app, { ...where, attempt: ctx.attempt }, { ids: [id], others: [] });
    const messages = await ctx.write(async (tx) => {
      const now = app.clock.now();
      const judging = judgingLive(where.account, labels.notJudged, toMs(now));
      const stored = await storeBatch(app, tx, { account: where.account, judging, prepared, now });
      await labels.lookFor(tx, prepared);
      return stored;
    });
    return { messages };
  },
});

/** Has what a batch could not get asked for again, one by one, in the transaction that stores the rest of it. */
export const askAgain = async (
  ctx: JobContext<IngestPorts>,
  tx: Tx,
  { accountId, withheld }: { accountId: string } & Pick<Prepared, 'withheld'>,
): Promise<void> => {
  for (const providerMessageId of withheld) {
    await ctx.enqueue(messageJob, { accountId, providerMessageId }, { tx });
  }
};
