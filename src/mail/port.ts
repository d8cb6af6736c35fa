import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import type { LabelRole, MailState, ParsedMail } from './message.ts';
import type { MailPatch } from './patch.ts';
import type { Untrusted } from './untrusted.ts';

/** What a provider can do. The rest of the program asks these, never which provider it has. */
export interface MailCapabilities {
  push: boolean;
  /** False where the sign-in allows reading only. */
  modify: boolean;
  permanentDelete: boolean;
  /** Labels live at the provider, so other mail clients see them too. */
  serverLabels: boolean;
  send: boolean;
  /**
   * `changes(null)` tells the whole mailbox. Where it is false, a new account begins at this moment and its older mail is
   * brought in by a backfill.
   */
  wholeHistory: boolean;
}

export interface RemoteLabel {
  /** Stable across renames. */
  id: string;
  name: string;
  role: LabelRole | null;
}

/** One thing that happened in the mailbox. A change may be told twice and must then change nothing. */
export type MailChange =
  | { kind: 'added'; id: string; sizeBytes?: number }
  | { kind: 'changed'; id: string; state: MailState }
  /** What was set and taken away, where the provider does not say what the state is now. */
  | { kind: 'patched'; id: string; patch: MailPatch }
  | { kind: 'gone'; id: string };

export interface ChangePage {
  /** Oldest first. */
  changes: MailChange[];
  /** Where to go on from; opaque. Store it in the transaction that stores what this page led to. */
  cursor: string;
  more: boolean;
}

/** Bytes to parse, or what the provider has parsed for us. */
export type MailContent = RawContent | { parsed: Untrusted<ParsedMail> };

export interface RawContent {
  raw: Uint8Array;
  /** What the bytes say otherwise than the message does: `asSent` puts it right after they were parsed. */
  corrections?: Corrections;
}

/** Of bytes that were put together from what a provider tells of a message. */
export interface Corrections {
  /** The headers of the message itself, in order, as `parseMail` would read them. */
  headers: [name: string, value: string][];
  /** Bytes of each attachment that was left out; null: it is there. */
  attachmentBytes: (number | null)[];
  /** Which limits cut it. */
  notes?: string[];
}

export interface FetchedMail {
  id: string;
  /** The provider's own thread id, where it has one. */
  threadKey: string | null;
  /** When the mailbox received it. */
  internalDate: Instant;
  sizeBytes: number;
  state: MailState;
  content: MailContent;
  /** A copy, outside the inbox, of a message that lies in another folder: nothing came with it. */
  isCopy?: boolean;
}

/** A message on its way out, made whole and stored before anything is sent. */
export interface Outgoing {
  /** 128 bits as hex: the same for every try. Stands in the header `X-Op-Id`. */
  opId: string;
  /** Of its Message-ID header, without the angle brackets. */
  messageId: string;
  raw: Uint8Array;
  /** The SMTP envelope. */
  from: string;
  recipients: readonly string[];
  /** The provider's own id of the thread that it answers in. */
  threadKey: string | null;
  /** What `stage` gave. */
  stagedId: string | null;
  /** When it was made: nothing older can be its trace. */
  since: Instant;
}

/**
 * `bulk` is work that nobody waits for: filling in older mail, comparing a mailbox with the ledger. Where the provider
 * limits how much may be asked, it gets what is left.
 */
export type Lane = 'interactive' | 'bulk';

/** `interactive` when it is not said. */
export interface InLane {
  lane?: Lane;
}

export interface ListOptions extends InLane {
  /** Only what was received from then on. */
  since?: Instant;
}

/** What became of a send whose answer never came. */
export type SendTrace = { kind: 'sent'; id: string | null } | { kind: 'not-sent' } | { kind: 'unknown' };

/** A message and the state it is in, as the mailbox has it now. */
export interface Surveyed {
  id: string;
  state: MailState;
}

/** One account at its provider. Methods throw AppErrors: `transient`, `needs-user` (sign in again), `limit`, `permanent`. */
export interface Mailbox {
  readonly can: MailCapabilities;
  /** Days of older mail that a new account brings in. Asked only where `can.wholeHistory` is false. */
  readonly backfillDays?: number;
  labels(): Promise<RemoteLabel[]>;
  /** Returns the label of that name (compared without case), making it first when there is none. */
  ensureLabel(name: string): Promise<RemoteLabel>;
  /**
   * Changes after `cursor`, or from the beginning when it is null. `{ expired: true }` when the provider no longer knows
   * the cursor: list the mailbox and compare with the ledger.
   */
  changes(cursor: string | null, limit: number): Promise<ChangePage | { expired: true }>;
  /** Whether the cursor stands at or behind the moment that `onChange` of a watch told of, so that asking tells nothing new. */
  hasReached(cursor: string, told: string): boolean;
  /**
   * The provider's own view, newest first, by page; what a search of the provider does not find yet comes with the first
   * page, beyond the limit. `total` is a guess of how many there are, where one is to be had. Throws `mail.page-expired` (conflict) when the page is no longer known.
   */
  list(
    page: string | null,
    limit: number,
    o?: ListOptions,
  ): Promise<{ ids: string[]; next: string | null; total?: number }>;
  /**
   * Every message received since, with its state, in pages of at most `limit`, each once unless it arrives meanwhile. The
   * states of every page may be as old as the asking for the first one.
   */
  survey(since: Instant | null, limit: number, o?: InLane): AsyncIterable<Surveyed[]>;
  /** The cursor that names this moment. */
  cursor(): Promise<string>;
  /** Messages that are gone are left out. May throw `FetchStopped`, which has what came before. */
  fetch(ids: readonly string[], o?: InLane): Promise<FetchedMail[]>;
  /** null: the message is gone. */
  state(id: string): Promise<MailState | null>;
  /**
   * What the patch comes to on a message in that state: here leaving the inbox may mean to move into another folder. Pure
   * but for what the provider knows of its folders. What was expanded is what `modify` does and what an undo inverts.
   */
  expand(patch: MailPatch, state: MailState): Promise<MailPatch>;
  /** Sets and removes; sending the same patch twice gives the same state. Returns the state after it, null when the message is gone. */
  modify(id: string, patch: MailPatch): Promise<MailState | null>;
  /** For ever. Deleting what is gone is no error. */
  delete(id: string): Promise<void>;
  findByMessageId(rfc822MessageId: string): Promise<string[]>;
  /** The decoded bytes of one attachment; null when the message or the attachment is gone. */
  attachment(id: string, index: number): Promise<Uint8Array | null>;
  /** The whole raw message; null when it is gone. */
  raw(id: string): Promise<Uint8Array | null>;
  /** Returns the id of the draft's message. */
  createDraft(raw: Uint8Array, threadKey: string | null): Promise<string>;
  /**
   * Puts a mail where it waits to be sent, or finds the copy that an earlier try left there. null where there is no such
   * place. Harmless: nothing leaves.
   */
  stage(mail: Outgoing): Promise<string | null>;
  /**
   * Sends it, once. Returns the id of the message in Sent, null where that is not known. Throws `mail.send-unknown`
   * (transient) when the answer never came: then only `traceSend` tells. After any other AppError that may pass,
   * it certainly did not leave. `onRefused` is called when it left, but not for these of its recipients.
   */
  send(mail: Outgoing, onRefused?: (recipients: readonly string[]) => void): Promise<string | null>;
  /** Looks for what became of it. Reads only. `not-sent` only where that is certain. */
  traceSend(mail: Outgoing): Promise<SendTrace>;
  /** Takes away what `stage` put down. Taking away what is gone is no error. */
  unstage(mail: Outgoing): Promise<void>;
  /**
   * Calls `onChange` when the mailbox may have changed, with the cursor it was told of where there is one. What told of it
   * is acknowledged once the promise is kept, and told again when it is broken. Returns a function that stops it.
   */
  watch(onChange: (told?: string) => Promise<void> | void): () => void;
  /** Asks the provider to go on telling of changes. Returns until when it will; null where it does so by itself. */
  renewWatch?(): Promise<Instant | null>;
  /** Signs in and looks at the mailbox, for a person who wants to know whether it works. Throws what is wrong. */
  test(): Promise<MailboxHealth>;
}

/** What a person may know of how a mailbox stands at its provider. */
export interface MailboxHealth {
  /** Who the provider says we are. */
  email: string;
  /** Messages there, where the provider says. */
  messages: number | null;
  /** Sentences: which extensions the server has, which scopes were granted. */
  notes: string[];
}

/** What an account signs in with. The program keeps it encrypted and renews it. */
export interface SignIn {
  /** Throws `needs-user` when there is none. */
  secret(field: string): Promise<string>;
  /**
   * An OAuth access token that is good now. `refused` is one that the provider has just turned down: another one is got,
   * once for all who ask. Throws `needs-user` when the consent is gone.
   */
  accessToken(refused?: string): Promise<string>;
}

/** Of an account that needs none. */
export const NO_SIGN_IN: SignIn = {
  secret: () => Promise.reject(noSignIn()),
  accessToken: () => Promise.reject(noSignIn()),
};

const noSignIn = (): AppError =>
  new AppError('needs-user', 'accounts.no-sign-in', 'The account has no sign-in', {
    help: 'Sign in on the accounts page.',
  });

/** An account as its provider needs it. */
export interface AccountRef {
  id: string;
  userId: string;
  email: string;
  /** The provider's own settings, from `accounts.config_json`. */
  config: unknown;
  signIn: SignIn;
}

/** Units that a provider counts, for people. */
export interface ProviderUsage {
  /** Of about the last minute, and of the provider's day. */
  unitsLastMinute: number;
  unitsToday: number;
  /** What may be used in a minute now. */
  unitsPerMinute: number;
  /** Until when it works at half the pace. */
  slowUntil: Instant | null;
  /** Until when the provider takes no mail for sending. */
  sendsRestUntil: Instant | null;
  /** Until when the provider answers none of the accounts. */
  projectRestsUntil: Instant | null;
}

export interface MailProvider {
  readonly kind: string;
  readonly title: string;
  /** The name under which it writes Authentication-Results itself; absent where each server has its own. */
  readonly authServer?: string;
  /** Cheap: connections are made when they are needed, and kept by the provider for the account's next opening. */
  open(account: AccountRef): Mailbox;
  /** What the account has used of what the provider grants it; only where the provider counts. */
  usage?(accountId: string): Promise<ProviderUsage>;
  /** Lets go of what is kept for an account that was paused, changed or removed. */
  forget(accountId: string): Promise<void>;
  /** Lets go of everything. */
  close(): Promise<void>;
}
