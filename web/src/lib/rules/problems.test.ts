import { expect, test } from 'vitest';
import type { Catalog } from '#lib/api/rule-types.ts';
import { blankRule, newGroup, newLeaf } from './edit.ts';
import { problems } from './problems.ts';

const text = { type: 'object', properties: { value: { type: 'string' } }, required: ['value'] };
const contains = { type: 'subject_contains', title: 'Subject contains', description: '', parameters: text };
const label = { type: 'object', properties: { label: { type: 'string' } }, required: ['label'] };
const apply = { type: 'apply_label', title: 'Apply label', description: '', parameters: label };
const catalog: Catalog = { conditions: [contains], actions: [{ ...apply, danger: 'safe' }] };

test('an empty group, a missing name and a missing action each keep a rule from being saved', () => {
  const edit = { ...blankRule(catalog), root: newGroup('and', [newGroup('or')]), actions: [] };
  expect(problems(edit, catalog)).toEqual([
    'Give the rule a name.',
    'Every group needs at least one condition.',
    'Add at least one action.',
  ]);
});

test('what is not filled in is named as the form names it', () => {
  const edit = { ...blankRule(catalog), name: 'Receipts' };
  edit.root.children.push(newGroup('or', [{ ...newLeaf(contains), parameters: { value: ' ' } }]));
  expect(problems(edit, catalog)).toEqual([
    'Condition 1, “Subject contains”, needs a value.',
    'Condition 2.1, “Subject contains”, needs a value.',
    'Action 1, “Apply label”, needs a label.',
  ]);
});

test('a condition that this version does not know is no problem of the form', () => {
  const edit = {
    ...blankRule(catalog),
    name: 'Receipts',
    actions: [{ key: 1, type: 'archive', parameters: {} }],
  };
  edit.root = newGroup('and', [{ key: 2, kind: 'leaf', type: 'moon_phase', parameters: {} }]);
  expect(problems(edit, catalog)).toEqual([]);
});
