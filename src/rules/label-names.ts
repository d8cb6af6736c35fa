import type { Sql } from '#db/db.ts';
import type { Instant } from '#std/time.ts';
import { ruleFromRow } from './row.ts';
import type { Rule } from './rule.ts';
import { allRuleRows } from './store.ts';
import { type ConditionTree, isGroup } from './tree.ts';

/** A rule that names labels, in its actions or in its conditions. */
export interface LabelledRule extends Pick<Rule, 'id' | 'scope' | 'scopeRef' | 'enabled' | 'disabledReason'> {
  updatedAt: Instant;
  /** Ids at the provider, and names in lower case: what a rule says may be either. */
  labels: Set<string>;
}

const namedByConditions = (node: ConditionTree): string[] => {
  if (isGroup(node)) return node.children.flatMap(namedByConditions);
  return node.type === 'label_present' && typeof node.value === 'string' ? [node.value] : [];
};

const namedByActions = ({ actions }: Pick<Rule, 'actions'>): string[] =>
  actions.flatMap(({ parameters: { label } }) =>
    typeof label === 'string' ? [label, label.trim().toLowerCase()] : [],
  );

/** The rules of a user that name labels. One that cannot be read is passed over: it is off already. */
export const rulesNamingLabels = async (sql: Sql, userId: string): Promise<LabelledRule[]> => {
  const found: LabelledRule[] = [];
  for (const row of await allRuleRows(sql, userId)) {
    if (!/label/.test(row.actions_json) && !/label_present/.test(row.conditions_json)) continue;
    const rule = readable(() => ruleFromRow(row));
    if (!rule) continue;
    const labels = new Set([...namedByActions(rule), ...namedByConditions(rule.conditions)]);
    if (labels.size > 0) found.push({ ...rule, labels });
  }
  return found;
};

const readable = (read: () => Rule): Rule | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
