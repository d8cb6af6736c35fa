import { z } from 'zod';
import { answerUncertain, UNCERTAIN_ANSWERS } from '#actions/answer-uncertain.ts';
import { actionsById } from '#actions/list-store.ts';
import { uncertainMails } from '#actions/outbox-store.ts';
import { getAction } from '#actions/store.ts';
import { PAGE_ROWS_MAX } from '#config/limits.ts';
import { defineRoute } from '#http/route.ts';
import { actionSummaryShape } from '#http/shapes/action.ts';
import { byId, instant, list } from '#http/shapes/base.ts';
import { actionSummaries } from '#http/views/action-view.ts';
import { requester } from '#http/who.ts';

const uncertainShape = z
  .strictObject({
    action: actionSummaryShape,
    to: z.array(z.string()).describe('Every recipient.'),
    since: instant.describe('When it was written.'),
    reason: z.string().describe('Why nobody knows.'),
  })
  .meta({ id: 'UncertainSend' });

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/sends/uncertain',
  access: 'read',
  summary: 'Mails that may or may not have gone out: look into Sent, then answer each.',
  output: list(uncertainShape),
  handle: async ({ app, who }) => {
    const mails = await uncertainMails(app.db, who.userId, PAGE_ROWS_MAX);
    const ids = mails.map((mail) => mail.actionId);
    const actions = await actionsById(app.db, who.userId, ids);
    const found = await actionSummaries(
      app.db,
      who.userId,
      ids.flatMap((id) => actions.get(id) ?? []),
    );
    const summaries = new Map(found.map((summary) => [summary.id, summary]));
    return {
      items: mails.flatMap(({ actionId, recipients, createdAt, reason }) => {
        const action = summaries.get(actionId);
        return action ? [{ action, to: recipients, since: createdAt, reason: reason ?? '' }] : [];
      }),
    };
  },
});

const answerRoute = defineRoute({
  method: 'POST',
  path: '/api/actions/{id}/sent',
  access: 'act',
  summary: 'What a person found out about a mail that may or may not have gone out. The first answer counts.',
  params: byId,
  body: z.strictObject({ answer: z.enum(UNCERTAIN_ANSWERS) }),
  output: actionSummaryShape,
  handle: async ({ app, who, params, body }) => {
    const { userId } = who;
    await answerUncertain(app, { userId, actionId: params.id, answer: body.answer, by: requester(who) });
    app.live.tell('actions', 'approvals');
    const [summary] = await actionSummaries(app.db, userId, [await getAction(app.db, userId, params.id)]);
    if (!summary) throw new Error('An action that was answered is there');
    return summary;
  },
});

export const sendRoutes = [listRoute, answerRoute];
