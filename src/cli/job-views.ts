import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '#config/limits.ts';
import type { JobError } from '#queue/error-store.ts';
import type { Job, JobState, JobStep } from '#queue/job.ts';
import type { JobDetail } from '#queue/queue.ts';
import { AppError } from '#std/errors.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { deadFilterOf } from './dead-filter.ts';
import { pairs, table } from './table.ts';
import { oneLine } from './text.ts';
import { shownTime } from './when.ts';

const listText = (context: CommandContext, jobs: readonly Job[], zone: string): string =>
  jobs.length === 0
    ? 'There are no such jobs.\n'
    : table(
        context.term,
        [
          { title: 'ID' },
          { title: 'TYPE' },
          { title: 'STATE' },
          { title: 'TRIES', align: 'right' },
          { title: 'DUE' },
          { title: 'ERROR', shrinks: true },
        ],
        jobs.map((job) => [
          job.id,
          job.type,
          job.state,
          `${job.attempts}/${job.maxAttempts}`,
          shownTime(job.notBefore, zone),
          oneLine(job.lastError ?? ''),
        ]),
      );

const limitOf = ({ options }: Input): number =>
  options.whole('limit', { min: 1, max: PAGE_ROWS_MAX }) ?? PAGE_ROWS_DEFAULT;

export const listJobsCommand = (context: CommandContext, input: Input): Promise<void> =>
  context.withApp(async (app) => {
    const { options } = input;
    const state = options.text('state') as JobState | undefined;
    const type = options.text('type');
    const before = options.text('before');
    const found = await app.queue.list({
      ...(state === undefined ? {} : { state }),
      ...(type === undefined ? {} : { type }),
      ...(before === undefined ? {} : { before }),
      limit: limitOf(input),
    });
    context.print(found, () => listText(context, found, app.config.digest.time_zone));
  });

const deadText = (context: CommandContext, jobs: readonly Job[], zone: string): string =>
  table(
    context.term,
    [
      { title: 'ID' },
      { title: 'TYPE' },
      { title: 'WHY' },
      { title: 'TRIES', align: 'right' },
      { title: 'ENDED' },
      { title: 'LAST ERROR', shrinks: true },
    ],
    jobs.map((job) => [
      job.id,
      job.type,
      job.failureKind ?? job.state,
      `${job.attempts}/${job.maxAttempts}`,
      shownTime(job.finishedAt ?? job.updatedAt, zone),
      oneLine(job.lastError ?? ''),
    ]),
  );

/** Dead letters, the newest first, and how many there are. */
export const deadJobsCommand = (context: CommandContext, input: Input): Promise<void> =>
  context.withApp(async (app) => {
    const limit = limitOf(input);
    const before = input.options.text('before');
    const jobs = await app.queue.listDead(deadFilterOf(app, input.options), { limit, before });
    context.print(jobs, () =>
      jobs.length === 0
        ? 'There are no dead letters.\n'
        : deadText(context, jobs, app.config.digest.time_zone),
    );
    if (jobs.length > 0) {
      context.say('`ashford jobs show ID` tells more; `ashford jobs retry --dead` tries all of them again.');
    }
  });

const stepText = (step: JobStep, zone: string): string => {
  const end =
    step.finishedAt === null ? `failed: ${step.error ?? ''}` : `done ${shownTime(step.finishedAt, zone)}`;
  return oneLine(`${step.name} (attempt ${step.attempt}): ${end}`);
};

const errorOf = ({ at, attempt, error }: JobError, zone: string): string =>
  oneLine(`attempt ${attempt}, ${shownTime(at, zone)}: ${error}`);

const jobText = ({ job, steps, errors }: JobDetail, zone: string): string =>
  pairs([
    ['job', job.id],
    ['type', job.type],
    ['state', job.failureKind === null ? job.state : `${job.state} (${job.failureKind})`],
    ['attempts', `${job.attempts} of ${job.maxAttempts}`],
    ['made', shownTime(job.createdAt, zone)],
    ['due', shownTime(job.notBefore, zone)],
    ...(job.startedAt === null ? [] : [['started', shownTime(job.startedAt, zone)] as const]),
    ...(job.finishedAt === null ? [] : [['ended', shownTime(job.finishedAt, zone)] as const]),
    ...(job.state === 'running' && job.workerId !== null ? [['worker', oneLine(job.workerId)] as const] : []),
    ...(job.lastError === null || errors.length > 0 ? [] : [['last error', oneLine(job.lastError)] as const]),
    ['payload', oneLine(JSON.stringify(job.payload) ?? '')],
    ...(job.result === null ? [] : [['result', oneLine(JSON.stringify(job.result) ?? '')] as const]),
    ...steps.map((step): [string, string] => ['step', stepText(step, zone)]),
    ...errors.map((error): [string, string] => ['failed', errorOf(error, zone)]),
  ]);

export const showJobCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const found = await app.queue.get(args[0] ?? '');
    if (!found) {
      throw new AppError('denied', 'cli.no-such-job', `There is no job "${args[0]}"`, {
        help: '`ashford jobs list` shows them with their ids. Completed jobs are forgotten after a while.',
      });
    }
    context.print(found, () => jobText(found, app.config.digest.time_zone));
  });
