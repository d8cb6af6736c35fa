import { z } from 'zod';
import type { SqlValue } from '#db/db.ts';
import type { DeterministicRuleRow } from '#db/rules-tables.ts';
import type { Instant } from '#std/time.ts';
import { type Rule, type RuleInput, ruleAction } from './rule.ts';
import type { ConditionTree } from './tree.ts';

const storedActions = z.array(ruleAction).min(1);

/**
 * Conditions are not checked here but when they are compiled, so that a rule which a newer program can't read is still
 * listed and explained. Throws when the JSON or the actions can't be read.
 */
export const ruleFromRow = (row: DeterministicRuleRow): Rule => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  scope: row.scope,
  scopeRef: row.scope_ref,
  priority: row.priority,
  enabled: row.enabled === 1,
  disabledReason: row.disabled_reason,
  conditions: JSON.parse(row.conditions_json) as ConditionTree,
  actions: storedActions.parse(JSON.parse(row.actions_json)),
  continueMatching: row.continue_matching === 1,
  safeMode: row.safe_mode,
  shadow: row.shadow === 1,
  hits: Number(row.hits),
  lastHitAt: row.last_hit_at as Instant | null,
  createdAt: row.created_at as Instant,
  updatedAt: row.updated_at as Instant,
});

/** What a person sets, as columns. */
export const rowFields = (rule: RuleInput) => ({
  name: rule.name,
  scope: rule.scope,
  scope_ref: rule.scopeRef,
  priority: rule.priority,
  enabled: rule.enabled ? (1 as const) : (0 as const),
  conditions_json: JSON.stringify(rule.conditions),
  actions_json: JSON.stringify(rule.actions),
  continue_matching: rule.continueMatching ? (1 as const) : (0 as const),
  safe_mode: rule.safeMode,
  shadow: rule.shadow ? (1 as const) : (0 as const),
});

export const NEW_RULE_COLUMNS = [
  'id',
  'user_id',
  'name',
  'scope',
  'scope_ref',
  'priority',
  'enabled',
  'conditions_json',
  'actions_json',
  'continue_matching',
  'safe_mode',
  'shadow',
  'created_at',
  'updated_at',
] as const;

/** In the order of `NEW_RULE_COLUMNS`. */
export const newRuleValues = (rule: Rule): SqlValue[] => [
  rule.id,
  rule.userId,
  ...Object.values(rowFields(rule)),
  rule.createdAt,
  rule.updatedAt,
];
