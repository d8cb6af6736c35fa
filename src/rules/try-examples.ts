import type { Instant } from '#std/time.ts';
import { compileRules } from './compile.ts';
import { evaluate, matchingRules, type RuleMode } from './evaluate.ts';
import { factsOf } from './example.ts';
import type { RulesFile } from './file.ts';
import type { Rule, RuleInput } from './rule.ts';

export interface ExampleResult {
  /** The rule that it belongs to; null for an example of the whole file. */
  rule: string | null;
  /** From 1, within its rule or the file. */
  number: number;
  passed: boolean;
  /** What was expected and what happened, for a person. */
  sentence: string;
}

const asRule = (input: RuleInput, i: number, now: Instant): Rule => ({
  ...input,
  id: String(i).padStart(8, '0'),
  userId: '',
  disabledReason: null,
  hits: 0,
  lastHitAt: null,
  createdAt: now,
  updatedAt: now,
});

const listed = (names: readonly string[]): string =>
  names.length > 0 ? names.map((n) => `"${n}"`).join(', ') : 'none';

/** Tries every example of a rules file. A rule's own examples ask that rule alone, even when it is disabled. */
export const tryExamples = (file: RulesFile, mode: RuleMode, now: Instant): ExampleResult[] => {
  const rules = file.rules.map(({ input }, i) => asRule(input, i, now));
  const own = file.rules.flatMap(({ input, examples }, i): ExampleResult[] => {
    const alone = compileRules(rules.slice(i, i + 1).map((r) => ({ ...r, enabled: true })));
    return examples.map((example, n) => {
      const matches = matchingRules(alone, factsOf(example.message, now), mode).length > 0;
      const passed = matches === example.matches;
      const should = example.matches ? 'should match' : 'should not match';
      const does = matches ? 'it does' : 'it does not';
      return {
        rule: input.name,
        number: n + 1,
        passed,
        sentence: `The rule ${should} this message, and ${does}.`,
      };
    });
  });
  const together = compileRules(rules);
  const whole = file.examples.map((example, n): ExampleResult => {
    const found = evaluate(together, factsOf(example.message, now), mode)
      .matched.filter((m) => !m.shadow)
      .map((m) => m.name);
    const passed = found.join('\n') === example.rules.join('\n');
    const sentence = `Expected ${listed(example.rules)}; ${passed ? 'so it is' : `found ${listed(found)}`}.`;
    return { rule: null, number: n + 1, passed, sentence };
  });
  return [...own, ...whole];
};
