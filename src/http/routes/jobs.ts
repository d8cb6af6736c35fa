import { z } from 'zod';
import { recordActivity } from '#activity/store.ts';
import { JOB_RETRY_ROWS } from '#config/limits.ts';
import { afterId, idPage } from '#http/cursor.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId, cursor, limit, page } from '#http/shapes/base.ts';
import { JOB_STATES, type JobView, jobDetailShape, jobShape, jobStatsShape } from '#http/shapes/job.ts';
import { isOwner, requester, type Who } from '#http/who.ts';
import type { Job, JobStep } from '#queue/job.ts';
import { AppError, isAppError } from '#std/errors.ts';
import { toMs } from '#std/time.ts';

const jobView = (job: Job): JobView => ({
  id: job.id,
  type: job.type,
  state: job.state,
  priority: job.priority,
  attempts: job.attempts,
  maxAttempts: job.maxAttempts,
  notBefore: job.notBefore,
  createdAt: job.createdAt,
  startedAt: job.startedAt,
  finishedAt: job.finishedAt,
  lastError: job.lastError,
  failureKind: job.failureKind,
});

/** The owner sees the jobs of the program too, others only their own. */
const ownJobs = (app: HttpPorts, who: Who): { userId?: string } =>
  isOwner(app, who) ? {} : { userId: who.userId };

const getJob = async (app: HttpPorts, who: Who, id: string): Promise<{ job: Job; steps: JobStep[] }> => {
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
  summary: 'Jobs, newest first.',
  query: z.strictObject({
    state: z.enum(JOB_STATES).optional(),
    type: z.string().max(100).optional(),
    cursor,
    limit,
  }),
  output: page(jobShape),
  handle: async ({ app, who, query }) => {
    const before = afterId(query.cursor);
    const found = await app.queue.list({
      ...ownJobs(app, who),
      ...(query.state ? { state: query.state } : {}),
      ...(query.type ? { type: query.type } : {}),
      ...(before ? { before } : {}),
      limit: query.limit + 1,
    });
    const { rows, next } = idPage(found, query.limit);
    return { items: rows.map(jobView), next };
  },
});

const statsRoute = defineRoute({
  method: 'GET',
  path: '/api/jobs/stats',
  access: 'read',
  summary: 'How many jobs wait, run and failed, in the whole program.',
  output: jobStatsShape,
  handle: async ({ app, services }) => {
    const stats = await services.kept('jobs', () => app.queue.stats());
    const sum = (of: (t: (typeof stats.types)[number]) => number) =>
      stats.types.reduce((n, t) => n + of(t), 0);
    return {
      queued: sum((t) => t.ready + t.delayed),
      running: sum((t) => t.running),
      failed: sum((t) => t.failed),
      oldestDueSeconds:
        stats.oldestDue === null
          ? null
          : Math.max(0, Math.floor((app.clock.ms() - toMs(stats.oldestDue)) / 1000)),
    };
  },
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/jobs/{id}',
  access: 'read',
  summary: 'One job with its steps.',
  params: byId,
  output: jobDetailShape,
  handle: async ({ app, who, params }) => {
    const { job, steps } = await getJob(app, who, params.id);
    return {
      ...jobView(job),
      steps: steps.map(({ name, startedAt, finishedAt }) => ({ name, startedAt, finishedAt })),
      traceId: job.traceparent?.split('-')[1] ?? null,
      payload: (job.payload ?? {}) as Record<string, unknown>,
    };
  },
});

const note = (app: HttpPorts, who: Who, what: { action: string; id: string }): Promise<void> =>
  app.db.write((tx) =>
    recordActivity(app, tx, {
      userId: who.userId,
      ...requester(who),
      action: `job.${what.action}`,
      subjectType: 'job',
      subjectId: what.id,
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
  summary: 'Forget a job that does not run.',
  params: byId,
  handle: async ({ app, who, params }) => {
    await getJob(app, who, params.id);
    await app.queue.discard(params.id);
    await note(app, who, { action: 'discard', id: params.id });
    app.live.tell('jobs');
    return undefined;
  },
});

const retryAllRoute = defineRoute({
  method: 'POST',
  path: '/api/jobs/retry',
  access: 'act',
  summary: 'Queue failed jobs again, the newest first; call it again while there are more.',
  body: z.strictObject({ type: z.string().max(100).optional() }),
  output: z.strictObject({ retried: z.number().int(), more: z.boolean() }),
  handle: async ({ app, who, body }) => {
    const found = await app.queue.list({
      ...ownJobs(app, who),
      ...(body.type ? { type: body.type } : {}),
      state: 'failed',
      limit: JOB_RETRY_ROWS,
    });
    let retried = 0;
    for (const { id } of found) {
      try {
        await app.queue.retry(id);
        retried++;
      } catch (e) {
        // Somebody else was faster with this one.
        if (!isAppError(e, 'queue.wrong-state')) throw e;
      }
    }
    await note(app, who, { action: 'retry-all', id: body.type ?? 'all' });
    app.live.tell('jobs');
    return { retried, more: found.length === JOB_RETRY_ROWS };
  },
});

export const jobRoutes = [
  listRoute,
  statsRoute,
  retryAllRoute,
  getRoute,
  changing('retry', 'Queue a failed or canceled job again.'),
  changing('cancel', 'Cancel a job that waits or runs.'),
  discardRoute,
];
