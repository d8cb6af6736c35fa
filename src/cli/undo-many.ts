import { listActions } from '#actions/list-store.ts';
import type { Job } from '#queue/job.ts';
import { AppError } from '#std/errors.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { drainWork, isEnded } from './drain.ts';
import type { CliApp, OpenProgram } from './program.ts';
import { Progress } from './progress.ts';
import { FAILED, INTERRUPTED, OK } from './report.ts';
import { count, counted } from './text.ts';
import { type Plan, planText, planUndo } from './undo-plan.ts';
import { UsageError } from './usage-error.ts';

const confirmed = async (context: CommandContext, { options }: Input, n: number): Promise<boolean> => {
  if (options.flag('yes') || context.json) return true;
  if (!context.term.canAsk) {
    throw new UsageError(
      'Nobody can be asked here',
      'Add --yes to undo without asking, or --dry-run to only look.',
    );
  }
  const answer = await context.term.ask(`Undo ${counted(n, 'action')}? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
};

interface Outcome {
  requested: number;
  done: number;
  failed: number;
}

const LIVE = new Set(['queued', 'executing', 'approved_pending']);

/** How the undos that were made since `after` stand. Undos are actions too, and the newest are the ones asked for. */
const outcomeSince = async (app: CliApp, after: string, most: number): Promise<Outcome> => {
  const undos = await listActions(app.db, { userId: app.owner.id, type: 'undo', since: after, limit: most });
  const done = undos.filter((a) => a.status === 'completed').length;
  const live = undos.filter((a) => LIVE.has(a.status)).length;
  return { requested: undos.length, done, failed: undos.length - done - live };
};

const throwIfFailed = (job: Job | undefined): void => {
  if (job?.state !== 'failed') return;
  throw new AppError(
    'permanent',
    'cli.undo-failed',
    `The undo failed: ${job.lastError ?? 'no reason is known'}`,
    {
      help: `\`ashford jobs show ${job.id}\` tells more; \`ashford jobs retry ${job.id}\` tries again.`,
    },
  );
};

/** Does what was planned, with a bar, and tells how it ended. */
const perform = async (
  context: CommandContext,
  open: OpenProgram,
  planned: Plan,
): Promise<Outcome & { finished: boolean; jobId: string | null }> => {
  const { app } = open;
  const n = planned.counts.undoable;
  const since = app.clock.now();
  const jobId = await planned.begin();
  const jobNow = async () => (jobId === undefined ? undefined : (await app.queue.get(jobId))?.job);
  const { term, json: quiet } = context;
  const progress = new Progress({ term, clock: app.clock, label: 'Undoing', unit: 'actions', quiet });
  let outcome: Outcome = { requested: 0, done: 0, failed: 0 };
  const look = async () => {
    outcome = await outcomeSince(app, since, n);
    progress.update({ done: outcome.done + outcome.failed, total: n });
  };
  const done = async () => {
    if (jobId !== undefined && !isEnded(await jobNow())) return false;
    await look();
    return outcome.done + outcome.failed >= outcome.requested;
  };
  const finished = await drainWork(open, { clock: app.clock, look, done });
  progress.clear();
  throwIfFailed(await jobNow());
  return { ...outcome, finished, jobId: jobId ?? null };
};

const doneText = ({ done, failed, finished }: Outcome & { finished: boolean }): string => {
  const undone = `${counted(done, 'action')} undone`;
  if (finished) return `${undone}${failed > 0 ? `, ${count(failed)} failed` : ''}.\n`;
  return `Stopped; ${undone}. The rest goes on with \`ashford run --until-idle\` or the server.\n`;
};

/** Shows what would be undone, asks, and does it as a job. */
export const undoCommand = (context: CommandContext, input: Input): Promise<number> =>
  context.withProgram(async (open) => {
    const planned = await planUndo(open.app, input);
    const { counts } = planned;
    const dry = input.options.flag('dryRun') === true;
    if (dry || counts.undoable === 0) {
      context.print({ ...counts, sample: planned.sample }, () => planText(context, planned));
      return dry ? OK : FAILED;
    }
    if (!context.json) context.term.out(planText(context, planned));
    if (!(await confirmed(context, input, counts.undoable))) {
      context.say('Nothing was undone.');
      return FAILED;
    }
    const ended = await perform(context, open, planned);
    context.print({ ...counts, ...ended }, () => doneText(ended));
    if (!ended.finished) return INTERRUPTED;
    return ended.failed > 0 ? FAILED : OK;
  });
