import { z } from 'zod';
import { recordActivity } from '#activity/store.ts';
import { defineRoute } from '#http/route.ts';
import { labelShape } from '#http/shapes/account.ts';
import { byId, id, list } from '#http/shapes/base.ts';
import { requester } from '#http/who.ts';
import { changeLabel, type Label, listLabels } from '#mail/label-store.ts';

const labelView = ({ type, ...label }: Label) => label;

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/labels',
  access: 'read',
  summary: 'The labels of all mailboxes, or of one.',
  query: z.strictObject({ accountId: id.optional() }),
  output: list(labelShape),
  handle: async ({ app, who, query }) => {
    const { accountId } = query;
    const labels = await listLabels(app.db, { userId: who.userId, ...(accountId ? { accountId } : {}) });
    return { items: labels.map(labelView) };
  },
});

const patchRoute = defineRoute({
  method: 'PATCH',
  path: '/api/labels/{id}',
  access: 'act',
  summary: 'Say what a label is for, and whether the model may choose it.',
  params: byId,
  body: z.strictObject({
    description: z.string().max(2_000).nullable().optional().describe('null takes it away.'),
    availableToClassifier: z.boolean().optional(),
  }),
  output: labelShape,
  handle: async ({ app, who, params, body }) => {
    const label = await app.db.write(async (tx) => {
      const change = { userId: who.userId, id: params.id, change: body, now: app.clock.now() };
      const changed = await changeLabel(tx, change);
      await recordActivity(app, tx, {
        userId: who.userId,
        ...requester(who),
        action: 'label.update',
        subjectType: 'label',
        subjectId: params.id,
        details: { fields: Object.keys(body) },
      });
      return changed;
    });
    app.live.tell('accounts');
    return labelView(label);
  },
});

export const labelRoutes = [listRoute, patchRoute];
