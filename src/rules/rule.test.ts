import { expect, test } from 'vitest';
import { isAppError } from '#std/errors.ts';
import { parseRule, parseRulePatch } from './rule.ts';

const minimal = { name: 'Receipts', conditions: { op: 'and', children: [] }, actions: [{ type: 'archive' }] };
const leaf = { type: 'subject_contains', value: 'x' };
const nest = (levels: number): unknown => (levels === 1 ? leaf : { op: 'not', children: [nest(levels - 1)] });

const pathOf = (input: unknown): unknown => {
  try {
    parseRule(input);
  } catch (e) {
    if (!isAppError(e, 'rules.invalid')) throw e;
    expect(e.message).toContain(String(e.fields.path));
    return e.fields.path;
  }
  return expect.unreachable();
};

test('a rule needs a name, conditions and actions; the rest has defaults', () => {
  expect(parseRule(minimal)).toEqual({
    ...minimal,
    actions: [{ type: 'archive', parameters: {} }],
    scope: 'global',
    scopeRef: null,
    priority: 100,
    enabled: true,
    continueMatching: false,
    safeMode: 'default',
    shadow: false,
  });
});

test.each([
  ['name', { ...minimal, name: ' ' }],
  ['actions', { ...minimal, actions: [] }],
  ['actions[0].type', { ...minimal, actions: [{ type: 'Not an action' }] }],
  ['scopeRef', { ...minimal, scope: 'sender' }],
  ['scopeRef', { ...minimal, scopeRef: 'a@b' }],
  ['conditions', { ...minimal, conditions: 'all' }],
  ['conditions.type', { ...minimal, conditions: { type: 'sender_shoe_size', value: 1 } }],
  ['conditions.value', { ...minimal, conditions: { type: 'subject_contains' } }],
  ['conditions', { ...minimal, conditions: { ...leaf, extra: 1 } }],
  ['conditions.op', { ...minimal, conditions: { op: 'xor', children: [] } }],
  ['conditions.children', { ...minimal, conditions: { op: 'not', children: [leaf, leaf] } }],
  [
    'conditions.children[1].value',
    { ...minimal, conditions: { op: 'or', children: [leaf, { type: 'subject_regex', value: '(' }] } },
  ],
  ['conditions', { ...minimal, conditions: { op: 'and', children: Array(300).fill(leaf) } }],
])('the error says that %s is wrong', (path, input) => {
  expect(pathOf(input)).toBe(path);
});

test('eight levels are allowed and nine are not', () => {
  expect(parseRule({ ...minimal, conditions: nest(8) }).conditions).toEqual(nest(8));
  expect(pathOf({ ...minimal, conditions: nest(9) })).toMatch(/^conditions\.children/);
});

test('a very deep or wide tree is refused without being walked', () => {
  let deep: unknown = leaf;
  for (let i = 0; i < 100_000; i++) deep = { op: 'not', children: [deep] };
  expect(pathOf({ ...minimal, conditions: deep })).toMatch(/^conditions/);
});

test('a patch keeps the difference between absent and null', () => {
  expect(parseRulePatch({ scopeRef: null })).toEqual({ scopeRef: null });
  expect(parseRulePatch({})).toEqual({});
  expect(() => parseRulePatch({ name: null })).toThrow(/name/);
  expect(() => parseRulePatch({ hits: 3 })).toThrow();
});
