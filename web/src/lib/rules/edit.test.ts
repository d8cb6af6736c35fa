import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Condition, Rule } from '#lib/api/rule-types.ts';
import { blankRule, moved, toDraft, toEdit } from './edit.ts';

const rule = (conditions: Condition): Rule => ({
  id: '0192f0c0-0000-7000-8000-000000000001',
  name: 'Receipts',
  scope: 'global',
  scopeRef: null,
  priority: 10,
  enabled: true,
  disabledReason: null,
  conditions,
  actions: [{ type: 'archive', parameters: {} }],
  continueMatching: false,
  safeMode: 'default',
  shadow: false,
  hits: 0,
  lastHitAt: null,
  summary: '',
});

const leaf = fc.record({ type: fc.constantFrom('subject_contains', 'sender_domain'), value: fc.string() });
const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const, 'not' as const),
      children: fc.array(tie('tree'), { maxLength: 3 }),
    }),
  ),
}));

test('a condition tree comes out of the form as it went in', () => {
  fc.assert(
    fc.property(tree, (conditions) => {
      const out = toDraft(toEdit(rule(conditions))).conditions;
      expect(out).toEqual('op' in conditions ? conditions : { op: 'and', children: [conditions] });
    }),
  );
});

test('moving keeps every item, and a move back restores the order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat()), fc.nat(12), fc.nat(12), (items, from, to) => {
      const there = moved(items, from, to);
      expect([...there].sort()).toEqual([...items].sort());
      expect(moved(there, to, from)).toEqual(items);
    }),
  );
});

test('a new rule starts with the defaults that the catalog names', () => {
  const parameters = {
    type: 'object',
    properties: { value: { type: 'string' }, deep: { type: 'boolean', default: true } },
  };
  const entry = { type: 'sender_domain', title: '', description: '', parameters };
  const draft = toDraft(blankRule({ conditions: [entry], actions: [] }));
  expect(draft.conditions).toEqual({ op: 'and', children: [{ type: 'sender_domain', deep: true }] });
});
