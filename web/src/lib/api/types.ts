import type { Account, LedgerCounts } from './account-types.ts';

/**
 * What travels between this app and `/api`. Field names are camelCase, times are ISO 8601 UTC text with milliseconds
 * (`Instant`), ids are UUIDv7 text, durations are whole seconds. Text fields that come out of mail (subjects, names,
 * snippets, bodies) are untrusted: they are only ever shown as text, never as markup.
 */
export type Instant = string;
export type Id = string;

/** One page of a list. `next` is the cursor of the following page, null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** RFC 9457 problem details, as every failed request answers. */
export interface ProblemDetails {
  type?: string;
  title?: string;
  status: number;
  /** Stable dotted code, such as `rules.regex-invalid`. */
  code: string;
  /** One sentence: what went wrong. */
  detail?: string;
  /** What the person does next. */
  help?: string;
  /** Which inputs were wrong: a path such as `conditions.children.0.value`. */
  fields?: { path: string; message: string }[];
  traceId?: string;
}

// Labels

export const LABEL_ROLES = ['inbox', 'archive', 'trash', 'spam', 'sent', 'drafts'] as const;
export type LabelRole = (typeof LABEL_ROLES)[number];

export interface Label {
  /** Our own id; `providerLabelId` is what messages and before/after states carry. */
  id: Id;
  accountId: Id;
  providerLabelId: string;
  name: string;
  role: LabelRole | null;
}

// Mail

export interface Address {
  name: string;
  address: string;
}

export type Flag = 'seen' | 'flagged' | 'answered';

/** One row of a thread list. */
export interface ThreadSummary {
  id: Id;
  accountId: Id;
  subject: string;
  from: Address;
  snippet: string;
  messageCount: number;
  unread: boolean;
  starred: boolean;
  lastAt: Instant;
  /** Provider label ids over all its messages. */
  labels: string[];
  hasAttachments: boolean;
  /** The rules that acted on any of its messages. */
  ruleNames: string[];
}

export interface Attachment {
  index: number;
  filename: string;
  mimeType: string;
  sizeBytes: number;
  inline: boolean;
}

export type DecisionSource = 'deterministic' | 'llm' | 'learned' | 'manual';

/** What the rules or the model concluded about one message. */
export interface Decision {
  id: Id;
  source: DecisionSource;
  rationale: string | null;
  ruleId: Id | null;
  ruleName: string | null;
  /** Plain sentences, one per condition that matched. */
  because: string[];
}

export interface Message {
  id: Id;
  accountId: Id;
  from: Address;
  to: Address[];
  cc: Address[];
  /** Whom a reply goes to, which need not be who wrote; null where nobody can be answered. */
  answerTo: string | null;
  receivedAt: Instant;
  subject: string;
  /** The whole readable text. */
  text: string;
  /** `text` without quoted replies and the signature. */
  newText: string;
  /** Sanitised by the server; null when the message has no HTML part. */
  html: string | null;
  /** Provider label ids. */
  labels: string[];
  flags: Flag[];
  attachments: Attachment[];
  /** Which limits cut this message, for the person. */
  notes: string[];
  decision?: Decision;
  actions: ActionSummary[];
}

export interface Thread {
  id: Id;
  accountId: Id;
  subject: string;
  /** Oldest first. */
  messages: Message[];
}

export interface ThreadQuery {
  /** A provider label id, or a role (`inbox`, `archive`, …) that means that label of every account. */
  label?: string | undefined;
  accountId?: Id | undefined;
  /** Search words: subject, sender, recipients and text. */
  q?: string | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

// Actions and undo

export const ACTION_STATUSES = [
  'queued',
  'approved_pending',
  'executing',
  'completed',
  'failed',
  'canceled',
  'rejected',
] as const;
export type ActionStatus = (typeof ACTION_STATUSES)[number];

export interface ActionSummary {
  id: Id;
  /** The action's name in the catalog: `archive`, `apply_label`, … */
  type: string;
  /** For people, made by code: `Archive`, `Label “Receipts”`. */
  title: string;
  status: ActionStatus;
  messageId: Id;
  threadId: Id;
  subject: string;
  from: Address;
  createdAt: Instant;
  executedAt: Instant | null;
  ruleId: Id | null;
  ruleName: string | null;
  source: DecisionSource;
  canUndo: boolean;
  /** The action that undid this one. */
  undoneBy: Id | null;
  /** The action that this one undoes. */
  undoOf: Id | null;
  errorMessage: string | null;
}

/** A message's labels, by name, and flags at one moment. */
export interface StateView {
  labels: { id: string; name: string }[];
  flags: Flag[];
}

export interface AuditEntry {
  at: Instant;
  /** Who: the owner's address, a rule's name, `ashford`. */
  actor: string;
  channel: string | null;
  /** What, as a plain phrase: `approved`, `carried out`. */
  action: string;
}

export interface ActionDetail extends ActionSummary {
  parameters: Record<string, unknown>;
  because: string[];
  policyReasons: { code: string; sentence: string }[];
  before: StateView | null;
  after: StateView | null;
  links: { relation: 'undo_of' | 'undone_by' | 'approval_for' | 'spawned' | 'related'; actionId: Id }[];
  audit: AuditEntry[];
  traceId: string | null;
  approval?: { id: Id; state: ApprovalState };
}

export interface ActionQuery {
  type?: string | undefined;
  status?: ActionStatus | undefined;
  ruleId?: Id | undefined;
  accountId?: Id | undefined;
  since?: Instant | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

/** Which actions a bulk undo is about. At least one field is given; all that are given must hold. */
export interface UndoFilter {
  actionIds?: Id[];
  ruleId?: Id;
  accountId?: Id;
  since?: Instant;
  until?: Instant;
}

export interface UndoPreview {
  undoable: number;
  blocked: { reason: string; count: number }[];
  sample: ActionSummary[];
  /** Names exactly what was shown; goes back with the request that carries it out. */
  previewId: Id;
}

// Approvals

export const APPROVAL_STATES = ['pending', 'approved', 'rejected', 'expired', 'canceled'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export interface Approval {
  id: Id;
  createdAt: Instant;
  expiresAt: Instant;
  state: ApprovalState;
  action: ActionSummary;
  /** Made by code from the stored action, never by a model. */
  card: { verb: string; target: string; lines: string[]; reasons: string[] };
  decidedBy: string | null;
  decidedVia: string | null;
}

// Today, settings, events

export interface Today {
  waitingApprovals: number;
  /** Since midnight in the person's time zone: received = decided + waiting + unexplained. */
  ledger: LedgerCounts;
  actionsToday: { byType: { type: string; count: number }[]; total: number };
  /** The last 14 days, oldest first; `day` is `YYYY-MM-DD`. */
  volume: { day: string; received: number; acted: number }[];
  recentActions: ActionSummary[];
  accounts: Account[];
  secondsSaved: number;
}

export interface Settings {
  version: string;
  nodeVersion: string;
  database: string;
  /** The configuration in use, a table per section; secrets are replaced by `•••`. */
  config: Record<string, Record<string, unknown>>;
}

/** A mail that may or may not have gone out. */
export interface UncertainSend {
  action: ActionSummary;
  to: string[];
  since: string;
  reason: string;
}

export type SentAnswer = 'went-out' | 'send-again' | 'give-up';

export const TOPICS = ['actions', 'approvals', 'messages', 'rules', 'jobs', 'accounts', 'digests'] as const;
export type Topic = (typeof TOPICS)[number];
/** The data of a `change` event: what may have changed, so that open pages ask again. */
export interface ChangeEvent {
  topics: Topic[];
}
