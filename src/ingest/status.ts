import { listAccounts } from '#accounts/store.ts';
import { countActions } from '#actions/store.ts';
import type { Db } from '#db/db.ts';
import type { ActionStatus } from '#db/enums.ts';
import { takenInSince } from '#mail/count-store.ts';
import { countOpenAmong, countTold, openInLedger } from '#mail/ledger-store.ts';
import { countMessages } from '#mail/message-store.ts';
import { countJobs, liveJobKeys } from '#queue/count-store.ts';
import type { JobState } from '#queue/job.ts';

/** What became of the messages that the mailboxes told of. */
export interface LedgerCounts {
  /** All of them. */
  received: number;
  /** Decided by a rule, a model or a person; or looked at and left alone; or given up with a reason. */
  decided: number;
  /** A job will decide them. */
  waiting: number;
  /** Neither: nothing will ever decide them. Must be 0. */
  unexplained: number;
}

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

interface Ports {
  db: Db;
}

/** The idempotency key of the job that decides a message; see `#triage/classify.job.ts`. */
const KEY = 'classify:';

type Open = Pick<LedgerCounts, 'waiting' | 'unexplained'>;

/** What will become of messages that were not decided a moment ago; those that are by now count as neither. */
const explain = async (db: Db, open: readonly string[]): Promise<Open> => {
  const live = await liveJobKeys(
    db,
    open.map((id) => KEY + id),
  );
  const left = open.filter((id) => !live.has(KEY + id));
  return { waiting: live.size, unexplained: await countOpenAmong(db, left) };
};

/** To be called with what was received after the rest was counted, so that no more was decided than came. */
const countsOf = (received: number, { waiting, unexplained }: Open): LedgerCounts => ({
  received,
  decided: received - waiting - unexplained,
  waiting,
  unexplained,
});

/** The ledger of what was taken in since a time, in milliseconds since 1970. */
export const ledgerSince = async ({ db }: Ports, userId: string, sinceMs: number): Promise<LedgerCounts> => {
  const { received, open } = await takenInSince(db, { userId, sinceMs });
  return countsOf(received, await explain(db, open));
};

/** The ledger of one account. */
export const ledgerOfAccount = async ({ db }: Ports, accountId: string): Promise<LedgerCounts> => {
  const sum: Open = { waiting: 0, unexplained: 0 };
  for await (const open of openInLedger(db, accountId)) {
    const { waiting, unexplained } = await explain(db, open);
    sum.waiting += waiting;
    sum.unexplained += unexplained;
  }
  return countsOf(await countTold(db, accountId), sum);
};

/** The ledger of all accounts of a user. */
export const ledgerOfUser = async ({ db }: Ports, userId: string): Promise<LedgerCounts> => {
  const sum: LedgerCounts = { received: 0, decided: 0, waiting: 0, unexplained: 0 };
  for (const { id } of await listAccounts(db, userId)) {
    const counts = await ledgerOfAccount({ db }, id);
    sum.received += counts.received;
    sum.decided += counts.decided;
    sum.waiting += counts.waiting;
    sum.unexplained += counts.unexplained;
  }
  return sum;
};

/** The state of one user's mail, counted now. */
export const statusOf = async ({ db }: Ports, userId: string): Promise<Status> => {
  const jobs = await countJobs(db, userId);
  return {
    ledger: await ledgerOfUser({ db }, userId),
    messages: await countMessages(db, userId),
    actions: await countActions(db, userId),
    jobs: jobs.counts,
    moreJobs: jobs.more,
  };
};
