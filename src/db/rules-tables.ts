import type { Bit } from './bit.ts';
import type { RuleScope, SafeMode } from './enums.ts';

export interface RuleSetRow {
  user_id: string;
  version: number;
}

export interface DeterministicRuleRow {
  id: string;
  user_id: string;
  name: string;
  scope: RuleScope;
  scope_ref: string | null;
  priority: number;
  enabled: Bit;
  disabled_reason: string | null;
  conditions_json: string;
  actions_json: string;
  continue_matching: Bit;
  safe_mode: SafeMode;
  shadow: Bit;
  hits: number;
  last_hit_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface LlmRuleRow {
  id: string;
  user_id: string;
  name: string;
  text: string;
  scope: RuleScope;
  scope_ref: string | null;
  priority: number;
  enabled: Bit;
  disabled_reason: string | null;
  mode: 'shadow' | 'act';
  hits: number;
  last_hit_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface DirectionRow {
  id: string;
  user_id: string;
  position: number;
  text: string;
  blocked_actions_json: string;
  enabled: Bit;
  created_at: string;
  updated_at: string;
}

export interface RulesChatSessionRow {
  id: string;
  user_id: string;
  title: string;
  state: 'open' | 'applied' | 'discarded';
  created_at: string;
  updated_at: string;
}

export interface RulesChatMessageRow {
  id: string;
  user_id: string;
  session_id: string;
  role: 'user' | 'assistant';
  content: string;
  proposals_json: string;
  created_at: string;
}
