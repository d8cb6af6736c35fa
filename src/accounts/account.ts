import type { AccountStatus } from '#db/enums.ts';
import type { Instant } from '#std/time.ts';

/** One mailbox at a provider. */
export interface Account {
  id: string;
  userId: string;
  /** A kind of `mail/providers/catalog.ts`. */
  provider: string;
  email: string;
  displayName: string;
  status: AccountStatus;
  /** Why it is not active, in a sentence for its owner. */
  statusReason: string | null;
  config: unknown;
  state: AccountState;
  /** Where the next sync goes on from; null before the first one. */
  syncCursor: string | null;
  createdAt: Instant;
}

/** What changes while an account lives, beside its cursor. */
export interface AccountState {
  import?: ImportProgress;
  lastSyncAt?: Instant;
}

export interface ImportProgress {
  /** The archive's file name, without its folder. */
  name: string;
  doneBytes: number;
  totalBytes: number;
  messages: number;
  startedAt: Instant;
  finishedAt: Instant | null;
}
