/** The closed lists that both the CHECK constraints and the types are made from. */
export const ACCOUNT_STATUSES = ['active', 'paused', 'needs_reauthorization'] as const;
export const LEDGER_STATES = ['seen', 'stored', 'decided', 'left_alone', 'failed'] as const;
export const RULE_SCOPES = ['global', 'account', 'domain', 'sender'] as const;
export const SAFE_MODES = ['default', 'always_safe', 'dangerous_override'] as const;
export const DECISION_SOURCES = ['deterministic', 'llm', 'learned', 'manual'] as const;
export const ACTION_STATUSES = [
  'queued',
  'executing',
  'completed',
  'failed',
  'canceled',
  'rejected',
  'approved_pending',
] as const;
export const LINK_RELATIONS = ['undo_of', 'approval_for', 'spawned', 'related'] as const;
export const APPROVAL_STATES = ['waiting', 'approved', 'rejected', 'expired', 'superseded'] as const;
export const OUTBOX_STATES = ['prepared', 'staged', 'sending', 'sent', 'uncertain', 'cancelled'] as const;
export const SESSION_KINDS = ['session', 'sign_in_link'] as const;

export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];
export type LedgerState = (typeof LEDGER_STATES)[number];
export type RuleScope = (typeof RULE_SCOPES)[number];
export type SafeMode = (typeof SAFE_MODES)[number];
export type DecisionSource = (typeof DECISION_SOURCES)[number];
export type ActionStatus = (typeof ACTION_STATUSES)[number];
export type LinkRelation = (typeof LINK_RELATIONS)[number];
export type ApprovalState = (typeof APPROVAL_STATES)[number];
export type OutboxState = (typeof OUTBOX_STATES)[number];
export type SessionKind = (typeof SESSION_KINDS)[number];

/** An action may only move along these; the database refuses any other move. */
export const ACTION_MOVES: Record<ActionStatus, readonly ActionStatus[]> = {
  queued: ['executing', 'canceled', 'rejected', 'approved_pending', 'failed'],
  executing: ['completed', 'failed', 'canceled'],
  approved_pending: ['queued', 'canceled', 'rejected'],
  completed: [],
  failed: [],
  canceled: [],
  rejected: [],
};
