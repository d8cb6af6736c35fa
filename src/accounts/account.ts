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
  /** Of an account that its owner signed in to at its provider. */
  signIn?: SignInFacts;
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

/** What is known of a sign-in, without its secrets. */
export interface SignInFacts {
  /** When its owner said yes, or typed the password in. */
  at: Instant;
  /** What was granted. */
  scopes?: readonly string[];
  /** When it ends, where the provider said so. */
  endsAt?: Instant;
  /** Of the access token: when it was last renewed, and when it ends. */
  renewedAt?: Instant;
  tokenEndsAt?: Instant;
}

/** What jobs of an account wait for while it is stopped; whoever makes it work again wakes them by it. */
export const waitsForAccount = (accountId: string): string => `account:${accountId}`;

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
