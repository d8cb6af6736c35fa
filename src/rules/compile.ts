import { errorMessage } from '#std/errors.ts';
import { addressKey, domainKey, isUnder } from './address-key.ts';
import { anchorOf } from './anchor.ts';
import type { Hint, Test } from './condition.ts';
import { byPriority, type Rule } from './rule.ts';
import { RuleIndex } from './rule-index.ts';
import { bindLeaf, type ConditionTree, isGroup } from './tree.ts';

export interface CompiledRule {
  rule: Rule;
  /** Scope and conditions together. */
  test: Test;
}

export interface CompiledRules {
  /** In the order of judgement. */
  rules: readonly CompiledRule[];
  index: RuleIndex;
  /** Rules that could not be compiled. They match nothing; the others are not touched. */
  broken: { ruleId: string; reason: string }[];
}

const all = (tests: Test[]): Test => {
  const [a, b] = tests;
  if (!a) return () => true;
  if (!b) return a;
  if (tests.length === 2) return (facts) => a(facts) && b(facts);
  return (facts) => tests.every((t) => t(facts));
};

// Explaining a match asks for the tests of parts of a tree that was compiled before.
const tests = new WeakMap<ConditionTree, Test>();

/** The test of a tree. Throws when a leaf can't be compiled. */
export const compileTree = (tree: ConditionTree): Test => {
  let test = tests.get(tree);
  if (!test) {
    test = makeTest(tree);
    tests.set(tree, test);
  }
  return test;
};

const makeTest = (tree: ConditionTree): Test => {
  if (!isGroup(tree)) return bindLeaf(tree).test();
  const children = tree.children.map(compileTree);
  if (tree.op === 'and') return all(children);
  if (tree.op === 'or') return (facts) => children.some((t) => t(facts));
  const [only] = children;
  if (!only || children.length > 1) throw new Error('"not" has exactly one condition');
  return (facts) => !only(facts);
};

/** Which messages a scope lets its rules see. */
export const scopeTest = ({ scope, scopeRef }: Pick<Rule, 'scope' | 'scopeRef'>): Test | null => {
  if (scope === 'global') return null;
  if (scopeRef === null) throw new Error(`the rule does not say which ${scope} it is for`);
  if (scope === 'account') return (facts) => facts.accountId === scopeRef;
  if (scope === 'sender') {
    const key = addressKey(scopeRef);
    return (facts) => facts.senders.includes(key);
  }
  const domain = domainKey(scopeRef);
  return (facts) => facts.senderDomains.some((d) => isUnder(d, domain));
};

const compileRule = (rule: Rule): CompiledRule => {
  const scope = scopeTest(rule);
  const test = compileTree(rule.conditions);
  return { rule, test: scope ? all([scope, test]) : test };
};

// A rule object never changes, so what was made of it can be used again when others around it have changed.
const compiled = new WeakMap<Rule, { entry: CompiledRule; anchor: Hint[] | null }>();

/**
 * Makes rules ready for judging many messages; once per change, not per message. Disabled rules are left out.
 * Pass the same objects for rules that have not changed: their compiled form is used again.
 */
export const compileRules = (rules: readonly Rule[]): CompiledRules => {
  const broken: CompiledRules['broken'] = [];
  const entries: CompiledRule[] = [];
  const anchors: (Hint[] | null)[] = [];
  for (const rule of rules.filter((r) => r.enabled).sort(byPriority)) {
    try {
      let made = compiled.get(rule);
      if (!made) {
        made = { entry: compileRule(rule), anchor: anchorOf(rule) };
        compiled.set(rule, made);
      }
      entries.push(made.entry);
      anchors.push(made.anchor);
    } catch (e) {
      broken.push({ ruleId: rule.id, reason: errorMessage(e) });
    }
  }
  const accountOf = (i: number) => {
    const rule = entries[i]?.rule;
    return rule?.scope === 'account' ? rule.scopeRef : null;
  };
  return { rules: entries, index: new RuleIndex(anchors, accountOf), broken };
};
