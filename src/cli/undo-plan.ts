import type { Action } from '#actions/action.ts';
import { getAction } from '#actions/store.ts';
import { undoJob } from '#actions/undo.job.ts';
import { requestUndo, whyNotUndoable } from '#actions/undo.ts';
import { countUndoable, pageOfUndoable, type UndoCounts, type UndoFilter } from '#actions/undo-store.ts';
import { mailHeads } from '#mail/head-store.ts';
import { actionText } from './action-views.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { accountOf, ruleOf, timeOf } from './lookup.ts';
import { mailLine } from './mail-line.ts';
import type { CliApp } from './program.ts';
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

/** Actions that are named one by one: undos are among them, since undoing one is how it is done again. */
const planNamed = async (
  app: CliApp,
  ids: readonly string[],
): Promise<{ counts: UndoCounts; undoable: Action[] }> => {
  const undoable: Action[] = [];
  const blocked = new Map<string, number>();
  for (const id of ids) {
    const action = await getAction(app.db, app.owner.id, id);
    const reason = await whyNotUndoable(app.db, action);
    if (reason === null) undoable.push(action);
    else blocked.set(reason, (blocked.get(reason) ?? 0) + 1);
  }
  const counts = {
    undoable: undoable.length,
    blocked: [...blocked].map(([reason, n]) => ({ reason, count: n })),
  };
  return { counts, undoable };
};

const onlyIds = (filter: UndoFilter): readonly string[] | undefined =>
  Object.entries(filter).every(([key, part]) => key === 'actionIds' || part === undefined)
    ? filter.actionIds
    : undefined;

/** What would be undone. */
export interface Plan {
  counts: UndoCounts;
  sample: { id: string; action: string; from: string; subject: string }[];
  /** Makes the undos, or the job that makes them; returns that job's id. */
  begin(): Promise<string | undefined>;
}

const beginNamed = async (app: CliApp, actions: readonly Action[]): Promise<undefined> => {
  const by = { actor: `user:${app.owner.id}`, channel: 'cli' };
  await app.db.write(async (tx) => {
    for (const action of actions) await requestUndo(app, tx, { action, by });
  });
};

const beginFiltered = async (app: CliApp, filter: UndoFilter): Promise<string> => {
  const payload = { userId: app.owner.id, filter, actor: `user:${app.owner.id}`, channel: 'cli' };
  return (await app.queue.enqueue(undoJob, payload, { userId: app.owner.id })).id;
};

/** What the arguments and options choose, counted and shown by its newest part; nothing is changed yet. */
export const planUndo = async (app: CliApp, input: Input): Promise<Plan> => {
  const filter = await filterOf(app, input);
  const userId = app.owner.id;
  const ids = onlyIds(filter);
  const named = ids && (await planNamed(app, ids));
  const counts = named?.counts ?? (await countUndoable(app.db, userId, filter));
  const page =
    named?.undoable.slice(0, SAMPLE) ??
    (await pageOfUndoable(app.db, { userId, filter }, { before: null, limit: SAMPLE }));
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
  const begin = () => (named ? beginNamed(app, named.undoable) : beginFiltered(app, filter));
  return { counts, sample, begin };
};

/** A plan for a person. */
export const planText = (context: CommandContext, { counts, sample }: Plan): string => {
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
