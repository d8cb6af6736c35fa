import { countActions } from '#actions/store.ts';
import type { Db } from '#db/db.ts';
import type { ActionStatus } from '#db/enums.ts';
import { countTakenInSince } from '#mail/count-store.ts';
import { countLedger, type LedgerCounts } from '#mail/ledger-store.ts';
import { countMessages } from '#mail/message-store.ts';
import { countJobs, liveJobKeys } from '#queue/count-store.ts';
import type { JobState } from '#queue/job.ts';

/** What came in and what became of it. */
export interface Status {
  ledger: LedgerCounts;
  /** Messages in the mailboxes now. */
  messages: number;
  actions: Partial<Record<ActionStatus, number>>;
  jobs: Partial<Record<JobState, number>>;
  /** States of which there may be more jobs than told: counting them ends at some thousands. */
  moreJobs: JobState[];
}

/** The idempotency key of the job that decides a message; see `#triage/classify.job.ts`. */
const KEY = 'classify:';

/** Of these messages, those that a job will still decide. */
const withLiveJob =
  (db: Db) =>
  async (ids: string[]): Promise<Set<string>> => {
    const live = await liveJobKeys(
      db,
      ids.map((id) => KEY + id),
    );
    return new Set(ids.filter((id) => live.has(KEY + id)));
  };

/** The ledger of what was taken in since a time, in milliseconds since 1970. */
export const ledgerSince = async (
  { db }: { db: Db },
  userId: string,
  sinceMs: number,
): Promise<LedgerCounts> => {
  const { received, decided, open } = await countTakenInSince(db, { userId, sinceMs });
  const waiting = (await withLiveJob(db)(open)).size;
  return { received, decided, waiting, unexplained: open.length - waiting };
};

/** The ledger of one account, or of all of a user's. */
export const ledgerOfAccount = (
  { db }: { db: Db },
  scope: { userId: string; accountId?: string },
): Promise<LedgerCounts> => countLedger(db, scope, withLiveJob(db));

/** The state of one user's mail, counted now. */
export const statusOf = async ({ db }: { db: Db }, userId: string): Promise<Status> => {
  const jobs = await countJobs(db, userId);
  return {
    ledger: await ledgerOfAccount({ db }, { userId }),
    messages: await countMessages(db, { userId }),
    actions: await countActions(db, userId),
    jobs: jobs.counts,
    moreJobs: jobs.more,
  };
};
