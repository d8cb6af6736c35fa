import type { Account } from '#accounts/account.ts';
import { LAG_MESSAGES, SILENCE_TOLD, SYNC_OVERDUE_MS } from '#config/limits-ingest.ts';
import type { Db } from '#db/db.ts';
import { newestTimes } from '#mail/arrival-store.ts';
import type { Clock } from '#std/clock.ts';
import { type Instant, toInstant, toMs } from '#std/time.ts';
import { rhythmOf } from './rhythm.ts';
import { type LedgerCounts, ledgerOfAccount } from './status.ts';

/** What one account has taken in, and whether its mail flows. */
export interface AccountStatus {
  ledger: LedgerCounts;
  /** When its mailbox was last looked into with success. */
  lastSyncAt: Instant | null;
  /** Milliseconds from the mailbox's receiving a message to our storing it, of the newest live mail; null before any came. */
  lag: { medianMs: number; worstMs: number } | null;
  /** Since when changes may be missing that the provider no longer tells of. */
  gapSince: Instant | null;
  /** The latest time at which a message came. */
  lastMailAt: Instant | null;
  /** A sentence each for its owner: what keeps mail from coming in. Empty when all is well. */
  troubles: string[];
}

type Ports = { db: Db; clock: Clock };

/** Counts and judges one account now. Costs a walk through its ledger. */
export const accountStatus = async (ports: Ports, account: Account): Promise<AccountStatus> => {
  const { id: accountId, state } = account;
  return {
    ledger: await ledgerOfAccount(ports, accountId),
    lastSyncAt: state.lastSyncAt ?? null,
    lag: await lagOf(ports, account),
    gapSince: state.gap?.foundAt ?? null,
    ...(await flowOf(ports, account)),
  };
};

/** Mail that was there before the account was connected, and mail of a gap, says nothing of how fast new mail comes in. */
const lagOf = async ({ db }: Ports, account: Account): Promise<AccountStatus['lag']> => {
  const { id, userId, createdAt } = account;
  const newest = await newestTimes(db, { id, userId, limit: LAG_MESSAGES });
  const lags = newest
    .filter(({ receivedAt }) => receivedAt >= createdAt)
    .map(({ receivedAt, storedAt }) => Math.max(0, toMs(storedAt) - toMs(receivedAt)))
    .sort((a, b) => a - b);
  const median = lags[Math.floor(lags.length / 2)];
  const worst = lags.at(-1);
  return median === undefined || worst === undefined ? null : { medianMs: median, worstMs: worst };
};

/** Whether mail flows into this account, for its status and the doctor. Cheap. */
export const flowOf = async (
  { db, clock }: Ports,
  account: Account,
): Promise<Pick<AccountStatus, 'lastMailAt' | 'troubles'>> => {
  const { limitMs, lastMs } = await rhythmOf(db, account);
  const lastMailAt = lastMs === null ? null : toInstant(lastMs);
  if (account.status !== 'active') return { lastMailAt, troubles: [] };
  const nowMs = clock.ms();
  const troubles: string[] = [];
  const { lastSyncAt, watch, gap } = account.state;
  const looked = toMs(lastSyncAt ?? account.createdAt);
  if (nowMs - looked > SYNC_OVERDUE_MS) {
    troubles.push(
      `Its mailbox could not be looked into since ${toInstant(looked)}. \`ashford jobs list\` shows why.`,
    );
  }
  if (watch?.endsAt && toMs(watch.endsAt) < nowMs) {
    troubles.push(
      `The provider stopped telling of new mail at ${watch.endsAt}; it is found later, by asking. Ashford asks for it again every day.`,
    );
  }
  if (gap) {
    troubles.push(`Changes since before ${gap.foundAt} are being looked for by comparing the whole mailbox.`);
  }
  // An archive, into which mail never flowed, does not fall silent.
  const hasFlowed = lastMs !== null && lastMs >= toMs(account.createdAt);
  if (hasFlowed && nowMs - lastMs > limitMs * SILENCE_TOLD) {
    troubles.push(
      `No mail has come since ${lastMailAt}, which is unusual for it. The mailbox answers; see whether it gets mail elsewhere.`,
    );
  }
  return { lastMailAt, troubles };
};
