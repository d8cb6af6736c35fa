import type { Address, Id, Instant } from './types.ts';

/** A small subset of JSON Schema: what the forms can show. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: (string | number)[];
  default?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  examples?: unknown[];
}

export type GroupOp = 'and' | 'or' | 'not';
export interface ConditionGroup {
  op: GroupOp;
  children: Condition[];
}
/** `type` names an entry of the catalog; the other fields are that entry's parameters, most often `value`. */
export interface ConditionLeaf {
  type: string;
  [parameter: string]: unknown;
}
export type Condition = ConditionGroup | ConditionLeaf;

export interface RuleAction {
  type: string;
  parameters: Record<string, unknown>;
}

export type RuleScope = 'global' | 'account' | 'domain' | 'sender';
export type SafeMode = 'default' | 'always_safe' | 'dangerous_override';

/** The part of a rule that a person writes. */
export interface RuleDraft {
  name: string;
  scope: RuleScope;
  scopeRef: string | null;
  enabled: boolean;
  conditions: Condition;
  actions: RuleAction[];
  continueMatching: boolean;
  safeMode: SafeMode;
  /** Recorded and shown, never carried out. */
  shadow: boolean;
}

export interface Rule extends RuleDraft {
  id: Id;
  /** Lower first. */
  priority: number;
  /** Why Ashford turned the rule off, if it did. */
  disabledReason: string | null;
  hits: number;
  lastHitAt: Instant | null;
  /** The rule as one plain sentence, made by code. */
  summary: string;
}

export interface CatalogEntry {
  type: string;
  title: string;
  description: string;
  parameters: JsonSchema;
}
export type Danger = 'safe' | 'leaves_inbox' | 'dangerous';
export interface Catalog {
  conditions: CatalogEntry[];
  actions: (CatalogEntry & { danger: Danger })[];
}

export interface RuleTest {
  checked: number;
  matched: number;
  samples: { messageId: Id; subject: string; from: Address; receivedAt: Instant }[];
}
