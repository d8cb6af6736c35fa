import fc from 'fast-check';
import { expect, test } from 'vitest';
import { facts, rule } from '#test/kit/rules.ts';
import { compileRules, compileTree, scopeTest } from './compile.ts';
import { matchingRules } from './evaluate.ts';
import type { MessageFacts } from './facts.ts';
import { byPriority, type Rule } from './rule.ts';
import type { ConditionTree } from './tree.ts';

const name = fc.constantFrom('ada', 'bob', 'no-reply', 'shop+a');
const domain = fc.constantFrom('example.com', 'mail.example.com', 'shop.test', 'x.org');
const address = fc.tuple(name, domain).map(([n, d]) => `${n}@${d}`);
const word = fc.constantFrom(
  'invoice',
  'Order',
  'ship',
  'ship it',
  're',
  'ｏrder 12',
  'the weekly newsletter of x',
);
const list = fc.constantFrom('news.x.org', 'dev.x.org');

const leaf: fc.Arbitrary<ConditionTree> = fc.oneof(
  address.map((value) => ({ type: 'sender_email', value })),
  fc.constantFrom('*@example.com', 'ada@*', '*reply*', '*').map((value) => ({ type: 'sender_email', value })),
  fc.record({ type: fc.constant('sender_domain'), value: domain, include_subdomains: fc.boolean() }),
  fc.record({ type: fc.constant('recipient'), value: address, any_tag: fc.boolean() }),
  fc.record({ type: fc.constantFrom('subject_contains', 'body_contains'), value: word }),
  fc.record({
    type: fc.constantFrom('subject_regex', 'body_regex'),
    value: fc.constantFrom('invoice|order', '^ship', 'or.er', '(?i)NEWS.*', 'x?'),
  }),
  fc.record({
    type: fc.constant('header_match'),
    header: fc.constantFrom('X-A', 'list-id'),
    value: fc.constantFrom('news', '.', 'dev|news'),
  }),
  fc.constantFrom('INBOX', 'L1').map((value) => ({ type: 'label_present', value })),
  fc.oneof(list, fc.constant('*.x.org')).map((value) => ({ type: 'list_id', value })),
  fc.boolean().map((value) => ({ type: 'known_sender', value })),
);

const tree: fc.Arbitrary<ConditionTree> = fc.letrec<{ t: ConditionTree }>((tie) => ({
  t: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      children: fc.array(tie('t'), { maxLength: 3 }),
    }),
    tie('t').map((child) => ({ op: 'not' as const, children: [child] })),
  ),
})).t;

const scope = fc.oneof(
  fc.constant({ scope: 'global' as const, scopeRef: null }),
  fc.constantFrom('account-1', 'account-2').map((scopeRef) => ({ scope: 'account' as const, scopeRef })),
  domain.map((scopeRef) => ({ scope: 'domain' as const, scopeRef })),
  address.map((scopeRef) => ({ scope: 'sender' as const, scopeRef })),
);

const rules: fc.Arbitrary<Rule[]> = fc
  .array(fc.tuple(tree, scope, fc.integer({ min: 0, max: 3 }), fc.boolean()), { maxLength: 25 })
  .map((all) =>
    all.map(([conditions, where, priority, enabled], i) =>
      rule({ id: `rule-${String(i).padStart(2, '0')}`, conditions, ...where, priority, enabled }),
    ),
  );

const message: fc.Arbitrary<MessageFacts> = fc
  .record({
    from: fc.array(address, { maxLength: 2 }),
    to: fc.array(address, { maxLength: 2 }),
    subject: fc.array(word, { maxLength: 3 }).map((w) => w.join(' ')),
    text: fc.array(word, { maxLength: 4 }).map((w) => w.join('\n')),
    headers: fc.array(
      fc.oneof(
        list.map((id): [string, string] => ['list-id', `A list <${id}>`]),
        word.map((w): [string, string] => ['x-a', w]),
      ),
      { maxLength: 2 },
    ),
    labels: fc.subarray(['INBOX', 'L1']),
    knownSender: fc.boolean(),
    accountId: fc.constantFrom('account-1', 'account-2'),
  })
  .map(({ labels, knownSender, accountId, ...part }) => facts(part, { labels, knownSender, accountId }));

const oneByOne = (all: readonly Rule[], about: MessageFacts): string[] =>
  all
    .filter((r) => r.enabled && (scopeTest(r)?.(about) ?? true) && compileTree(r.conditions)(about))
    .toSorted(byPriority)
    .map((r) => r.id);

test('the index finds exactly the rules that trying each one finds', () => {
  fc.assert(
    fc.property(rules, fc.array(message, { minLength: 1, maxLength: 5 }), (all, messages) => {
      const compiled = compileRules(all);
      for (const m of messages) {
        const found = matchingRules(compiled, m, 'all_matches').map((r) => r.rule.id);
        expect(found).toEqual(oneByOne(all, m));
      }
    }),
    { numRuns: 600 },
  );
});

test('a rule that can not be compiled is reported and stops no other', () => {
  const good = rule({ id: 'good', conditions: { type: 'subject_regex', value: 'x' } });
  const bad = { ...rule({ id: 'bad' }), conditions: { type: 'subject_regex', value: '(' } };
  const unknown = { ...rule({ id: 'unknown' }), conditions: { type: 'nothing' } };
  const compiled = compileRules([bad, good, unknown]);
  expect(compiled.broken.map((b) => b.ruleId)).toEqual(['bad', 'unknown']);
  expect(compiled.broken[0]?.reason).toMatch(/missing closing/);
  expect(compiled.rules.map((r) => r.rule.id)).toEqual(['good']);
});
