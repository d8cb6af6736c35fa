import { expect, test } from 'vitest';
import { explainConditions, explainRule, outlineConditions } from './explain.ts';

const from = { type: 'sender_domain', value: 'example.com', include_subdomains: true };
const subject = { type: 'subject_contains', value: 'invoice' };
const tree = {
  op: 'and' as const,
  children: [
    from,
    { op: 'or' as const, children: [subject, { op: 'not' as const, children: [{ type: 'is_reply' }] }] },
  ],
};

test('a tree reads as a clause', () => {
  expect(explainConditions(tree)).toBe(
    'the sender writes from example.com or a domain under it and (the subject contains "invoice" or it is not so that it is a reply)',
  );
});

test('a tree reads as an outline', () => {
  expect(outlineConditions(tree)).toEqual([
    'all of these:',
    '  the sender writes from example.com or a domain under it',
    '  any of these:',
    '    the subject contains "invoice"',
    '    not:',
    '      it is a reply',
  ]);
});

test('a rule reads as a sentence', () => {
  const actions = [
    { type: 'apply_label', parameters: {} },
    { type: 'archive', parameters: {} },
  ];
  const rule = { scope: 'sender' as const, scopeRef: 'ada@example.com', conditions: subject, actions };
  expect(explainRule(rule)).toBe(
    'If the sender is ada@example.com and the subject contains "invoice", then apply label, archive.',
  );
  const all = { op: 'and' as const, children: [] };
  expect(explainRule({ scope: 'global', scopeRef: null, conditions: all, actions })).toBe(
    'For every message: apply label, archive.',
  );
});

test('actions say what they are about', () => {
  const conditions = { op: 'and' as const, children: [] };
  const actions = [
    { type: 'apply_label', parameters: { label: 'Travel' } },
    { type: 'move', parameters: { label: 'Spam' } },
    { type: 'add_note', parameters: { text: 'Ask Sam' } },
    { type: 'snooze', parameters: { amount: 2, units: 'weeks' } },
    { type: 'snooze', parameters: { until: '2026-03-01T08:00:00Z' } },
    { type: 'move', parameters: {} },
    { type: 'unheard_of', parameters: { label: 5 } },
  ];
  expect(explainRule({ scope: 'global', scopeRef: null, conditions, actions })).toBe(
    'For every message: apply label "Travel", move to "Spam", add note "Ask Sam", snooze for 2 weeks, ' +
      'snooze until 2026-03-01T08:00:00Z, move, unheard of.',
  );
});

test('a broken condition is still explained', () => {
  expect(explainConditions({ type: 'nothing', value: 1 })).toBe('the condition "nothing" holds');
});
