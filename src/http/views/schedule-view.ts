import type { HttpPorts } from '#http/ports.ts';
import type { ScheduleView } from '#http/shapes/schedule.ts';
import { cronWords } from '#queue/cron-words.ts';
import type { JobType } from '#queue/define.ts';
import { isOverdue, type LastJob, type Schedule } from '#queue/schedule.ts';
import { isAppError } from '#std/errors.ts';

/** Coming runs that a schedule is shown with. */
const NEXT = 5;

const words = (cron: string): string => {
  try {
    return cronWords(cron);
  } catch (e) {
    if (isAppError(e)) return cron;
    throw e;
  }
};

const view = (
  app: Pick<HttpPorts, 'clock' | 'schedules'>,
  schedule: Schedule,
  o: { job: JobType<unknown> | undefined; last: LastJob | undefined },
): ScheduleView => {
  const { job, last } = o;
  return {
    id: schedule.id,
    type: schedule.type,
    title: job?.title ?? schedule.type,
    payload: schedule.payload,
    cron: schedule.cron,
    description: words(schedule.cron),
    timeZone: schedule.timeZone,
    enabled: schedule.enabled,
    missed: schedule.missed,
    nextRunAt: schedule.nextRunAt,
    lastRunAt: schedule.lastRunAt,
    lastJobId: schedule.lastJobId,
    lastJobState: last?.state ?? null,
    lastError: schedule.lastError ?? (last?.state === 'failed' ? last.error : null),
    overdue: isOverdue(schedule, last, app.clock.ms()),
    own: schedule.userId === null,
    next: app.schedules.next(schedule, NEXT),
  };
};

/** Schedules with what became of their last jobs. */
export const scheduleViews = async (
  app: Pick<HttpPorts, 'clock' | 'schedules'>,
  schedules: readonly Schedule[],
): Promise<ScheduleView[]> => {
  const types = await app.schedules.types();
  const jobs = await app.schedules.lastJobs(schedules);
  return schedules.map((schedule) =>
    view(app, schedule, { job: types.get(schedule.type), last: jobs.get(schedule.lastJobId ?? '') }),
  );
};
