import { z } from 'zod';
import { moveCursor } from '#accounts/store.ts';
import { LIST_PAGE } from '#config/limits.ts';
import { knownInLedger } from '#mail/ledger-store.ts';
import type { MailChange } from '#mail/port.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { IngestPorts } from './ports.ts';
import { notJudged } from './sync.job.ts';
import { batchesOf, prepare, storeBatch } from './take-in.ts';

/**
 * Closes a gap that the provider can no longer tell us about: lists the whole mailbox, takes in what the ledger does not
 * know, and goes on from the moment the listing began. Mail that is known is not judged again.
 */
export const reconcileJob = defineJob({
  type: 'reconcile',
  // The occasion is the cursor that expired, so that a second gap is never taken for the first.
  payload: z.strictObject({ accountId: z.string(), occasion: z.string() }),
  serialKey: (p) => `sync:${p.accountId}`,
  idempotencyKey: (p) => `reconcile:${p.accountId}:${p.occasion}`,
  timeoutMs: 6 * 3_600_000,
  run: async (ctx: JobContext<IngestPorts>, p) => {
    const { app, signal } = ctx;
    const { account, mailbox } = await app.openMailbox(p.accountId);
    if ((account.syncCursor ?? '') !== p.occasion) return { messages: 0 };
    const cursor = await mailbox.cursor();
    const where = { account, mailbox, notJudged: notJudged(await mailbox.labels()) };
    let messages = 0;
    let page: string | null = null;
    do {
      signal.throwIfAborted();
      const listed: { ids: string[]; next: string | null } = await mailbox.list(page, LIST_PAGE);
      const known = await knownInLedger(app.db, account.id, listed.ids);
      const missing = listed.ids
        .filter((id) => !known.has(id))
        .map((id): MailChange => ({ kind: 'added', id }));
      for (const batch of batchesOf(missing)) {
        const prepared = await prepare(app, where, batch);
        crashpoint('reconcile.fetched');
        messages += await ctx.write((tx) =>
          storeBatch(app, tx, { context: { ...where, now: app.clock.now() }, prepared }),
        );
      }
      crashpoint('reconcile.stored');
      await ctx.heartbeat();
      page = listed.next;
    } while (page !== null);
    await ctx.write((tx) =>
      moveCursor(tx, { id: account.id, from: account.syncCursor, to: cursor, now: app.clock.now() }),
    );
    crashpoint('reconcile.moved');
    return { messages };
  },
});
