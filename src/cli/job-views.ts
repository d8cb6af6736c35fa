import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '#config/limits.ts';
import type { Job, JobState, JobStep } from '#queue/job.ts';
import type { JobFilter } from '#queue/list-store.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { FAILED, OK } from './report.ts';
import { pairs, table } from './table.ts';
import { oneLine } from './text.ts';
import { shownTime } from './when.ts';

const list = (context: CommandContext, { options }: Input, only: Partial<JobFilter>): Promise<void> =>
  context.withApp(async (app) => {
    const type = options.text('type');
    const before = options.text('before');
    const found = await app.queue.list({
      ...only,
      ...(type === undefined ? {} : { type }),
      ...(before === undefined ? {} : { before }),
      limit: options.whole('limit', { min: 1, max: PAGE_ROWS_MAX }) ?? PAGE_ROWS_DEFAULT,
    });
    const zone = app.config.digest.time_zone;
    context.print(found, () =>
      found.length === 0
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
            found.map((job) => [
              job.id,
              job.type,
              job.state,
              `${job.attempts}/${job.maxAttempts}`,
              shownTime(job.notBefore, zone),
              oneLine(job.lastError ?? ''),
            ]),
          ),
    );
  });

export const listJobsCommand = (context: CommandContext, input: Input): Promise<void> => {
  const state = input.options.text('state') as JobState | undefined;
  return list(context, input, state === undefined ? {} : { state });
};

export const deadJobsCommand = (context: CommandContext, input: Input): Promise<void> =>
  list(context, input, { state: 'failed', failureKind: 'exhausted' });

const stepText = (step: JobStep, zone: string): string => {
  const end =
    step.finishedAt === null ? `failed: ${step.error ?? ''}` : `done ${shownTime(step.finishedAt, zone)}`;
  return oneLine(`${step.name} (attempt ${step.attempt}): ${end}`);
};

const jobText = (job: Job, steps: readonly JobStep[], zone: string): string =>
  pairs([
    ['job', job.id],
    ['type', job.type],
    ['state', job.failureKind === null ? job.state : `${job.state} (${job.failureKind})`],
    ['attempts', `${job.attempts} of ${job.maxAttempts}`],
    ['made', shownTime(job.createdAt, zone)],
    ['due', shownTime(job.notBefore, zone)],
    ...(job.startedAt === null ? [] : [['started', shownTime(job.startedAt, zone)] as const]),
    ...(job.finishedAt === null ? [] : [['ended', shownTime(job.finishedAt, zone)] as const]),
    ...(job.lastError === null ? [] : [['last error', oneLine(job.lastError)] as const]),
    ['payload', oneLine(JSON.stringify(job.payload) ?? '')],
    ...(job.result === null ? [] : [['result', oneLine(JSON.stringify(job.result) ?? '')] as const]),
    ...steps.map((step): [string, string] => ['step', stepText(step, zone)]),
  ]);

export const showJobCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const found = await app.queue.get(args[0] ?? '');
    if (!found) {
      throw new AppError('denied', 'cli.no-such-job', `There is no job "${args[0]}"`, {
        help: '`ashford jobs list` shows them with their ids. Completed jobs are forgotten after a while.',
      });
    }
    context.print(found, () => jobText(found.job, found.steps, app.config.digest.time_zone));
  });

const DONE = { retry: 'queued again', cancel: 'canceled', discard: 'deleted' } as const;

/** Changes each in turn. One that can't be changed is told, and does not keep the others from it. */
export const changeJobsCommand = (
  context: CommandContext,
  { args }: Input,
  change: 'retry' | 'cancel' | 'discard',
): Promise<number> =>
  context.withApp(async (app) => {
    const results: { id: string; ok: boolean; error: string | null }[] = [];
    for (const id of new Set(args)) {
      try {
        await app.queue[change](id);
        results.push({ id, ok: true, error: null });
      } catch (e) {
        if (!(e instanceof AppError)) throw e;
        results.push({ id, ok: false, error: errorMessage(e) });
      }
    }
    context.print(results, () =>
      results.map((r) => `${r.id}: ${r.ok ? DONE[change] : oneLine(r.error ?? '')}\n`).join(''),
    );
    return results.every((r) => r.ok) ? OK : FAILED;
  });
