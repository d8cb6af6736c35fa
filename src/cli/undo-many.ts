import { listActions } from '#actions/list-store.ts';
import { undoJob } from '#actions/undo.job.ts';
import { countUndoable, pageOfUndoable, type UndoCounts, type UndoFilter } from '#actions/undo-store.ts';
import { mailHeads } from '#mail/head-store.ts';
import { AppError } from '#std/errors.ts';
import { actionText } from './action-views.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { drainWork } from './drain.ts';
import { accountOf, ruleOf, timeOf } from './lookup.ts';
import { mailLine } from './mail-line.ts';
import type { CliApp, OpenProgram } from './program.ts';
import { Progress } from './progress.ts';
import { FAILED, INTERRUPTED, OK } from './report.ts';
import { table } from './table.ts';
import { count, counted } from './text.ts';
import { UsageError } from './usage-error.ts';

const SAMPLE = 10;

const filterOf = async (app: CliApp, { args, options }: Input): Promise<UndoFilter> => {
  const rule = options.text('rule');
  const account = options.text('account');
  const filter: UndoFilter = {
    actionIds: args.length > 0 ? [...new Set(args)] : undefined,
    ruleId: rule === undefined ? undefined : (await ruleOf(app, rule)).id,
    accountId: account === undefined ? undefined : (await accountOf(app, account)).id,
    decisionId: options.text('decision'),
    since: timeOf(app, options.text('since')),
    until: timeOf(app, options.text('until')),
  };
  if (Object.values(filter).some((part) => part !== undefined)) return filter;
  throw new UsageError(
    'Nothing says what to undo',
    'Name ids of actions, or choose with --rule, --account, --decision, --since or --until.',
  );
};

const plan = async (app: CliApp, filter: UndoFilter) => {
  const userId = app.owner.id;
  const counts = await countUndoable(app.db, userId, filter);
  const page = await pageOfUndoable(app.db, { userId, filter }, { before: null, limit: SAMPLE });
  const heads = await mailHeads(
    app.db,
    userId,
    page.map((a) => a.messageId),
  );
  const sample = page.map((a) => ({
    id: a.id,
    action: actionText(a),
    ...mailLine(heads.get(a.messageId)),
  }));
  return { counts, sample };
};

const planText = (
  context: CommandContext,
  { counts, sample }: { counts: UndoCounts; sample: { action: string; from: string; subject: string }[] },
): string => {
  const lines = [`${counted(counts.undoable, 'action')} would be undone.\n`];
  if (sample.length > 0) {
    lines.push(
      table(
        context.term,
        [
          { title: 'ACTION', shrinks: true },
          { title: 'FROM', shrinks: true },
          { title: 'SUBJECT', shrinks: true },
        ],
        sample.map((a) => [a.action, a.from, a.subject]),
      ),
    );
  }
  const more = counts.undoable - sample.length;
  if (more > 0) lines.push(`… and ${count(more)} more\n`);
  for (const { reason, count: n } of counts.blocked) lines.push(`${count(n)} left as they are: ${reason}\n`);
  return lines.join('');
};

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

const perform = async (
  context: CommandContext,
  open: OpenProgram,
  o: { filter: UndoFilter; n: number },
): Promise<{ outcome: Outcome; finished: boolean; jobId: string }> => {
  const { app } = open;
  const since = app.clock.now();
  const { id: jobId } = await app.queue.enqueue(
    undoJob,
    { userId: app.owner.id, filter: o.filter, actor: `user:${app.owner.id}`, channel: 'cli' },
    { userId: app.owner.id },
  );
  const progress = new Progress({
    term: context.term,
    clock: app.clock,
    label: 'Undoing',
    unit: 'actions',
    quiet: context.json,
  });
  let outcome: Outcome = { requested: 0, done: 0, failed: 0 };
  const look = async () => {
    outcome = await outcomeSince(app, since, o.n);
    progress.update({ done: outcome.done + outcome.failed, total: o.n });
  };
  const done = async () => {
    const state = (await app.queue.get(jobId))?.job.state;
    if (state === 'queued' || state === 'running') return false;
    await look();
    return outcome.done + outcome.failed >= outcome.requested;
  };
  const finished = await drainWork(open, { clock: app.clock, look, done });
  progress.end();
  const job = (await app.queue.get(jobId))?.job;
  if (job?.state === 'failed') {
    throw new AppError(
      'permanent',
      'cli.undo-failed',
      `The undo failed: ${job.lastError ?? 'no reason is known'}`,
      {
        help: `\`ashford jobs show ${jobId}\` tells more; \`ashford jobs retry ${jobId}\` tries again.`,
      },
    );
  }
  return { outcome, finished, jobId };
};

/** Shows what would be undone, asks, and does it as a job. */
export const undoCommand = (context: CommandContext, input: Input): Promise<number> =>
  context.withProgram(async (open) => {
    const filter = await filterOf(open.app, input);
    const planned = await plan(open.app, filter);
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
    const { outcome, finished, jobId } = await perform(context, open, { filter, n: counts.undoable });
    context.print({ ...counts, ...outcome, finished, jobId }, () =>
      finished
        ? `${counted(outcome.done, 'action')} undone${outcome.failed > 0 ? `, ${count(outcome.failed)} failed` : ''}.\n`
        : `Stopped; ${counted(outcome.done, 'action')} undone. The rest goes on with \`ashford run --until-idle\` or the server.\n`,
    );
    if (!finished) return INTERRUPTED;
    return outcome.failed > 0 ? FAILED : OK;
  });
