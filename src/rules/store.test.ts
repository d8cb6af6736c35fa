import { expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import { ManualClock } from '#std/clock.ts';
import { isAppError } from '#std/errors.ts';
import { idMaker } from '#std/ids.ts';
import { seededRandom } from '#std/random.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { compiledRules } from './compiled.ts';
import type { Rule } from './rule.ts';
import {
  allRules,
  createRules,
  deleteRule,
  getRule,
  listRules,
  patchRule,
  recordHits,
  reorderRules,
  rulesVersion,
  setRuleDisabled,
} from './store.ts';

const clock = new ManualClock();
const newId = idMaker(clock, seededRandom(5));
const now = clock.now();

const addUser = (db: Db, id: string) =>
  db.write((tx) =>
    tx.run(
      'insert into users (id, email, display_name, time_zone, locale, created_at, updated_at) values ($1, $2, $1, $3, $4, $5, $5)',
      [id, `${id}@mail.example`, 'UTC', 'en', now],
    ),
  );

const input = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  conditions: { type: 'subject_contains', value: name },
  actions: [{ type: 'archive' }],
  ...more,
});

const add = (db: Db, userId: string, ...rules: unknown[]): Promise<Rule[]> =>
  db.write((tx) => createRules(tx, { userId, rules, newId, now }));

const change = (db: Db, rule: Rule, patch: unknown) =>
  db.write((tx) => patchRule(tx, { userId: rule.userId, id: rule.id, patch, now }));

const one = <T>([first]: T[]): T => {
  if (first === undefined) throw new Error('nothing there');
  return first;
};

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (e) {
    if (isAppError(e)) return e.code;
    throw e;
  }
  return 'no error';
};

onEveryDatabase('The rules', (fresh) => {
  test('what is stored is what is read', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    const whole = input('a', {
      scope: 'domain',
      scopeRef: 'example.com',
      priority: -5,
      enabled: false,
      actions: [{ type: 'apply_label', parameters: { label: 'Ä "x"' } }],
      continueMatching: true,
      safeMode: 'always_safe',
      shadow: true,
    });
    const rule = one(await add(t.db, 'ann', whole));
    expect(rule).toMatchObject(whole);
    expect(await getRule(t.db, 'ann', rule.id)).toEqual(rule);
  });

  test('many are stored at once or not at all', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    expect(await codeOf(add(t.db, 'ann', input('a'), { name: 'b' }))).toBe('rules.invalid');
    expect(await allRules(t.db, 'ann')).toEqual([]);
    expect(await add(t.db, 'ann', ...Array.from({ length: 90 }, (_, i) => input(`r${i}`)))).toHaveLength(90);
    expect(await allRules(t.db, 'ann')).toHaveLength(90);
  });

  test('pages follow each other in the order of judgement', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    await add(t.db, 'ann', ...[3, 1, 2, 1, 3, 1, 2].map((priority, i) => input(`r${i}`, { priority })));
    const names: string[] = [];
    for (let after: { priority: number; id: string } | null | undefined; after !== null; ) {
      const page = await listRules(t.db, 'ann', { limit: 2, after: after ?? null });
      expect(page.rules.length).toBeLessThanOrEqual(2);
      names.push(...page.rules.map((r) => r.name));
      after = page.next;
    }
    expect(names).toEqual(['r1', 'r3', 'r5', 'r2', 'r6', 'r0', 'r4']);
  });

  test('a patch keeps what is absent, clears null and sets a value', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    const rule = one(
      await add(t.db, 'ann', input('a', { scope: 'sender', scopeRef: 'a@b.c', shadow: true })),
    );
    const after = await change(t.db, rule, { scope: 'global', scopeRef: null, name: 'b' });
    expect(after).toEqual({ ...rule, scope: 'global', scopeRef: null, name: 'b' });
    expect(await getRule(t.db, 'ann', rule.id)).toEqual(after);
    expect(await codeOf(change(t.db, rule, { scope: 'sender' }))).toBe('rules.invalid');
    expect(await codeOf(change(t.db, rule, { hits: 1 }))).toBe('rules.invalid');
  });

  test("nobody reaches another user's rules", async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    await addUser(t.db, 'bob');
    const rule = one(await add(t.db, 'ann', input('a')));
    const asBob = { userId: 'bob', id: rule.id };
    expect(await codeOf(getRule(t.db, 'bob', rule.id))).toBe('rules.unknown');
    expect(await codeOf(t.db.write((tx) => patchRule(tx, { ...asBob, patch: { name: 'x' }, now })))).toBe(
      'rules.unknown',
    );
    expect(await codeOf(t.db.write((tx) => deleteRule(tx, asBob)))).toBe('rules.unknown');
    expect(await codeOf(t.db.write((tx) => reorderRules(tx, { userId: 'bob', ids: [rule.id], now })))).toBe(
      'rules.order-stale',
    );
    await t.db.write((tx) => setRuleDisabled(tx, { ...asBob, reason: 'no', now }));
    await t.db.write((tx) => recordHits(tx, { userId: 'bob', hits: new Map([[rule.id, 5]]), now }));
    expect(await allRules(t.db, 'ann')).toEqual([rule]);
    expect(await allRules(t.db, 'bob')).toEqual([]);
  });

  test('a new order needs every rule once', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    const ids = (await add(t.db, 'ann', input('a'), input('b'), input('c'))).map((r) => r.id);
    const order = (...at: number[]) =>
      t.db.write((tx) => reorderRules(tx, { userId: 'ann', ids: at.map((i) => ids[i] ?? ''), now }));
    await order(2, 0, 1);
    expect((await allRules(t.db, 'ann')).map((r) => [r.name, r.priority])).toEqual([
      ['c', 10],
      ['a', 20],
      ['b', 30],
    ]);
    for (const wrong of [
      [0, 1],
      [0, 1, 1],
      [0, 1, 9],
    ])
      expect(await codeOf(order(...wrong))).toBe('rules.order-stale');
  });

  test('a rule is switched off with a reason, and on without one', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    const rule = one(await add(t.db, 'ann', input('a')));
    await t.db.write((tx) => setRuleDisabled(tx, { userId: 'ann', id: rule.id, reason: 'too often', now }));
    expect(await getRule(t.db, 'ann', rule.id)).toMatchObject({
      enabled: false,
      disabledReason: 'too often',
    });
    expect(await change(t.db, rule, { name: 'b' })).toMatchObject({
      enabled: false,
      disabledReason: 'too often',
    });
    expect(await change(t.db, rule, { enabled: true })).toMatchObject({
      enabled: true,
      disabledReason: null,
    });
  });

  test('hits are counted and leave the version alone', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    const rule = one(await add(t.db, 'ann', input('a')));
    const version = await rulesVersion(t.db, 'ann');
    for (const n of [2, 3]) {
      await t.db.write((tx) => recordHits(tx, { userId: 'ann', hits: new Map([[rule.id, n]]), now }));
    }
    expect(await getRule(t.db, 'ann', rule.id)).toMatchObject({ hits: 5, lastHitAt: now });
    expect(await rulesVersion(t.db, 'ann')).toBe(version);
  });

  test('rules are compiled once per change, and what did not change is kept', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    expect((await compiledRules(t.db, 'ann')).rules).toEqual([]);
    const [a] = await add(t.db, 'ann', input('a'), input('b'));
    const [first, again] = await Promise.all([compiledRules(t.db, 'ann'), compiledRules(t.db, 'ann')]);
    expect(first.rules.map((r) => r.rule.name)).toEqual(['a', 'b']);
    expect(await compiledRules(t.db, 'ann')).toBe(again);
    await change(t.db, a as Rule, { conditions: { type: 'is_reply' } });
    const second = await compiledRules(t.db, 'ann');
    expect(second.rules[0]).not.toBe(again.rules[0]);
    expect(second.rules[0]?.rule.conditions).toEqual({ type: 'is_reply' });
    expect(second.rules[1]).toBe(again.rules[1]);
    await t.db.write((tx) => deleteRule(tx, { userId: 'ann', id: (a as Rule).id }));
    expect((await compiledRules(t.db, 'ann')).rules.map((r) => r.rule.name)).toEqual(['b']);
  });

  test('a row that can not be read is reported and stops no other', async () => {
    await using t = await fresh();
    await addUser(t.db, 'ann');
    const [a, b] = await add(t.db, 'ann', input('a'), input('b'), input('c'));
    const spoil = (id: string | undefined, column: string, text: string) =>
      t.db.write((tx) =>
        tx.run(`update deterministic_rules set ${column} = $1 where id = $2`, [text, id ?? '']),
      );
    await spoil(a?.id, 'actions_json', '{');
    await spoil(b?.id, 'conditions_json', '{"type":"from_the_future"}');
    const { rules, broken } = await compiledRules(t.db, 'ann');
    expect(rules.map((r) => r.rule.name)).toEqual(['c']);
    expect(broken.map((x) => x.ruleId)).toEqual([a?.id, b?.id]);
  });
});
