import { findUser } from '#access/user-store.ts';
import { recordActivity } from '#activity/store.ts';
import type { Tx } from '#db/db.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId } from '#http/shapes/base.ts';
import {
  newScheduleShape,
  nextRunsQuery,
  nextRunsShape,
  type ScheduleView,
  scheduleListShape,
  schedulePatchShape,
  scheduleRunShape,
  scheduleShape,
} from '#http/shapes/schedule.ts';
import { scheduleViews } from '#http/views/schedule-view.ts';
import { isOwner, requester, type Who } from '#http/who.ts';
import type { JobType } from '#queue/define.ts';
import type { Schedule } from '#queue/schedule.ts';
import { AppError } from '#std/errors.ts';

/** The owner has the program's own schedules too, others only theirs. */
const getSchedule = async (app: HttpPorts, who: Who, id: string): Promise<Schedule> => {
  const found = await app.schedules.get(id);
  const isTheirs = found && (found.userId === null ? isOwner(app, who) : found.userId === who.userId);
  if (isTheirs) return found;
  throw new AppError('denied', 'schedule.unknown', 'There is no such schedule', {
    help: 'It may have been removed.',
  });
};

const shown = async (app: HttpPorts, schedule: Schedule): Promise<ScheduleView> => {
  const [view] = await scheduleViews(app, [schedule]);
  if (!view) throw new Error('A schedule without a view');
  return view;
};

const schedulableType = async (app: HttpPorts, type: string): Promise<JobType<unknown>> => {
  const job = (await app.schedules.types()).get(type);
  if (job?.schedulable) return job;
  throw new AppError('input', 'schedule.bad-type', 'No such job can be put on a schedule', {
    help: 'The list of schedules names the types that can.',
    fields: { field: 'type' },
  });
};

interface Changed<T> {
  id: string;
  /** What the route answers from. */
  made: T;
}

/** Commits a change together with its line in the audit log. */
const changing = async <T>(
  { app, who }: { app: HttpPorts; who: Who },
  action: string,
  change: (tx: Tx) => Promise<Changed<T>>,
): Promise<T> => {
  const changed = await app.db.write(async (tx) => {
    const done = await change(tx);
    await recordActivity(app, tx, {
      userId: who.userId,
      ...requester(who),
      action: `schedule.${action}`,
      subjectType: 'schedule',
      subjectId: done.id,
    });
    return done;
  });
  app.live.tell('jobs');
  return changed.made;
};

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/schedules',
  access: 'read',
  summary: 'What is done again and again, and when next; and what can be put on a schedule.',
  output: scheduleListShape,
  handle: async ({ app, who }) => {
    const schedules = await app.schedules.list({ userId: who.userId, own: isOwner(app, who) });
    const types = [...(await app.schedules.types()).values()].filter((job) => job.schedulable);
    return {
      items: await scheduleViews(app, schedules),
      types: types.map(({ type, title }) => ({ type, title })),
    };
  },
});

const createRoute = defineRoute({
  method: 'POST',
  path: '/api/schedules',
  access: 'act',
  summary: 'Have something done again and again.',
  status: 201,
  body: newScheduleShape,
  output: scheduleShape,
  handle: async ({ app, who, body }) => {
    const { type, payload = {}, timeZone, missed, enabled, cron } = body;
    const job = await schedulableType(app, type);
    const zone = timeZone ?? (await findUser(app.db, who.userId))?.timeZone ?? 'UTC';
    const made = await changing({ app, who }, 'add', async (tx) => {
      const schedule = await app.schedules.add({
        job,
        payload,
        cron,
        timeZone: zone,
        userId: who.userId,
        tx,
        ...(missed === undefined ? {} : { missed }),
        ...(enabled === undefined ? {} : { enabled }),
      });
      return { id: schedule.id, made: schedule };
    });
    return shown(app, made);
  },
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/schedules/{id}',
  access: 'read',
  summary: 'One schedule.',
  params: byId,
  output: scheduleShape,
  handle: async ({ app, who, params }) => shown(app, await getSchedule(app, who, params.id)),
});

const patchRoute = defineRoute({
  method: 'PATCH',
  path: '/api/schedules/{id}',
  access: 'act',
  summary: "Change, pause or resume a schedule. The program's own can only be paused and resumed.",
  params: byId,
  body: schedulePatchShape,
  output: scheduleShape,
  handle: async ({ app, who, params, body }) => {
    const { id } = await getSchedule(app, who, params.id);
    const { cron, timeZone, missed, enabled } = body;
    const change = {
      ...(cron === undefined ? {} : { cron }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(missed === undefined ? {} : { missed }),
      ...(enabled === undefined ? {} : { enabled }),
    };
    const made = await changing({ app, who }, 'change', async (tx) => ({
      id,
      made: await app.schedules.change(id, change, { tx }),
    }));
    return shown(app, made);
  },
});

const deleteRoute = defineRoute({
  method: 'DELETE',
  path: '/api/schedules/{id}',
  access: 'act',
  summary: "Remove a schedule. The program's own can't be removed.",
  params: byId,
  handle: async ({ app, who, params }) => {
    const { id } = await getSchedule(app, who, params.id);
    await changing({ app, who }, 'remove', async (tx) => ({
      id,
      made: await app.schedules.remove(id, { tx }),
    }));
    return undefined;
  },
});

const runRoute = defineRoute({
  method: 'POST',
  path: '/api/schedules/{id}/run',
  access: 'act',
  summary: 'Do it once now, beside its times.',
  status: 202,
  params: byId,
  output: scheduleRunShape,
  handle: async ({ app, who, params }) => {
    const { id } = await getSchedule(app, who, params.id);
    const jobId = await changing({ app, who }, 'run', async (tx) => ({
      id,
      made: await app.schedules.runNow(id, { tx }),
    }));
    return { jobId };
  },
});

const nextRoute = defineRoute({
  method: 'GET',
  path: '/api/schedules/{id}/next',
  access: 'read',
  summary: 'When it runs next, as many times as asked for.',
  params: byId,
  query: nextRunsQuery,
  output: nextRunsShape,
  handle: async ({ app, who, params, query }) => ({
    next: app.schedules.next(await getSchedule(app, who, params.id), query.n),
  }),
});

export const scheduleRoutes = [
  listRoute,
  createRoute,
  getRoute,
  patchRoute,
  deleteRoute,
  runRoute,
  nextRoute,
];
