import type { Rule } from './rule.ts';
import { bindLeaf, type ConditionTree, isGroup } from './tree.ts';

/** A leaf in words; a leaf that can't be read says so instead of failing, since this is shown for broken rules too. */
const explainLeaf = (leaf: Exclude<ConditionTree, { op: unknown }>): string => {
  try {
    return bindLeaf(leaf as { type: string }).explain();
  } catch {
    return `the condition "${(leaf as { type: string }).type}" holds`;
  }
};

const explainNode = (tree: ConditionTree, nested: boolean): string => {
  if (!isGroup(tree)) return explainLeaf(tree);
  const [first] = tree.children;
  if (tree.op === 'not') return first ? `it is not so that ${explainNode(first, true)}` : 'nothing';
  if (!first) return tree.op === 'and' ? 'anything' : 'nothing';
  if (tree.children.length === 1) return explainNode(first, nested);
  const text = tree.children.map((c) => explainNode(c, true)).join(tree.op === 'and' ? ' and ' : ' or ');
  return nested ? `(${text})` : text;
};

/**
 * A condition tree as one clause that follows "if": "the sender is ada@example.com and the subject contains "invoice"".
 * Never throws and holds nothing but what the rule says. "anything" and "nothing" for trees that are always or never true.
 */
export const explainConditions = (tree: ConditionTree): string => explainNode(tree, false);

const GROUP_TITLES = { and: 'all of these', or: 'any of these', not: 'not' };

/** The same as indented lines, one a condition, for the terminal and for long trees. */
export const outlineConditions = (tree: ConditionTree, indent = ''): string[] => {
  if (!isGroup(tree)) return [`${indent}${explainLeaf(tree)}`];
  if (tree.children.length === 0) return [`${indent}${tree.op === 'and' ? 'anything' : 'nothing'}`];
  return [
    `${indent}${GROUP_TITLES[tree.op]}:`,
    ...tree.children.flatMap((c) => outlineConditions(c, `${indent}  `)),
  ];
};

export const explainScope = ({ scope, scopeRef }: Pick<Rule, 'scope' | 'scopeRef'>): string | null => {
  if (scope === 'global') return null;
  if (scope === 'account') return 'it came to the account of this rule';
  if (scope === 'sender') return `the sender is ${scopeRef ?? ''}`;
  return `the sender writes from ${scopeRef ?? ''} or a domain under it`;
};

/** What tells two actions of one kind apart, in words. Parameters that a form has yet to fill are left out. */
const DETAILS: Readonly<Record<string, (parameters: Readonly<Record<string, unknown>>) => string>> = {
  apply_label: (p) => quoted(p.label),
  remove_label: (p) => quoted(p.label),
  move: (p) => (quoted(p.label) === '' ? '' : `to ${quoted(p.label)}`),
  add_note: (p) => quoted(p.text),
  snooze: (p) =>
    typeof p.until === 'string' ? `until ${p.until}` : p.amount ? `for ${p.amount} ${p.units ?? ''}` : '',
};

const quoted = (value: unknown): string => (typeof value === 'string' && value !== '' ? `"${value}"` : '');

/** An action in a few words: `apply label "Receipts"`, `snooze for 2 weeks`. Never throws. */
const explainAction = ({ type, parameters }: Rule['actions'][number]): string =>
  `${type.replaceAll('_', ' ')} ${DETAILS[type]?.(parameters) ?? ''}`.trim();

/** One sentence: "If the sender is …, then archive." */
export const explainRule = (rule: Pick<Rule, 'scope' | 'scopeRef' | 'conditions' | 'actions'>): string => {
  const scope = explainScope(rule);
  const conditions = explainConditions(rule.conditions);
  const when = scope === null ? conditions : conditions === 'anything' ? scope : `${scope} and ${conditions}`;
  const what = rule.actions.map(explainAction).join(', ');
  return when === 'anything' ? `For every message: ${what}.` : `If ${when}, then ${what}.`;
};

/** The clauses that made the tree true, leaf by leaf; of an "or" only those that were. */
const trueParts = (tree: ConditionTree, holds: (t: ConditionTree) => boolean): string[] => {
  if (!isGroup(tree) || tree.op === 'not') return [explainNode(tree, false)];
  const children = tree.op === 'or' ? tree.children.filter(holds) : tree.children;
  return children.flatMap((c) => trueParts(c, holds));
};

/**
 * Why the rule matched this message: plain clauses with no mail text other than what the rule itself says.
 * Only for a rule that did match.
 */
export const explainMatch = (rule: Rule, holds: (t: ConditionTree) => boolean): string[] => {
  const scope = explainScope(rule);
  const parts = trueParts(rule.conditions, holds);
  const because = [...(scope === null ? [] : [scope]), ...parts];
  return because.length > 0 ? [...new Set(because)] : ['it applies to every message'];
};
