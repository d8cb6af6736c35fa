import { z } from 'zod';
import { SCHEDULE_CRON_CHARS, SCHEDULE_NEXT_RUNS_MAX } from '#config/limits.ts';
import { JOB_STATES, MISSED_POLICIES } from '#db/migrations/queue.ts';
import { id, instant } from './base.ts';

export const scheduleShape = z
  .strictObject({
    id,
    type: z.string().describe('Of the jobs that it makes.'),
    title: z.string().describe('What these jobs do, in a few words.'),
    payload: z.unknown().describe('What each job is given.'),
    cron: z.string().describe('Five fields: minute, hour, day of the month, month, day of the week.'),
    description: z.string().describe('The cron in plain words.'),
    timeZone: z.string(),
    enabled: z.boolean(),
    missed: z.enum(MISSED_POLICIES).describe('What becomes of runs that were slept through: one, or none.'),
    nextRunAt: instant.nullable().describe('Null while it is paused.'),
    lastRunAt: instant.nullable(),
    lastJobId: z.string().nullable(),
    lastJobState: z.enum(JOB_STATES).nullable().describe('Null when the job is no longer kept.'),
    lastError: z.string().nullable().describe('Why its last run could not be made, or failed.'),
    overdue: z.boolean().describe('Late, or its last run failed for good.'),
    own: z.boolean().describe("One of the product's own, which may be paused and not changed."),
    next: z.array(instant).describe('The coming runs; while it is paused, those that it would make.'),
  })
  .meta({ id: 'Schedule' });
export type ScheduleView = z.input<typeof scheduleShape>;

export const scheduleTypeShape = z
  .strictObject({ type: z.string(), title: z.string() })
  .meta({ id: 'ScheduleType' });

export const scheduleListShape = z.strictObject({
  items: z.array(scheduleShape),
  types: z.array(scheduleTypeShape).describe('The types of job that a person may put on a schedule.'),
});

const cron = z.string().min(1).max(SCHEDULE_CRON_CHARS);
const timeZone = z.string().min(1).max(100).describe('Such as Europe/Berlin.');
const missed = z.enum(MISSED_POLICIES);

export const newScheduleShape = z.strictObject({
  type: z.string().min(1).max(100),
  cron,
  timeZone: timeZone.optional().describe("Default: the person's own time zone."),
  payload: z.unknown().optional().describe('Default: an empty object.'),
  missed: missed.optional(),
  enabled: z.boolean().optional(),
});

export const schedulePatchShape = z.strictObject({
  cron: cron.optional(),
  timeZone: timeZone.optional(),
  missed: missed.optional(),
  enabled: z
    .boolean()
    .optional()
    .describe('False pauses it. What it misses while it is paused is not caught up.'),
});

export const nextRunsQuery = z.strictObject({
  n: z.coerce.number().int().min(1).max(SCHEDULE_NEXT_RUNS_MAX).default(5).describe('How many.'),
});

export const nextRunsShape = z.strictObject({ next: z.array(instant) }).meta({ id: 'NextRuns' });

export const scheduleRunShape = z.strictObject({ jobId: z.string() }).meta({ id: 'ScheduleRun' });
