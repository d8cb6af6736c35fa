import { z } from 'zod';
import { GONE_AGAIN_MS, MESSAGE_ATTEMPTS } from '#config/limits-ingest.ts';
import type { Tx } from '#db/db.ts';
import { knownInLedger } from '#mail/ledger-store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { toMs } from '#std/time.ts';
import { judgingLive, KnownLabels } from './known-labels.ts';
import type { IngestPorts } from './ports.ts';
import { type Prepared, prepare, storeBatch } from './take-in.ts';

/** Takes in one message that its mailbox could not give, or said was gone, when the others came. */
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
    // As if for the first time: what can't be had is this job's to try again.
    const prepared = await prepare(app, { ...where, attempt: 1 }, { ids: [id], others: [] });
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

/**
 * Has what a batch did not get asked for again, one by one, in the transaction that stores the rest of it: what the mailbox
 * cannot give until it can, and what it says is gone once, a little later, since a part of it may not have heard of it yet.
 */
export const askAgain = async (
  ctx: JobContext<IngestPorts>,
  tx: Tx,
  { accountId, prepared }: { accountId: string; prepared: Prepared },
): Promise<void> => {
  const here = new Set(prepared.mails.map(({ id }) => id));
  const withheld = new Set(prepared.withheld);
  const laterMs = ctx.app.clock.ms() + GONE_AGAIN_MS;
  for (const providerMessageId of prepared.unknown) {
    if (here.has(providerMessageId)) continue;
    const more = withheld.has(providerMessageId) ? {} : { notBeforeMs: laterMs };
    await ctx.enqueue(messageJob, { accountId, providerMessageId }, { tx, ...more });
  }
};
