import type { Account } from '#accounts/account.ts';
import type { Backfill } from '#accounts/intake.ts';
import { findAnyAccount, mergeAccountState, moveCursor } from '#accounts/store.ts';
import { BACKFILL_DAYS } from '#config/limits-ingest.ts';
import type { Mailbox } from '#mail/port.ts';
import type { JobContext } from '#queue/context.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { type Instant, toInstant } from '#std/time.ts';
import { backfillJob } from './backfill.job.ts';
import type { IngestPorts } from './ports.ts';

const DAY_MS = 86_400_000;

/**
 * Begins a new account where the mailbox does not tell its whole history: it is followed from this moment on, and a
 * backfill brings in what is older, back to the account's start. All of it is one transaction; run again, it does nothing.
 */
export const beginAccount = async (
  ctx: JobContext<IngestPorts>,
  { account, mailbox }: { account: Account; mailbox: Mailbox },
): Promise<Account> => {
  if (account.syncCursor !== null || mailbox.can.wholeHistory) return account;
  const { app } = ctx;
  // Before anything else: what happens from here on is told as a change.
  const cursor = await mailbox.cursor();
  crashpoint('begin.asked');
  const nowMs = app.clock.ms();
  const since = toInstant(Math.max(0, nowMs - (mailbox.backfillDays ?? BACKFILL_DAYS) * DAY_MS));
  await ctx.write(async (tx) => {
    const now = toInstant(nowMs);
    if (!(await moveCursor(tx, { id: account.id, from: null, to: cursor, now }))) return;
    const part = { since, backfill: newBackfill(now), lastSyncAt: now };
    await mergeAccountState(tx, { id: account.id, part, now });
    await ctx.enqueue(backfillJob, { accountId: account.id }, { tx });
    crashpoint('begin.storing');
  });
  crashpoint('begin.committed');
  return (await findAnyAccount(app.db, account.id)) ?? account;
};

const newBackfill = (startedAt: Instant): Backfill => ({
  startedAt,
  finishedAt: null,
  paused: false,
  page: null,
  before: 0,
  done: 0,
  taken: 0,
  total: null,
  perSecond: null,
});
