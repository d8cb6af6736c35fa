import { createHash } from 'node:crypto';
import type { ActionStatus, DecisionSource } from '#db/enums.ts';
import type { MailState } from '#mail/message.ts';
import type { MailPatch } from '#mail/patch.ts';
import type { PolicyReason, ReviewInput } from '#policy/review.ts';
import type { Instant } from '#std/time.ts';

/** The type of an action that reverses another one. Not in the catalog: only Ashford itself makes it. */
export const UNDO = 'undo';

/** One concrete step on one message, with its own state and its undo. */
export interface Action {
  id: string;
  userId: string;
  accountId: string;
  messageId: string;
  decisionId: string | null;
  ruleId: string | null;
  source: DecisionSource;
  type: string;
  parameters: Record<string, unknown>;
  status: ActionStatus;
  confidence: number;
  reasons: PolicyReason[];
  review: ReviewInput;
  reviewedAt: Instant;
  approvedHash: string | null;
  errorMessage: string | null;
  before: MailState | null;
  undoHint: UndoHint | null;
  traceId: string | null;
  createdAt: Instant;
  executedAt: Instant | null;
}

/** What was really done, so that it can be taken back. */
export interface UndoHint {
  patch: MailPatch;
  after: MailState | null;
  /** For a snooze: when it comes back by itself. */
  wakeAt?: Instant;
  /** For a draft: its id in the mailbox, and the hash of its bytes as they are there. */
  draft?: { id: string; hash: string };
}

/** SHA-256 of what a person says yes to: kind, parameters and target. */
export const actionHash = (a: Pick<Action, 'id' | 'messageId' | 'type' | 'parameters'>): string =>
  createHash('sha256')
    .update(JSON.stringify([a.id, a.messageId, a.type, canonical(a.parameters)]))
    .digest('hex');

/** Keys in order, so that equal parameters give equal text. */
export const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([k, v]) => [k, canonical(v)]));
};

/** At most one live action per message has it. */
export const actionIdentity = (a: {
  decisionId: string | null;
  type: string;
  parameters: Record<string, unknown>;
}): string => `${a.decisionId ?? 'manual'}:${a.type}:${JSON.stringify(canonical(a.parameters))}`;
