import { z } from 'zod';
import { recordActivity } from '#activity/store.ts';
import { RULE_TRY_DEFAULT, RULE_TRY_MAX, RULES_PER_USER } from '#config/limits.ts';
import type { Tx } from '#db/db.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId, id, list } from '#http/shapes/base.ts';
import { catalogShape, ruleShape, ruleTestShape } from '#http/shapes/rule.ts';
import { catalogView, ruleView } from '#http/views/rule-view.ts';
import { requester, type Who } from '#http/who.ts';
import { ruleDraft, rulePatch } from '#rules/rule.ts';
import {
  allRules,
  createRules,
  deleteRule,
  getRule,
  lastPriority,
  patchRule,
  reorderRules,
} from '#rules/store.ts';
import { tryRule } from '#rules/try-rule.ts';

/** A change of the rules and its line in the audit log, together. */
const changeRules = async <T>(
  app: HttpPorts,
  who: Who,
  o: { action: string; subjectId: (result: T) => string; work: (tx: Tx) => Promise<T> },
): Promise<T> => {
  const result = await app.db.write(async (tx) => {
    const done = await o.work(tx);
    await recordActivity(app, tx, {
      userId: who.userId,
      ...requester(who),
      action: o.action,
      subjectType: 'rule',
      subjectId: o.subjectId(done),
    });
    return done;
  });
  app.live.tell('rules');
  return result;
};

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/rules/deterministic',
  access: 'read',
  summary: 'All rules in the order of judgement.',
  output: list(ruleShape),
  handle: async ({ app, who }) => ({ items: (await allRules(app.db, who.userId)).map(ruleView) }),
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/rules/deterministic/{id}',
  access: 'read',
  summary: 'One rule.',
  params: byId,
  output: ruleShape,
  handle: async ({ app, who, params }) => ruleView(await getRule(app.db, who.userId, params.id)),
});

const createRoute = defineRoute({
  method: 'POST',
  path: '/api/rules/deterministic',
  access: 'act',
  summary: 'Make a rule. Without a priority it comes last.',
  status: 201,
  body: ruleDraft,
  output: ruleShape,
  handle: async ({ app, who, body }) => {
    const rule = await changeRules(app, who, {
      action: 'rule.create',
      work: async (tx) => {
        const priority = body.priority ?? (await lastPriority(tx, who.userId));
        const [made] = await createRules(tx, {
          userId: who.userId,
          rules: [{ ...body, priority }],
          newId: app.newId,
          now: app.clock.now(),
        });
        if (!made) throw new Error('A rule was stored and not returned');
        return made;
      },
      subjectId: (made) => made.id,
    });
    return ruleView(rule);
  },
});

const patchRoute = defineRoute({
  method: 'PATCH',
  path: '/api/rules/deterministic/{id}',
  access: 'act',
  summary: 'Change a rule: what is absent stays, null clears, a value sets.',
  params: byId,
  body: rulePatch,
  output: ruleShape,
  handle: async ({ app, who, params, body }) =>
    ruleView(
      await changeRules(app, who, {
        action: 'rule.update',
        subjectId: () => params.id,
        work: (tx) => patchRule(tx, { userId: who.userId, id: params.id, patch: body, now: app.clock.now() }),
      }),
    ),
});

const deleteRoute = defineRoute({
  method: 'DELETE',
  path: '/api/rules/deterministic/{id}',
  access: 'act',
  summary: 'Delete a rule. What it did stays done, and can be undone.',
  params: byId,
  handle: async ({ app, who, params }) => {
    await changeRules(app, who, {
      action: 'rule.delete',
      subjectId: () => params.id,
      work: (tx) => deleteRule(tx, { userId: who.userId, id: params.id }),
    });
    return undefined;
  },
});

const reorderRoute = defineRoute({
  method: 'POST',
  path: '/api/rules/deterministic/reorder',
  access: 'act',
  summary: 'Put the rules in a new order. The list names each once.',
  body: z.strictObject({ ids: z.array(id).max(RULES_PER_USER) }),
  output: list(ruleShape),
  handle: async ({ app, who, body }) => {
    await changeRules(app, who, {
      action: 'rule.reorder',
      subjectId: () => body.ids[0] ?? '',
      work: (tx) => reorderRules(tx, { userId: who.userId, ids: body.ids, now: app.clock.now() }),
    });
    return { items: (await allRules(app.db, who.userId)).map(ruleView) };
  },
});

const testRoute = defineRoute({
  method: 'POST',
  path: '/api/rules/deterministic/test',
  access: 'read',
  summary: 'Ask a rule, saved or not, about the newest stored messages. Changes nothing.',
  body: z.strictObject({
    rule: ruleDraft,
    limit: z.number().int().min(1).max(RULE_TRY_MAX).default(RULE_TRY_DEFAULT),
  }),
  output: ruleTestShape,
  handle: async ({ app, who, body }) => {
    const rule = { ...body.rule, priority: body.rule.priority ?? 0 };
    const tried = await tryRule(app, { userId: who.userId, rule, limit: body.limit });
    const samples = tried.samples.map((m) => {
      const { subject, from } = m.mail.reveal();
      const { name, address } = from[0] ?? { name: '', address: '' };
      return { messageId: m.id, subject, from: { name, address }, receivedAt: m.receivedAt };
    });
    return { checked: tried.checked, matched: tried.matched, samples };
  },
});

const catalogRoute = defineRoute({
  method: 'GET',
  path: '/api/rules/catalog',
  access: 'read',
  summary: 'The conditions and actions that rules are made of, with their parameters.',
  output: catalogShape,
  handle: async () => catalogView(),
});

export const ruleRoutes = [
  listRoute,
  createRoute,
  reorderRoute,
  testRoute,
  getRoute,
  patchRoute,
  deleteRoute,
  catalogRoute,
];
