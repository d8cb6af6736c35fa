import { SCHEDULE_NEXT_RUNS_MAX } from '#config/limits.ts';
import type { ScheduleView } from '#http/shapes/schedule.ts';
import { scheduleViews } from '#http/views/schedule-view.ts';
import type { JobType } from '#queue/define.ts';
import type { MissedPolicy, Schedule } from '#queue/schedule.ts';
import { AppError } from '#std/errors.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { scheduleOf } from './lookup.ts';
import type { CliApp } from './program.ts';
import { pairs, table } from './table.ts';
import { oneLine } from './text.ts';
import { UsageError } from './usage-error.ts';
import { shownTime } from './when.ts';

const NEXT_SHOWN = 10;

const stateOf = (s: ScheduleView): string => (s.overdue ? 'OVERDUE' : s.enabled ? 'on' : 'paused');

export const listSchedulesCommand = (context: CommandContext): Promise<void> =>
  context.withApp(async (app) => {
    const schedules = await app.schedules.list({ userId: app.owner.id, own: true });
    const views = await scheduleViews(app, schedules);
    const zone = app.config.digest.time_zone;
    context.print(views, () =>
      views.length === 0
        ? 'There are no schedules. `ashford start` makes those of the program.\n'
        : table(
            context.term,
            [
              { title: 'ID' },
              { title: 'TYPE' },
              { title: 'STATE' },
              { title: 'NEXT' },
              { title: 'LAST' },
              { title: 'WHEN', shrinks: true },
            ],
            views.map((s) => [
              s.id,
              s.type,
              stateOf(s),
              s.nextRunAt === null ? '' : shownTime(s.nextRunAt, zone),
              s.lastRunAt === null ? '' : shownTime(s.lastRunAt, zone),
              `${s.description} (${s.timeZone})`,
            ]),
          ),
    );
  });

const scheduleText = (s: ScheduleView, zone: string): string =>
  pairs([
    ['schedule', s.id],
    ['type', s.type],
    ['state', stateOf(s)],
    ['when', `${s.description} (${s.cron}, ${s.timeZone})`],
    ['missed', s.missed === 'skip' ? 'skipped' : 'caught up by one run'],
    ...(s.lastError === null ? [] : [['last error', oneLine(s.lastError)] as const]),
    ...s.next.map((at): [string, string] => [s.enabled ? 'next' : 'would run', shownTime(at, zone)]),
  ]);

const show = async (context: CommandContext, app: CliApp, schedule: Schedule): Promise<void> => {
  const [view] = await scheduleViews(app, [schedule]);
  if (view) context.print(view, () => scheduleText(view, app.config.digest.time_zone));
};

const payloadOf = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    throw new UsageError(
      '--payload is not JSON',
      'Write it like {"name":"value"}, in quotes that your shell keeps.',
    );
  }
};

const schedulable = async (app: CliApp, given: string): Promise<JobType<unknown>> => {
  const types = [...(await app.schedules.types()).values()].filter((job) => job.schedulable);
  const job = types.find(({ type }) => type === given);
  if (job) return job;
  throw new AppError('input', 'schedule.bad-type', `"${given}" can't be put on a schedule`, {
    help: `These can: ${types.map(({ type, title }) => `${type} (${title})`).join(', ')}.`,
  });
};

export const addScheduleCommand = (context: CommandContext, { args, options }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const cron = options.text('cron');
    if (cron === undefined) throw new UsageError('--cron is missing: say when, such as --cron "0 7 * * *"');
    const missed = options.text('missed') as MissedPolicy | undefined;
    const made = await app.schedules.add({
      job: await schedulable(app, args[0] ?? ''),
      payload: payloadOf(options.text('payload')),
      cron,
      timeZone: options.text('zone') ?? app.config.digest.time_zone,
      userId: app.owner.id,
      ...(missed === undefined ? {} : { missed }),
    });
    await show(context, app, made);
  });

const changing =
  (change: 'pause' | 'resume') =>
  (context: CommandContext, { args }: Input): Promise<void> =>
    context.withApp(async (app) => {
      const { id } = await scheduleOf(app, args[0] ?? '');
      await show(context, app, await app.schedules[change](id));
    });

export const pauseScheduleCommand = changing('pause');
export const resumeScheduleCommand = changing('resume');

export const runScheduleCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const { id } = await scheduleOf(app, args[0] ?? '');
    const jobId = await app.schedules.runNow(id);
    context.print(
      { jobId },
      () => `${jobId}: queued; \`ashford jobs show ${jobId}\` tells what became of it.\n`,
    );
  });

export const removeScheduleCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const { id } = await scheduleOf(app, args[0] ?? '');
    await app.schedules.remove(id);
    context.print({ id }, () => `${id}: removed\n`);
  });

export const nextRunsCommand = (context: CommandContext, { args, options }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const schedule = await scheduleOf(app, args[0] ?? '');
    const n = options.whole('count', { min: 1, max: SCHEDULE_NEXT_RUNS_MAX }) ?? NEXT_SHOWN;
    const next = app.schedules.next(schedule, n);
    const zone = app.config.digest.time_zone;
    context.print(next, () => next.map((at) => `${shownTime(at, zone)}\n`).join(''));
  });
