import { expect, test } from 'vitest';
import { facts, rule } from '#test/kit/rules.ts';
import { compileRules } from './compile.ts';
import { evaluate } from './evaluate.ts';
import type { Rule } from './rule.ts';

const subject = (value: string) => ({ type: 'subject_contains', value });
const act = (type: string, parameters = {}) => ({ type, parameters });
const said = (rules: Rule[], mode: 'first_match' | 'all_matches' = 'first_match') =>
  evaluate(compileRules(rules), facts({ subject: 'Invoice 12 from Ada' }), mode);
const types = (e: ReturnType<typeof said>) => e.actions.map((a) => a.action.type);

test('the lowest priority number decides, then the older rule', () => {
  const rules = [
    rule({ id: 'c', priority: 1, actions: [act('star')] }),
    rule({ id: 'b', priority: 1, actions: [act('archive')] }),
    rule({ id: 'a', priority: 2, actions: [act('trash')] }),
  ];
  expect(types(said(rules))).toEqual(['archive']);
});

test('a rule may let the search go on', () => {
  const rules = [
    rule({ id: 'a', priority: 1, actions: [act('star')], continueMatching: true }),
    rule({ id: 'b', priority: 2, actions: [act('archive')] }),
    rule({ id: 'c', priority: 3, actions: [act('trash')] }),
  ];
  expect(types(said(rules))).toEqual(['star', 'archive']);
});

test('all matches are merged and what contradicts an earlier rule is left out and recorded', () => {
  const rules = [
    rule({ id: 'a', priority: 1, actions: [act('apply_label', { label: 'Work' }), act('mark_read')] }),
    rule({ id: 'b', priority: 2, actions: [act('archive'), act('apply_label', { label: 'work' })] }),
    rule({
      id: 'c',
      priority: 3,
      actions: [act('trash'), act('mark_unread'), act('remove_label', { label: 'Work' })],
    }),
    rule({ id: 'd', priority: 4, actions: [act('star'), act('archive')] }),
  ];
  const result = said(rules, 'all_matches');
  expect(types(result)).toEqual(['apply_label', 'mark_read', 'archive', 'star']);
  expect(result.conflicts.map((c) => [c.ruleId, c.action.type, c.keptRuleId])).toEqual([
    ['c', 'trash', 'b'],
    ['c', 'mark_unread', 'a'],
    ['c', 'remove_label', 'a'],
  ]);
  expect(result.conflicts[0]?.sentence).toBe('trash was left out, since an earlier rule says archive');
});

test('moving to two places is a conflict, to one place twice is not', () => {
  const move = (id: string, label: string) => rule({ id, actions: [act('move', { label })] });
  expect(said([move('a', 'X'), move('b', 'X')], 'all_matches').conflicts).toEqual([]);
  expect(said([move('a', 'X'), move('b', 'Y')], 'all_matches').conflicts).toHaveLength(1);
});

test('a shadow rule is recorded, does nothing and stops nothing', () => {
  const result = said([
    rule({ id: 'a', priority: 1, shadow: true, actions: [act('trash'), act('delegate')] }),
    rule({ id: 'b', priority: 2 }),
  ]);
  expect(result.matched.map((m) => [m.ruleId, m.shadow])).toEqual([
    ['a', true],
    ['b', false],
  ]);
  expect(types(result)).toEqual(['archive']);
  expect(result.delegate).toBe(false);
});

test('a rule hands a message on to the model', () => {
  const result = said([rule({ actions: [act('star'), act('delegate')] })]);
  expect(types(result)).toEqual(['star']);
  expect(result.delegate).toBe(true);
});

test('the reasons name the conditions that were true and no text of the mail', () => {
  const conditions = {
    op: 'and' as const,
    children: [
      { op: 'or' as const, children: [subject('invoice'), subject('receipt')] },
      { op: 'not' as const, children: [{ type: 'has_attachment' }] },
    ],
  };
  expect(said([rule({ conditions })]).matched[0]?.because).toEqual([
    'the subject contains "invoice"',
    'it is not so that a file is attached',
  ]);
  expect(said([rule()]).matched[0]?.because).toEqual(['it applies to every message']);
});

test('disabled rules and empty rule sets match nothing', () => {
  expect(said([rule({ enabled: false })]).matched).toEqual([]);
  expect(said([])).toEqual({ matched: [], actions: [], conflicts: [], delegate: false });
});
