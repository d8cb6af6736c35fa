import { z } from 'zod';
import { ACTION_KINDS } from '#actions/kinds/catalog.ts';
import type { RuleView } from '#http/shapes/rule.ts';
import { CONDITIONS } from '#rules/conditions/catalog.ts';
import { explainRule } from '#rules/explain.ts';
import type { Rule } from '#rules/rule.ts';

export const ruleView = (rule: Rule): RuleView => ({
  id: rule.id,
  name: rule.name,
  scope: rule.scope,
  scopeRef: rule.scopeRef,
  priority: rule.priority,
  enabled: rule.enabled,
  conditions: rule.conditions as unknown as Record<string, unknown>,
  actions: rule.actions,
  continueMatching: rule.continueMatching,
  safeMode: rule.safeMode,
  shadow: rule.shadow,
  disabledReason: rule.disabledReason,
  hits: rule.hits,
  lastHitAt: rule.lastHitAt,
  summary: explainRule(rule),
});

const jsonSchema = (parameters: z.ZodType): Record<string, unknown> => {
  const { $schema, ...schema } = z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' });
  return schema;
};

/** What rules can be made of, as forms need it. */
export const catalogView = () => ({
  conditions: CONDITIONS.map((c) => ({
    type: c.type,
    title: c.title,
    description: c.describe,
    parameters: jsonSchema(c.parameters),
  })),
  actions: ACTION_KINDS.map((k) => ({
    type: k.type,
    title: k.title,
    description: k.description,
    danger: k.danger,
    parameters: jsonSchema(k.parameters),
  })),
});
