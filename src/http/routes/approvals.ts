import { z } from 'zod';
import { decide } from '#approvals/decide.ts';
import { getApproval, listApprovals } from '#approvals/store.ts';
import { afterId, idPage } from '#http/cursor.ts';
import { defineRoute } from '#http/route.ts';
import { approvalShape, SHOWN_APPROVAL_STATES } from '#http/shapes/action.ts';
import { byId, cursor, limit, page } from '#http/shapes/base.ts';
import { storedState } from '#http/views/approval-state.ts';
import { approvalViews } from '#http/views/approval-view.ts';
import { AppError } from '#std/errors.ts';

const missing = (): AppError =>
  new AppError('denied', 'approvals.unknown', 'There is no such approval', {
    help: 'List the approvals to see their ids.',
  });

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/approvals',
  access: 'read',
  summary: 'What waits for a yes or a no, and what was answered; newest first.',
  query: z.strictObject({ state: z.enum(SHOWN_APPROVAL_STATES).optional(), cursor, limit }),
  output: page(approvalShape),
  handle: async ({ app, who, query }) => {
    const found = await listApprovals(app.db, {
      userId: who.userId,
      state: query.state && storedState(query.state),
      before: afterId(query.cursor),
      limit: query.limit + 1,
    });
    const { rows, next } = idPage(found, query.limit);
    return { items: await approvalViews(app.db, who.userId, rows), next };
  },
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/approvals/{id}',
  access: 'read',
  summary: 'One approval.',
  params: byId,
  output: approvalShape,
  handle: async ({ app, who, params }) => {
    const approval = await getApproval(app.db, who.userId, params.id);
    const [view] = await approvalViews(app.db, who.userId, [approval]);
    if (!view) throw missing();
    return view;
  },
});

const answering = (answer: 'approve' | 'reject', summary: string) =>
  defineRoute({
    method: 'POST',
    path: `/api/approvals/{id}/${answer}`,
    access: 'act',
    summary,
    params: byId,
    output: approvalShape,
    handle: async ({ app, who, params }) => {
      const { userId, actor: by, channel: via } = who;
      const decided = await decide(app, { userId, approvalId: params.id, answer, by, via });
      app.live.tell('approvals', 'actions');
      const [view] = await approvalViews(app.db, userId, [decided]);
      if (!view) throw missing();
      return view;
    },
  });

export const approvalRoutes = [
  listRoute,
  getRoute,
  answering('approve', 'Yes: carry it out as it is shown. The first answer counts.'),
  answering('reject', 'No: it is not carried out. The first answer counts.'),
];
