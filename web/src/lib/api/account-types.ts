import type { Id, Instant } from './types.ts';

export type AccountStatus = 'active' | 'syncing' | 'paused' | 'needs_user' | 'error' | 'removing' | 'removed';
export type Provider = 'gmail' | 'imap' | 'local';

/** How far long work has come. */
export interface Progress {
  done: number;
  /** Null while nobody knows. */
  total: number | null;
  /** What is counted, for people: `messages`. */
  unit: string;
  ratePerSecond: number | null;
  secondsLeft: number | null;
}

/** Bringing in the older mail of a new account. */
export interface Backfill extends Progress {
  state: 'running' | 'paused' | 'finished';
  finishedAt: Instant | null;
}

export interface Quota {
  unitsLastMinute: number;
  unitsToday: number;
  unitsPerMinute: number;
  slowUntil: Instant | null;
  sendsRestUntil: Instant | null;
  projectRestsUntil: Instant | null;
}

export interface AccountSignIn {
  kind: 'oauth' | 'password';
  since: Instant | null;
  /** What was granted, for people. */
  access: string | null;
  /** When it is expected to end. */
  endsAt: Instant | null;
  endsBecause: string | null;
}

/** received = decided + waiting + unexplained. */
export interface LedgerCounts {
  received: number;
  decided: number;
  waiting: number;
  unexplained: number;
}

/** What the account page shows beside the account itself. */
export interface AccountFigures {
  ledger: LedgerCounts;
  /** From the mailbox receiving a message to its being here. */
  lag: { medianMs: number; worstMs: number } | null;
  lastMailAt: Instant | null;
  /** What keeps mail from coming in, a sentence each. */
  troubles: string[];
  gapSince: Instant | null;
  watch: { renewedAt: Instant; endsAt: Instant | null } | null;
  quota: Quota | null;
  signIn: AccountSignIn | null;
  /** Servers of an IMAP account. */
  settings: Record<string, unknown> | null;
  connectedAt: Instant;
}

export interface Account {
  id: Id;
  email: string;
  displayName: string | null;
  provider: Provider;
  status: AccountStatus;
  /** What is wrong and what to do, when `status` is `needs_user`, `error` or `paused`. */
  statusDetail: string | null;
  messages: number;
  lastSyncAt: Instant | null;
  importProgress?: Progress;
  backfill?: Backfill;
  removal?: Progress;
  figures?: AccountFigures;
}

// Connecting

/** What can be connected here, and what is missing for it. */
export interface ConnectWays {
  gmail: {
    ready: boolean;
    /** What the sign-in asks Google for. */
    access: 'watch_only' | 'normal' | 'full';
    /** Where Google sends the browser back to. */
    redirectUri: string;
    problem: string | null;
  };
  imap: boolean;
  /** Whether this person may have files of the machine read. */
  archive: boolean;
}

export type Security = 'tls' | 'starttls' | 'none';

export interface MailServer {
  host: string;
  port: number;
  security: Security;
}

export interface ImapGuess {
  known: boolean;
  hint: string | null;
  imap: MailServer;
  smtp: MailServer | null;
  username: string;
}

export interface ImapDraft {
  email: string;
  password: string;
  username?: string;
  imap?: MailServer;
  smtp?: MailServer | null;
}

/** What a mailbox said when it was tried. */
export interface MailboxHealth {
  email: string;
  messages: number | null;
  notes: string[];
}
