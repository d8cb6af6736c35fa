import type { Id, Instant } from './types.ts';

/** A sender as a digest shows one: plain text on one line. */
export interface Person {
  name: string;
  address: string;
}

export type SummaryTier = 'model' | 'fallback' | 'local' | 'first_sentences';

/** New mail of one thread. */
export interface DigestEntry {
  threadId: Id;
  /** The newest of the new messages. */
  messageId: Id;
  from: Person;
  subject: string;
  receivedAt: Instant;
  summary: { text: string; tier: SummaryTier };
  readingSeconds: number;
  attachments: { filename: string; mimeType: string; sizeBytes: number }[];
  moreAttachments: number;
  messageCount: number;
}

/** One thread, or those of a sender who has several. */
export type DigestGroup =
  | { kind: 'thread'; thread: DigestEntry }
  | {
      kind: 'sender';
      from: Person;
      threadCount: number;
      messageCount: number;
      threads: DigestEntry[];
      /** Threads that were left out. */
      more: number;
    };

export interface DigestWaiting {
  approvalId: Id;
  actionId: Id;
  verb: string;
  target: string;
  reasons: string[];
  expiresAt: Instant;
}

/** What one rule had done, or Ashford without a rule. */
export interface DigestDone {
  ruleId: Id | null;
  ruleName: string | null;
  messageCount: number;
  kinds: { type: string; title: string; count: number; undoable: boolean }[];
  moreKinds: number;
  /** The newest ones. */
  messages: { messageId: Id; threadId: Id; from: Person; subject: string; actionIds: Id[] }[];
  /** Messages that are not named. */
  more: number;
}

export interface DigestCount {
  what: 'received' | 'decided' | 'hidden' | 'action';
  type: string | null;
  title: string;
  count: number;
}

interface Section<Name extends string, Item> {
  section: Name;
  items: Item[];
  /** How many there were in all. */
  total: number;
  /** Items that were left out. */
  more: number;
}

export type DigestSection =
  | Section<'unread', DigestGroup>
  | Section<'waiting', DigestWaiting>
  | Section<'done', DigestDone>
  | Section<'counts', DigestCount>;

interface DigestHead {
  id: Id;
  /** The schedule that asked for it; null when a person did. */
  scheduleId: Id | null;
  state: 'composed' | 'delivered' | 'failed';
  createdAt: Instant;
  from: Instant;
  to: Instant;
  timeZone: string;
  readingSeconds: number;
}

export interface Digest extends DigestHead {
  sections: DigestSection[];
  deliveries: { channel: string; at: Instant }[];
}

/** `made`: false when nothing was new and it was there already. */
export interface MadeDigest extends Digest {
  made: boolean;
}

/** A digest as lists show it. */
export interface DigestSummary extends DigestHead {
  /** Of each section. */
  totals: Record<DigestSection['section'], number>;
}
