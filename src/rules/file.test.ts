import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isAppError } from '#std/errors.ts';
import { toInstant } from '#std/time.ts';
import { readRulesFile } from './file.ts';
import { tryExamples } from './try-examples.ts';

const now = toInstant(Date.parse('2026-01-15T09:00:00.000Z'));

const recipe = (): string => {
  const page = readFileSync(new URL('../../docs/recipes/write-a-rule.md', import.meta.url), 'utf8');
  const [, toml] = /```toml rules\.toml\n([\s\S]*?)```/.exec(page) ?? [];
  return toml ?? '';
};

const failure = (text: string): string => {
  try {
    readRulesFile(text);
  } catch (e) {
    if (isAppError(e)) return `${e.code}: ${e.message}`;
    throw e;
  }
  return 'no error';
};

const rule = (body: string) => `[[rules]]\nname = "A"\n${body}`;

test('short and long forms of conditions and actions read the same', () => {
  const short = readRulesFile(
    rule(
      'when = { sender_domain = "x.org", include_subdomains = true, not = { is_reply = true } }\nthen = "archive"',
    ),
  );
  const long = readRulesFile(
    rule(
      'when = { op = "and", children = [{ type = "sender_domain", value = "x.org", include_subdomains = true }, { op = "not", children = [{ type = "is_reply", value = true }] }] }\nthen = [{ type = "archive" }]',
    ),
  );
  expect(short).toEqual(long);
  expect(short.rules[0]?.input).toMatchObject({ priority: 10, scope: 'global', enabled: true });
});

test('a scope is named by its own key', () => {
  const { rules } = readRulesFile(rule('sender = "a@b.c"\nwhen = "anything"\nthen = "star"'));
  expect(rules[0]?.input).toMatchObject({
    scope: 'sender',
    scopeRef: 'a@b.c',
    conditions: { op: 'and', children: [] },
  });
});

test.each([
  ['[[rules]', /rules\.bad-file: line 1, column \d+/],
  ['[[rule]]', /rules\.bad-file: .*rule/],
  [rule('then = "archive"'), /rule "A", when: must be a condition/],
  [rule('when = {}\nthen = "archive"'), /rule "A", when: is empty/],
  [rule('when = { subjekt = "x" }\nthen = "archive"'), /rule "A", when\.subjekt: is no condition/],
  [rule('when = { is_reply = true, is_bulk = true }\nthen = "archive"'), /is_reply and is_bulk: put several/],
  [
    rule('when = { any = [{ is_reply = true }, { all = [] }] }\nthen = "star"'),
    /when\.any\[1\]\.all: must be a list/,
  ],
  [rule('when = { subject_regex = "(" }\nthen = "star"'), /rule "A", conditions\.value: .*missing closing/],
  [rule('when = "anything"\nthen = "fly"'), /rule "A", actions\[0\]\.type: must be one of archive/],
  [rule('when = "anything"\nthen = { type = "apply_label" }'), /rule "A", actions\[0\]\.parameters\.label/],
  [rule('when = "anything"\nthen = []'), /rule "A", actions: a rule needs an action/],
  [rule('when = "anything"\nthen = "star"\nmood = 1'), /rule "A": .*mood/],
  [rule('when = "anything"\nthen = "star"\nsender = "a@b.c"\ndomain = "b.c"'), /both domain and sender/],
  [
    rule('when = "anything"\nthen = "star"\n[[rules.examples]]\nsubject = "x"'),
    /rule "A", examples\[0\]\.matches/,
  ],
  [
    `${rule('when = "anything"\nthen = "star"')}\n${rule('when = "anything"\nthen = "star"')}`,
    /two rules named "A"/,
  ],
  ['[[examples]]\nrules = ["B"]', /example 1: there is no rule "B"/],
])('%j is refused', (text, error) => {
  expect(failure(text)).toMatch(error);
});

test('examples say what is wrong with a rule', () => {
  const file = readRulesFile(
    `${rule('when = { subject_contains = "invoice" }\nthen = "star"')}
[[rules.examples]]
matches = true
subject = "Your Invoice"
[[rules.examples]]
matches = true
subject = "Your receipt"
[[examples]]
rules = []
subject = "invoice"`,
  );
  expect(tryExamples(file, 'first_match', now)).toEqual([
    { rule: 'A', number: 1, passed: true, sentence: 'The rule should match this message, and it does.' },
    { rule: 'A', number: 2, passed: false, sentence: 'The rule should match this message, and it does not.' },
    { rule: null, number: 1, passed: false, sentence: 'Expected none; found "A".' },
  ]);
});

test('the file in the recipe is read and its examples pass', () => {
  const file = readRulesFile(recipe());
  const results = tryExamples(file, 'first_match', now);
  expect(file.rules.length).toBeGreaterThan(3);
  expect(results.length).toBeGreaterThan(file.rules.length);
  expect(results.filter((r) => !r.passed)).toEqual([]);
});
