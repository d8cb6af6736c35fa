import { recordActivity } from '#activity/store.ts';
import { JOB_REASON_CHARS } from '#config/limits.ts';
import type { Tx } from '#db/db.ts';
import type { BulkDone } from '#queue/dead-letters.ts';
import type { DeadFilter } from '#queue/dead-store.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { deadFilterOf } from './dead-filter.ts';
import type { Options } from './options.ts';
import type { CliApp } from './program.ts';
import { Progress } from './progress.ts';
import { FAILED, INTERRUPTED, OK } from './report.ts';
import { listenForStop } from './stop-signals.ts';
import { count, counted, oneLine } from './text.ts';
import { UsageError } from './usage-error.ts';

type Change = 'retry' | 'cancel' | 'discard';

const DONE = { retry: 'queued again', cancel: 'canceled', discard: 'deleted' } as const;
const VERB = { retry: 'Retry', discard: 'Delete' } as const;

const reasonOf = (options: Options): string | undefined => {
  const reason = options.text('reason')?.trim();
  if (reason === undefined) return undefined;
  if (reason !== '' && reason.length <= JOB_REASON_CHARS) return reason;
  throw new UsageError(`--reason takes 1 to ${JOB_REASON_CHARS} characters`);
};

interface Noted {
  action: string;
  id: string;
  details: Readonly<Record<string, unknown>>;
}

const note = (app: CliApp, tx: Tx, { action, id, details }: Noted): Promise<void> =>
  recordActivity(app, tx, {
    userId: app.owner.id,
    actor: `user:${app.owner.id}`,
    channel: 'cli',
    action: `job.${action}`,
    subjectType: 'job',
    subjectId: id,
    details,
  });

/** Changes each in turn. One that can't be changed is told, and does not keep the others from it. */
const changeNamed = (context: CommandContext, { args, options }: Input, change: Change): Promise<number> =>
  context.withApp(async (app) => {
    const reason = reasonOf(options);
    const details = reason === undefined ? {} : { reason };
    const results: { id: string; ok: boolean; error: string | null }[] = [];
    for (const id of new Set(args)) {
      try {
        await app.db.write(async (tx) => {
          await app.queue[change](id, { tx });
          await note(app, tx, { action: change, id, details });
        });
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

const typesText = (types: Readonly<Record<string, number>>): string =>
  Object.entries(types)
    .sort(([, a], [, b]) => b - a)
    .map(([type, n]) => `  ${count(n)} ${oneLine(type)}\n`)
    .join('');

const isConfirmed = async (
  context: CommandContext,
  { options }: Input,
  question: string,
): Promise<boolean> => {
  if (options.flag('yes') || context.json) return true;
  if (!context.term.canAsk) {
    throw new UsageError(
      'Nobody can be asked here',
      'Add --yes to do it without asking, or --dry-run to only look.',
    );
  }
  return /^y(es)?$/i.test((await context.term.ask(`${question} [y/N] `)).trim());
};

/** Goes through all of them; what was done when somebody stops it stays done, and is noted. */
const changeAll = async (
  context: CommandContext,
  app: CliApp,
  o: { change: 'retry' | 'discard'; filter: DeadFilter; reason: string | undefined; total: number },
): Promise<BulkDone & { finished: boolean }> => {
  const { change, filter, reason, total } = o;
  using stop = listenForStop(app.clock);
  const label = change === 'retry' ? 'Retrying' : 'Deleting';
  const progress = new Progress({
    term: context.term,
    clock: app.clock,
    label,
    unit: 'jobs',
    quiet: context.json,
  });
  const done = await app.queue[change === 'retry' ? 'retryMany' : 'discardMany'](filter, {
    limit: total,
    signal: stop.signal,
    onProgress: (n) => progress.update({ done: n, total }),
  });
  progress.clear();
  const details = {
    ...(reason === undefined ? {} : { reason }),
    ...filter,
    count: done.count,
    types: done.types,
  };
  await app.db.write((tx) => note(app, tx, { action: `${change}-many`, id: 'many', details }));
  return { ...done, finished: done.count >= total || !stop.signal.aborted };
};

const changeDead = (context: CommandContext, input: Input, change: 'retry' | 'discard'): Promise<number> =>
  context.withApp(async (app) => {
    const { options } = input;
    const filter = deadFilterOf(app, options);
    const reason = reasonOf(options);
    const dryRun = options.flag('dryRun') === true;
    if (change === 'discard' && reason === undefined && !dryRun) {
      throw new UsageError('Nothing says why', 'Add --reason "…": the audit log keeps it.');
    }
    const limit = options.whole('limit', { min: 1, max: Number.MAX_SAFE_INTEGER });
    const found = await app.queue.countDead(filter, limit === undefined ? {} : { limit });
    if (dryRun || found.count === 0) {
      const would = change === 'retry' ? 'would be queued again' : 'would be deleted';
      context.print(
        { dryRun, ...found },
        () => `${counted(found.count, 'job')} ${would}.\n${typesText(found.types)}`,
      );
      return OK;
    }
    if (!context.json) context.term.out(typesText(found.types));
    if (!(await isConfirmed(context, input, `${VERB[change]} ${counted(found.count, 'job')}?`))) {
      context.say('Nothing was changed.');
      return FAILED;
    }
    const done = await changeAll(context, app, { change, filter, reason, total: found.count });
    context.print({ dryRun, ...done }, () => `${counted(done.count, 'job')} ${DONE[change]}.\n`);
    return done.finished ? OK : INTERRUPTED;
  });

/** Named jobs, or with `--dead` all dead letters that the options choose. */
export const changeJobsCommand = (context: CommandContext, input: Input, change: Change): Promise<number> => {
  const { args, options } = input;
  const dead = options.flag('dead') === true || options.flag('canceled') === true;
  if (dead && args.length > 0) throw new UsageError('Name ids, or choose with --dead, not both');
  if (dead && change !== 'cancel') return changeDead(context, input, change);
  if (args.length > 0) return changeNamed(context, input, change);
  throw new UsageError(
    'Nothing says which jobs',
    change === 'cancel'
      ? 'Name ids of jobs.'
      : 'Name ids of jobs, or choose among the dead letters with --dead.',
  );
};
