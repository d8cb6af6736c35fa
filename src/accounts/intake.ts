import type { Instant } from '#std/time.ts';

/** How far taking in the mail of an account has come, beside its cursor. Kept in its state. */
export interface Intake {
  /** When its mailbox was last looked into with success. */
  lastSyncAt?: Instant;
  /** Mail received before this is not ours. Absent where the whole mailbox is. */
  since?: Instant;
  /** The furthest cursor that a watch told of. */
  told?: string;
  /** When its labels were last compared. */
  labelsAt?: Instant;
  /** Labels that messages named and its list did not have: nobody need look for them at every message. */
  soughtLabels?: string[];
  /** Changes that the provider can no longer tell of, until a reconcile has closed it. */
  gap?: Gap | null;
  backfill?: Backfill;
  /** What the provider said when it was last asked to go on telling of changes. */
  watch?: { renewedAt: Instant; endsAt: Instant | null };
}

export interface Gap {
  /** Names this one gap among all that an account may have in its life. */
  occasion: string;
  foundAt: Instant;
}

/** Bringing in the older mail of a new account, newest first. */
export interface Backfill {
  startedAt: Instant;
  finishedAt: Instant | null;
  /** By hand. */
  paused: boolean;
  /** The page that is being worked on; null is the first. */
  page: string | null;
  /** Messages of the pages before it. */
  before: number;
  /** Messages that were looked at, those of this page included, and those of them that were brought in. */
  done: number;
  taken: number;
  /** The provider's guess of how many there are. */
  total: number | null;
  /** Messages a second, lately. */
  perSecond: number | null;
}

/** Whether mail that we should have may still be missing because we never heard of it. */
export const isCatchingUp = ({ gap, backfill }: Intake): boolean =>
  (gap ?? null) !== null || (backfill !== undefined && backfill.finishedAt === null);
