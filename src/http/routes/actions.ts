import { z } from 'zod';
import { pageOfActions } from '#actions/list-store.ts';
import { getAction } from '#actions/store.ts';
import { undoJob } from '#actions/undo.job.ts';
import { requestUndo } from '#actions/undo.ts';
import { countUndoable, pageOfUndoable } from '#actions/undo-store.ts';
import { ACTION_STATUSES } from '#db/enums.ts';
import { afterId, encodeCursor } from '#http/cursor.ts';
import { defineRoute } from '#http/route.ts';
import { actionDetailShape, actionSummaryShape } from '#http/shapes/action.ts';
import { byId, cursor, id, instantInput, limit, page } from '#http/shapes/base.ts';
import { previewId, readPreview, type UndoRequest, undoFilterShape } from '#http/undo-preview.ts';
import { actionDetail, actionSummaries } from '#http/views/action-view.ts';
import { requester } from '#http/who.ts';
import { jobIdOfKey } from '#queue/store.ts';
import { type Instant, parseDuration, toInstant } from '#std/time.ts';

const SAMPLE = 10;

const confidence = z.coerce.number().min(0).max(1).optional();

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/actions',
  access: 'read',
  summary: 'What was done or waits, newest first.',
  query: z.strictObject({
    type: z.string().max(100).optional().describe('A name of the catalog of actions, or `undo`.'),
    status: z.enum(ACTION_STATUSES).optional(),
    ruleId: id.optional(),
    accountId: id.optional(),
    messageId: id.optional(),
    sender: z
      .string()
      .min(1)
      .max(320)
      .optional()
      .describe('With an @ an exact address, else a domain and those under it.'),
    since: instantInput.optional(),
    until: instantInput.optional(),
    window: z.string().max(20).optional().describe('Instead of `since`: how far back, such as 24h or 7d.'),
    confidenceMin: confidence,
    confidenceMax: confidence,
    cursor,
    limit,
  }),
  output: page(actionSummaryShape),
  handle: async ({ app, who, query }) => {
    const { cursor: after, window, limit: rows, ...filter } = query;
    const since = window === undefined ? filter.since : toInstant(app.clock.ms() - parseDuration(window));
    const { actions, next } = await pageOfActions(app.db, {
      ...filter,
      since,
      userId: who.userId,
      before: afterId(after),
      limit: rows,
    });
    const items = await actionSummaries(app.db, who.userId, actions);
    return { items, next: next === null ? null : encodeCursor(next) };
  },
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/actions/{id}',
  access: 'read',
  summary: 'One action: why, what it changed, who said so, and whether it can be undone.',
  params: byId,
  output: actionDetailShape,
  handle: async ({ app, who, params }) =>
    actionDetail(app.db, who.userId, await getAction(app.db, who.userId, params.id)),
});

const undoRoute = defineRoute({
  method: 'POST',
  path: '/api/actions/{id}/undo',
  access: 'act',
  summary: 'Take back one action. Undoing an undo does it again.',
  status: 202,
  params: byId,
  output: z.strictObject({ actionId: id, jobId: z.string() }),
  handle: async ({ app, who, params }) => {
    const made = await app.db.write(async (tx) => {
      const action = await getAction(tx, who.userId, params.id);
      const actionId = await requestUndo(app, tx, { action, by: requester(who) });
      return { actionId, jobId: (await jobIdOfKey(tx, `action:${actionId}`)) ?? '' };
    });
    app.live.tell('actions', 'messages');
    return made;
  },
});

const previewRoute = defineRoute({
  method: 'POST',
  path: '/api/undo/preview',
  access: 'read',
  summary: 'What a bulk undo would take back, without doing it.',
  body: undoFilterShape,
  output: z.strictObject({
    undoable: z.number().int(),
    blocked: z.array(z.strictObject({ reason: z.string(), count: z.number().int() })),
    sample: z.array(actionSummaryShape),
    previewId: z.string().describe('Goes back with the request that carries it out.'),
  }),
  handle: async ({ app, who, body }) => {
    const { userId } = who;
    const until = toInstant(app.clock.ms() + 1);
    const filter = bounded(body, until);
    const counts = await countUndoable(app.db, userId, filter);
    const sample = await pageOfUndoable(app.db, { userId, filter }, { before: null, limit: SAMPLE });
    return {
      ...counts,
      sample: await actionSummaries(app.db, userId, sample),
      previewId: previewId(body, until),
    };
  },
});

/** Nothing that came after the preview. */
const bounded = (filter: UndoRequest, until: Instant): UndoRequest => ({
  ...filter,
  until: filter.until !== undefined && filter.until < until ? filter.until : until,
});

const bulkRoute = defineRoute({
  method: 'POST',
  path: '/api/undo',
  access: 'act',
  summary: 'Take back everything that a preview showed, as a job.',
  status: 202,
  body: undoFilterShape.safeExtend({ previewId: z.string().min(1).max(200) }),
  output: z.strictObject({ jobId: id, total: z.number().int() }),
  handle: async ({ app, who, body }) => {
    const { userId } = who;
    const { previewId: shown, ...asked } = body;
    const filter = bounded(asked, readPreview(asked, shown));
    const { undoable } = await countUndoable(app.db, userId, filter);
    const job = await app.queue.enqueue(undoJob, { userId, filter, ...requester(who) }, { userId });
    app.live.tell('actions', 'jobs');
    return { jobId: job.id, total: undoable };
  },
});

export const actionRoutes = [listRoute, getRoute, undoRoute, previewRoute, bulkRoute];
