import type { AccountStatus } from '#db/enums.ts';
import type { Instant } from '#std/time.ts';
import type { Intake } from './intake.ts';

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
export interface AccountState extends Intake {
  import?: ImportProgress;
  /** Set when its owner removed it; an account whose mail was kept stays so, one whose mail goes is deleted at the end. */
  removal?: Removal;
}

export interface Removal {
  at: Instant;
  mail: 'keep' | 'delete';
  /** Messages that are gone, and those that there were. */
  done: number;
  total: number;
  finishedAt: Instant | null;
}

/** Whether it was removed, whatever became of its mail. */
export const isRemoved = ({ state }: Pick<Account, 'state'>): boolean => state.removal !== undefined;

export interface ImportProgress {
  /** The archive's file name, without its folder. */
  name: string;
  doneBytes: number;
  totalBytes: number;
  messages: number;
  startedAt: Instant;
  finishedAt: Instant | null;
}
