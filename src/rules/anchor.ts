import { addressKey, domainKey } from './address-key.ts';
import type { Hint } from './condition.ts';
import type { Rule } from './rule.ts';
import { bindLeaf, type ConditionTree, isGroup } from './tree.ts';

/** At least one of the hints holds in every message that the rule is true for. */
interface Anchor {
  hints: Hint[];
  /** A guess at how many messages it lets through; only the order matters. */
  cost: number;
}

const KEY_COST = { sender: 1, list: 2, domain: 3, recipient: 8, label: 15, header: 20 };

const COMMON_WORDS = new Set(
  're fwd the and for you your with from this that new update order invoice account hello news'.split(' '),
);

const hintCost = (hint: Hint): number => {
  if (hint.on !== 'text') return KEY_COST[hint.on];
  const scan = hint.field === 'body' ? 8 : hint.field === 'sender' ? 4 : 5;
  return scan + 60 / hint.word.length + (COMMON_WORDS.has(hint.word) ? 10 : 0);
};

const cheaper = (a: Anchor | null, b: Anchor | null): Anchor | null => {
  if (!a || !b) return a ?? b;
  return b.cost < a.cost ? b : a;
};

const treeAnchor = (tree: ConditionTree): Anchor | null => {
  if (!isGroup(tree)) {
    const hints = bindLeaf(tree).hints();
    return hints && { hints, cost: hints.reduce((sum, h) => sum + hintCost(h), 0) };
  }
  if (tree.op === 'not') return null;
  if (tree.op === 'and') return tree.children.map(treeAnchor).reduce(cheaper, null);
  const anchors = tree.children.map(treeAnchor);
  const known = anchors.filter((a) => a !== null);
  if (known.length < anchors.length) return null;
  return { hints: known.flatMap((a) => a.hints), cost: known.reduce((sum, a) => sum + a.cost, 0) };
};

const scopeAnchor = (rule: Pick<Rule, 'scope' | 'scopeRef'>): Anchor | null => {
  if (rule.scopeRef === null) return null;
  if (rule.scope === 'sender') return { hints: [{ on: 'sender', key: addressKey(rule.scopeRef) }], cost: 1 };
  if (rule.scope === 'domain') return { hints: [{ on: 'domain', key: domainKey(rule.scopeRef) }], cost: 3 };
  return null;
};

/** Where to look the rule up: null when it must be tried on every message. */
export const anchorOf = (rule: Pick<Rule, 'scope' | 'scopeRef' | 'conditions'>): Hint[] | null =>
  cheaper(scopeAnchor(rule), treeAnchor(rule.conditions))?.hints ?? null;
