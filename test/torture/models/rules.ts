import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { evaluate } from '#rules/evaluate.ts';
import { createRules, deleteRule, patchRule, reorderRules } from '#rules/store.ts';
import { workingRules } from '#rules/working.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { facts } from '#test/kit/rules.ts';
import type { TrialRun } from '#test/torture/trial.ts';

const WORDS = ['invoice', 'lunch', 'code'] as const;
const pick = fc.nat(7);

const edit = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      word: fc.constantFrom(...WORDS),
      priority: fc.integer({ min: 1, max: 4 }),
      goesOn: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'switch' as const), rule: pick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('priority' as const),
      rule: pick,
      priority: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('order' as const), turn: pick }) },
);

interface ModelRule {
  id: string;
  word: string;
  priority: number;
  goesOn: boolean;
  enabled: boolean;
}

const inOrder = (rules: readonly ModelRule[]): ModelRule[] =>
  [...rules].sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));

/** Which rules act on a mail with this subject: from the first down, until one does not let the search go on. */
const told = (rules: readonly ModelRule[], subject: string): string[] => {
  const acting: string[] = [];
  for (const rule of inOrder(rules)) {
    if (!rule.enabled || !subject.includes(rule.word)) continue;
    acting.push(rule.id);
    if (!rule.goesOn) break;
  }
  return acting;
};

/** Rules that are added, moved, switched and removed in any order decide at every moment as they then stand. */
export const rulesAsTold = async (run: TrialRun): Promise<fc.IRawProperty<[unknown]>> => {
  const clock = new ManualClock();
  const newId = idMaker(clock, run.random);
  const db = await openDatabase({ url: ':memory:', clock, random: run.random });
  run.onEnd(() => db.close());
  await migrate(db, { clock });
  let users = 0;
  return fc.asyncProperty(fc.array(edit, { maxLength: 14 }), async (edits) => {
    const userId = `user-${++users}`;
    const now = clock.now();
    await db.write((tx) =>
      tx.run(
        'insert into users (id, email, display_name, time_zone, locale, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)',
        [userId, `${userId}@example.com`, 'Robin', 'UTC', 'en', now],
      ),
    );
    let model: ModelRule[] = [];
    const at = (n: number) => model[n % Math.max(1, model.length)];
    for (const one of edits) {
      await db.write(async (tx) => {
        if (one.do === 'add') {
          const rule = {
            name: one.word,
            priority: one.priority,
            continueMatching: one.goesOn,
            conditions: { type: 'subject_contains', value: one.word },
            actions: [{ type: 'apply_label', parameters: { label: `label ${model.length}` } }],
          };
          const [made] = await createRules(tx, { userId, rules: [rule], newId, now });
          if (made) model.push({ ...one, id: made.id, enabled: true });
        } else if (one.do === 'order') {
          const ids = inOrder(model).map((r) => r.id);
          const turned = [
            ...ids.slice(one.turn % Math.max(1, ids.length)),
            ...ids.slice(0, one.turn % Math.max(1, ids.length)),
          ];
          await reorderRules(tx, { userId, ids: turned, now });
          for (const [i, id] of turned.entries())
            for (const r of model) if (r.id === id) r.priority = (i + 1) * 10;
        } else {
          const rule = at(one.rule);
          if (!rule) return;
          if (one.do === 'remove') {
            await deleteRule(tx, { userId, id: rule.id });
            model = model.filter((r) => r !== rule);
          } else {
            const patch = 'priority' in one ? { priority: one.priority } : { enabled: !rule.enabled };
            await patchRule(tx, { userId, id: rule.id, patch, now });
            Object.assign(rule, patch);
          }
        }
      });
      const compiled = await workingRules({ db, clock }, userId);
      for (const subject of [...WORDS, 'invoice for lunch', 'nothing']) {
        const { matched } = evaluate(compiled, facts({ subject }), 'first_match');
        deepEqual([...new Set(matched.map((m) => m.ruleId))], told(model, subject));
      }
    }
  });
};
