import type { CompiledRule, CompiledRules } from './compile.ts';
import { compileTree } from './compile.ts';
import { explainMatch } from './explain.ts';
import type { MessageFacts } from './facts.ts';
import { type Conflict, type MergedAction, mergeActions } from './merge.ts';
import { DELEGATE, type Rule, type RuleAction } from './rule.ts';

export const RULE_MODES = ['first_match', 'all_matches'] as const;
export type RuleMode = (typeof RULE_MODES)[number];

export interface RuleMatch {
  ruleId: string;
  name: string;
  /** All that the rule says, also what a conflict left out and what a shadow rule only would do. */
  actions: RuleAction[];
  safeMode: Rule['safeMode'];
  shadow: boolean;
  /** Clauses that made it true, in the rule's own words. */
  because: string[];
}

export interface Evaluation {
  /** In the order of judgement. Shadow rules are among them, and stop and decide nothing. */
  matched: RuleMatch[];
  /** What is to be done, in order, without contradictions. */
  actions: MergedAction[];
  conflicts: Conflict[];
  /** A rule hands the message on to the model. */
  delegate: boolean;
}

const toMatch = ({ rule }: CompiledRule, facts: MessageFacts): RuleMatch => ({
  ruleId: rule.id,
  name: rule.name,
  actions: rule.actions,
  safeMode: rule.safeMode,
  shadow: rule.shadow,
  because: explainMatch(rule, (tree) => compileTree(tree)(facts)),
});

/** The rules that are true for a message, in the order of judgement, without their reasons. */
export const matchingRules = (
  { rules, index }: CompiledRules,
  facts: MessageFacts,
  mode: RuleMode,
): CompiledRule[] => {
  const matched: CompiledRule[] = [];
  for (const position of index.candidates(facts)) {
    const entry = rules[position];
    if (!entry?.test(facts)) continue;
    matched.push(entry);
    const { continueMatching, shadow } = entry.rule;
    if (mode === 'first_match' && !continueMatching && !shadow) break;
  }
  return matched;
};

/**
 * What a user's rules say about one message. Pure: it changes nothing and asks nobody.
 * `first_match` ends at the first rule that does not continue; `all_matches` lets every rule speak.
 */
export const evaluate = (compiled: CompiledRules, facts: MessageFacts, mode: RuleMode): Evaluation => {
  const rules = matchingRules(compiled, facts, mode);
  const acting = rules.map((r) => r.rule).filter((r) => !r.shadow);
  const wanted = acting.flatMap((rule) =>
    rule.actions
      .filter((action) => action.type !== DELEGATE)
      .map((action) => ({ ruleId: rule.id, action, safeMode: rule.safeMode })),
  );
  return {
    matched: rules.map((r) => toMatch(r, facts)),
    ...mergeActions(wanted),
    delegate: acting.some((rule) => rule.actions.some((a) => a.type === DELEGATE)),
  };
};
