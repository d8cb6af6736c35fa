import type {
  Catalog,
  CatalogEntry,
  Condition,
  ConditionGroup,
  GroupOp,
  JsonSchema,
  Rule,
  RuleAction,
  RuleDraft,
} from '#lib/api/rule-types.ts';

/** Deepest nesting the form offers; the root group is level 1. */
export const MOST_LEVELS = 5;

let nextKey = 1;

/** A condition tree as the form holds it: every node has a key of its own, so that moving one keeps its fields. */
export interface EditGroup {
  key: number;
  kind: 'group';
  op: GroupOp;
  children: EditNode[];
}
export interface EditLeaf {
  key: number;
  kind: 'leaf';
  type: string;
  parameters: Record<string, unknown>;
}
export type EditNode = EditGroup | EditLeaf;

export interface EditAction extends RuleAction {
  key: number;
}

export interface EditRule extends Omit<RuleDraft, 'conditions' | 'actions'> {
  root: EditGroup;
  actions: EditAction[];
}

export const GROUP_WORDS: Record<GroupOp, string> = {
  and: 'all of these',
  or: 'any of these',
  not: 'none of these',
};

const isGroup = (condition: Condition): condition is ConditionGroup =>
  'op' in condition && 'children' in condition;

const fallback = (schema: JsonSchema): unknown => {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'boolean') return false;
  if (schema.type === 'array') return [];
  return undefined;
};

/** The parameters a fresh entry starts with; what has no default stays absent until typed. */
const startParameters = (entry: CatalogEntry): Record<string, unknown> => {
  const parameters: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(entry.parameters.properties ?? {})) {
    const value = fallback(schema);
    if (value !== undefined) parameters[name] = value;
  }
  return parameters;
};

export const newLeaf = (entry: CatalogEntry): EditLeaf => ({
  key: nextKey++,
  kind: 'leaf',
  type: entry.type,
  parameters: startParameters(entry),
});

export const newGroup = (op: GroupOp, children: EditNode[] = []): EditGroup => ({
  key: nextKey++,
  kind: 'group',
  op,
  children,
});

export const newAction = (entry: CatalogEntry): EditAction => ({
  key: nextKey++,
  type: entry.type,
  parameters: startParameters(entry),
});

const toNode = (condition: Condition): EditNode => {
  if (isGroup(condition)) return newGroup(condition.op, condition.children.map(toNode));
  const { type, ...parameters } = condition;
  return { key: nextKey++, kind: 'leaf', type, parameters };
};

const toCondition = (node: EditNode): Condition =>
  node.kind === 'group'
    ? { op: node.op, children: node.children.map(toCondition) }
    : { type: node.type, ...node.parameters };

/** The form's copy of a rule. A bare leaf is put into an `and` group, because the form always starts with a group. */
export const toEdit = (rule: Rule): EditRule => {
  const node = toNode(structuredClone(rule.conditions));
  return {
    name: rule.name,
    scope: rule.scope,
    scopeRef: rule.scopeRef,
    enabled: rule.enabled,
    root: node.kind === 'group' ? node : newGroup('and', [node]),
    actions: structuredClone(rule.actions).map((action) => ({ key: nextKey++, ...action })),
    continueMatching: rule.continueMatching,
    safeMode: rule.safeMode,
    shadow: rule.shadow,
  };
};

/** A new rule: one empty condition, one action. */
export const blankRule = (catalog: Catalog): EditRule => {
  const condition = catalog.conditions[0];
  const action = catalog.actions.find((entry) => entry.type === 'apply_label') ?? catalog.actions[0];
  return {
    name: '',
    scope: 'global',
    scopeRef: null,
    enabled: true,
    root: newGroup('and', condition ? [newLeaf(condition)] : []),
    actions: action ? [newAction(action)] : [],
    continueMatching: false,
    safeMode: 'default',
    shadow: false,
  };
};

export const toDraft = (edit: EditRule): RuleDraft => {
  const { root, actions, ...rest } = edit;
  return {
    ...rest,
    name: rest.name.trim(),
    scopeRef: rest.scope === 'global' ? null : rest.scopeRef,
    conditions: toCondition(root),
    actions: actions.map(({ type, parameters }) => ({ type, parameters })),
  };
};

/** A copy with the item at `from` moved to `to`; out-of-range targets change nothing. */
export const moved = <T>(items: readonly T[], from: number, to: number): T[] => {
  const copy = [...items];
  if (from < 0 || from >= copy.length || to < 0 || to >= copy.length) return copy;
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
};
