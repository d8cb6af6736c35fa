import type { Bit } from './bit.ts';
import type { ActionStatus, ApprovalState, DecisionSource, LinkRelation } from './enums.ts';

export interface DecisionRow {
  id: string;
  user_id: string;
  account_id: string;
  message_id: string;
  /** Why it was judged: `arrival`, or the id of a later command. One decision per message and occasion. */
  occasion: string;
  source: DecisionSource;
  decision_json: string;
  confidence: number;
  needs_approval: Bit;
  rationale: string;
  telemetry_json: string;
  trace_id: string | null;
  created_at: string;
}

export interface ActionRow {
  id: string;
  user_id: string;
  account_id: string;
  message_id: string;
  decision_id: string | null;
  rule_id: string | null;
  source: DecisionSource;
  action_type: string;
  parameters_json: string;
  /** Decision, type and parameters in one text: at most one live action per message has it. */
  identity: string;
  status: ActionStatus;
  confidence: number;
  reasons_json: string;
  /** What policy judged, so that it can be asked again just before the effect. */
  review_json: string;
  /** When policy gave its verdict; never older than the action. */
  reviewed_at: string;
  /** SHA-256 of the action that a person said yes to; null when nobody was asked. */
  approved_hash: string | null;
  error_message: string | null;
  before_json: string | null;
  undo_hint_json: string | null;
  trace_id: string | null;
  created_at: string;
  updated_at: string;
  executed_at: string | null;
  /** Which of the hour's limits it counts against; null for what a person did, or was done with older mail. */
  rate_kind: 'changes' | 'trashes' | null;
}

export interface ActionLinkRow {
  cause_action_id: string;
  effect_action_id: string;
  relation_type: LinkRelation;
  user_id: string;
  created_at: string;
}

export interface NoteRow {
  id: string;
  user_id: string;
  message_id: string;
  action_id: string;
  text: string;
  created_at: string;
}

export interface ApprovalRow {
  id: string;
  user_id: string;
  action_id: string;
  state: ApprovalState;
  /** SHA-256 of the stored action: what was shown is what is approved. */
  action_hash: string;
  button_hash: string;
  reasons_json: string;
  created_at: string;
  expires_at: string;
  decided_at: string | null;
  decided_by: string | null;
  decided_via: string | null;
}

export interface LlmCallRow {
  id: string;
  user_id: string;
  message_id: string | null;
  purpose: string;
  provider: string;
  model: string;
  prompt_hash: string;
  prompt_bytes: number;
  input_tokens: number;
  output_tokens: number;
  cost_micros: number;
  latency_ms: number;
  outcome: string;
  response_json: string | null;
  trace_id: string | null;
  created_at: string;
}
