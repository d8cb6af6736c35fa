import { z } from 'zod';
import { recordActivity } from '#activity/store.ts';
import { afterId, encodeCursor } from '#http/cursor.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId, cursor, limit, page } from '#http/shapes/base.ts';
import {
  bulkAnswerShape,
  type deadFilterShape,
  discardJobsShape,
  discardReason,
  FAILURE_KINDS,
  JOB_STATES,
  jobDetailShape,
  jobShape,
  jobStatsShape,
  retryJobsShape,
} from '#http/shapes/job.ts';
import { jobDetailView, jobStatsView, jobView } from '#http/views/job-view.ts';
import { isOwner, requester, type Who } from '#http/who.ts';
import type { DeadFilter } from '#queue/dead-store.ts';
import type { JobDetail } from '#queue/queue.ts';
import { AppError } from '#std/errors.ts';

/** The owner sees the jobs of the program too, others only their own. */
const ownJobs = (app: HttpPorts, who: Who): { userId?: string } =>
  isOwner(app, who) ? {} : { userId: who.userId };

const getJob = async (app: HttpPorts, who: Who, id: string): Promise<JobDetail> => {
  const found = await app.queue.get(id);
  const { userId } = ownJobs(app, who);
  if (found && (userId === undefined || found.job.userId === userId)) return found;
  throw new AppError('denied', 'queue.no-such-job', 'There is no such job', {
    help: 'It may have been kept long enough.',
  });
};

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/jobs',
  access: 'read',
  summary:
    'Jobs, newest first. A page may be short without being the last: where `next` is not null, there may be more.',
  query: z.strictObject({
    state: z.enum(JOB_STATES).optional(),
    failureKind: z.enum(FAILURE_KINDS).optional(),
    type: z.string().max(100).optional(),
    cursor,
    limit,
  }),
  output: page(jobShape),
  handle: async ({ app, who, query }) => {
    const before = afterId(query.cursor);
    const { jobs, next } = await app.queue.page({
      ...ownJobs(app, who),
      ...(query.state ? { state: query.state } : {}),
      ...(query.failureKind ? { failureKind: query.failureKind } : {}),
      ...(query.type ? { type: query.type } : {}),
      ...(before ? { before } : {}),
      limit: query.limit,
    });
    return { items: jobs.map(jobView), next: next === null ? null : encodeCursor(next) };
  },
});

const statsRoute = defineRoute({
  method: 'GET',
  path: '/api/jobs/stats',
  access: 'read',
  summary: 'How many jobs wait, run, failed and were canceled, in the whole program.',
  output: jobStatsShape,
  handle: async ({ app, services }) =>
    jobStatsView(await services.kept('jobs', () => app.queue.stats()), app.clock.ms()),
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/jobs/{id}',
  access: 'read',
  summary: 'One job with its steps, and how each attempt failed.',
  params: byId,
  output: jobDetailShape,
  handle: async ({ app, who, params }) => jobDetailView(await getJob(app, who, params.id)),
});

interface Done {
  action: string;
  id: string;
  details?: Readonly<Record<string, unknown>>;
}

const note = (app: HttpPorts, who: Who, { action, id, details = {} }: Done): Promise<void> =>
  app.db.write((tx) =>
    recordActivity(app, tx, {
      userId: who.userId,
      ...requester(who),
      action: `job.${action}`,
      subjectType: 'job',
      subjectId: id,
      details,
    }),
  );

const changing = (action: 'retry' | 'cancel', summary: string) =>
  defineRoute({
    method: 'POST',
    path: `/api/jobs/{id}/${action}`,
    access: 'act',
    summary,
    params: byId,
    output: jobShape,
    handle: async ({ app, who, params }) => {
      await getJob(app, who, params.id);
      await app.queue[action](params.id);
      await note(app, who, { action, id: params.id });
      app.live.tell('jobs');
      return jobView((await getJob(app, who, params.id)).job);
    },
  });

const discardRoute = defineRoute({
  method: 'POST',
  path: '/api/jobs/{id}/discard',
  access: 'act',
  summary: 'Delete a job that does not run.',
  params: byId,
  body: z.strictObject({ reason: discardReason }),
  handle: async ({ app, who, params, body }) => {
    const { job } = await getJob(app, who, params.id);
    await app.queue.discard(params.id);
    const details = { type: job.type, ...(body.reason ? { reason: body.reason } : {}) };
    await note(app, who, { action: 'discard', id: params.id, details });
    app.live.tell('jobs');
    return undefined;
  },
});

const deadFilter = (app: HttpPorts, who: Who, body: z.output<typeof deadFilterShape>): DeadFilter => ({
  ...ownJobs(app, who),
  state: body.state,
  ...(body.failureKind ? { failureKind: body.failureKind } : {}),
  ...(body.type ? { type: body.type } : {}),
  ...(body.errorContains ? { errorContains: body.errorContains } : {}),
  ...(body.finishedAfter ? { finishedAfter: body.finishedAfter } : {}),
  ...(body.finishedBefore ? { finishedBefore: body.finishedBefore } : {}),
  ...(body.ids ? { ids: body.ids } : {}),
});

const changeMany = async (
  app: HttpPorts,
  who: Who,
  o: { action: 'retry' | 'discard'; body: z.output<typeof retryJobsShape>; reason?: string },
): Promise<z.input<typeof bulkAnswerShape>> => {
  const { preview, limit } = o.body;
  const filter = deadFilter(app, who, o.body);
  if (preview) return { preview, ...(await app.queue.countDead(filter, { limit })) };
  const done = await app.queue[o.action === 'retry' ? 'retryMany' : 'discardMany'](filter, { limit });
  const { userId, ids, ...chosen } = filter;
  const details = { ...chosen, ...(ids ? { named: ids.length } : {}), count: done.count, types: done.types };
  await note(app, who, {
    action: `${o.action}-many`,
    id: 'many',
    details: { ...(o.reason ? { reason: o.reason } : {}), ...details },
  });
  app.live.tell('jobs');
  return { preview, ...done };
};

const retryManyRoute = defineRoute({
  method: 'POST',
  path: '/api/jobs/retry',
  access: 'act',
  summary: 'Queue jobs again that failed or were canceled, the oldest first. `preview` only counts them.',
  body: retryJobsShape,
  output: bulkAnswerShape,
  handle: ({ app, who, body }) => changeMany(app, who, { action: 'retry', body }),
});

const discardManyRoute = defineRoute({
  method: 'POST',
  path: '/api/jobs/discard',
  access: 'act',
  summary:
    'Delete jobs that failed or were canceled, the oldest first, with a reason. `preview` only counts them.',
  body: discardJobsShape,
  output: bulkAnswerShape,
  handle: ({ app, who, body }) => {
    const { reason, ...rest } = body;
    if (reason === undefined && !rest.preview) {
      throw new AppError('input', 'queue.no-reason', 'Say why these jobs are not needed', {
        help: 'Send a `reason`; the audit log keeps it.',
      });
    }
    return changeMany(app, who, { action: 'discard', body: rest, ...(reason ? { reason } : {}) });
  },
});

export const jobRoutes = [
  listRoute,
  statsRoute,
  retryManyRoute,
  discardManyRoute,
  getRoute,
  changing('retry', 'Queue a failed or canceled job again.'),
  changing('cancel', 'Cancel a job that waits or runs.'),
  discardRoute,
];
