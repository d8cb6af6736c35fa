import type { Instant } from '#std/time.ts';
import type { LabelRole, MailState, ParsedMail } from './message.ts';
import type { MailPatch } from './patch.ts';
import type { Untrusted } from './untrusted.ts';

/** What a provider can do. The rest of the program asks these, never which provider it has. */
export interface MailCapabilities {
  push: boolean;
  permanentDelete: boolean;
  /** Labels live at the provider, so other mail clients see them too. */
  serverLabels: boolean;
  send: boolean;
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
  | { kind: 'gone'; id: string };

export interface ChangePage {
  /** Oldest first. */
  changes: MailChange[];
  /** Where to go on from; opaque. Store it in the transaction that stores what this page led to. */
  cursor: string;
  more: boolean;
}

export interface FetchedMail {
  id: string;
  /** The provider's own thread id, where it has one. */
  threadKey: string | null;
  /** When the mailbox received it. */
  internalDate: Instant;
  sizeBytes: number;
  state: MailState;
  /** Raw bytes to parse, or what the provider has parsed for us. */
  content: { raw: Uint8Array } | { parsed: Untrusted<ParsedMail> };
}

/** One account at its provider. Methods throw AppErrors: `transient`, `needs-user` (sign in again), `limit`, `permanent`. */
export interface Mailbox {
  readonly can: MailCapabilities;
  labels(): Promise<RemoteLabel[]>;
  /** Returns the label of that name (compared without case), making it first when there is none. */
  ensureLabel(name: string): Promise<RemoteLabel>;
  /**
   * Changes after `cursor`, or from the beginning when it is null. `{ expired: true }` when the provider no longer knows
   * the cursor: list the mailbox and compare with the ledger.
   */
  changes(cursor: string | null, limit: number): Promise<ChangePage | { expired: true }>;
  /** The provider's own view, newest first, by page. */
  list(page: string | null, limit: number): Promise<{ ids: string[]; next: string | null }>;
  /** The cursor that names this moment. */
  cursor(): Promise<string>;
  /** Messages that are gone are left out. */
  fetch(ids: readonly string[]): Promise<FetchedMail[]>;
  /** null: the message is gone. */
  state(id: string): Promise<MailState | null>;
  /** Sets and removes; sending the same patch twice gives the same state. Returns the state after it, null when the message is gone. */
  modify(id: string, patch: MailPatch): Promise<MailState | null>;
  /** For ever. Deleting what is gone is no error. */
  delete(id: string): Promise<void>;
  findByMessageId(rfc822MessageId: string): Promise<string[]>;
  /** The decoded bytes of one attachment; null when the message or the attachment is gone. */
  attachment(id: string, index: number): Promise<Uint8Array | null>;
  /** The whole raw message; null when it is gone. */
  raw(id: string): Promise<Uint8Array | null>;
  createDraft(raw: Uint8Array): Promise<string>;
  /** Returns the id of the message in Sent. */
  send(raw: Uint8Array): Promise<string>;
  /** Calls `onChange` when the mailbox may have changed. Returns a function that stops it. */
  watch(onChange: () => void): () => void;
}

/** An account as its provider needs it. */
export interface AccountRef {
  id: string;
  userId: string;
  email: string;
  /** The provider's own settings, from `accounts.config_json`. */
  config: unknown;
}

export interface MailProvider {
  readonly kind: string;
  readonly title: string;
  open(account: AccountRef): Mailbox;
}
