import type { Action } from '#actions/action.ts';
import { listActions } from '#actions/list-store.ts';
import { getAction, undoneBy } from '#actions/store.ts';
import { whyNotUndoable } from '#actions/undo.ts';
import { approvalOfAction } from '#approvals/store.ts';
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '#config/limits.ts';
import type { ActionStatus } from '#db/enums.ts';
import { mailHeads } from '#mail/head-store.ts';
import { findDecision } from '#triage/store.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { accountOf, ruleOf, timeOf } from './lookup.ts';
import { mailLine } from './mail-line.ts';
import type { CliApp } from './program.ts';
import { pairs, table } from './table.ts';
import { oneLine } from './text.ts';
import { shownTime } from './when.ts';

const parameterText = (parameters: Record<string, unknown>): string =>
  oneLine(
    Object.values(parameters)
      .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
      .join(', '),
  );

/** Such as `apply_label Receipts`. */
export const actionText = (a: Pick<Action, 'type' | 'parameters'>): string =>
  a.type === 'undo' ? 'undo' : `${a.type} ${parameterText(a.parameters)}`.trim();

const filterOf = async (app: CliApp, { options }: Input) => {
  const rule = options.text('rule');
  const account = options.text('account');
  return {
    userId: app.owner.id,
    status: options.text('status') as ActionStatus | undefined,
    type: options.text('type'),
    ruleId: rule === undefined ? undefined : (await ruleOf(app, rule)).id,
    accountId: account === undefined ? undefined : (await accountOf(app, account)).id,
    messageId: options.text('message'),
    since: timeOf(app, options.text('since')),
    until: timeOf(app, options.text('until')),
    before: options.text('before'),
    limit: options.whole('limit', { min: 1, max: PAGE_ROWS_MAX }) ?? PAGE_ROWS_DEFAULT,
  };
};

export const listActionsCommand = (context: CommandContext, input: Input): Promise<void> =>
  context.withApp(async (app) => {
    const found = await listActions(app.db, await filterOf(app, input));
    const heads = await mailHeads(
      app.db,
      app.owner.id,
      found.map((a) => a.messageId),
    );
    const value = found.map((a) => ({
      id: a.id,
      createdAt: a.createdAt,
      type: a.type,
      parameters: a.parameters,
      status: a.status,
      source: a.source,
      ruleId: a.ruleId,
      accountId: a.accountId,
      messageId: a.messageId,
      ...mailLine(heads.get(a.messageId)),
    }));
    const zone = app.config.digest.time_zone;
    context.print(value, () =>
      value.length === 0
        ? 'There are no such actions.\n'
        : table(
            context.term,
            [
              { title: 'ID' },
              { title: 'WHEN' },
              { title: 'ACTION', shrinks: true },
              { title: 'STATE' },
              { title: 'FROM', shrinks: true },
              { title: 'SUBJECT', shrinks: true },
            ],
            value.map((a) => [
              a.id,
              shownTime(a.createdAt, zone),
              actionText(a),
              a.status,
              a.from,
              a.subject,
            ]),
          ),
    );
  });

const describe = async (app: CliApp, action: Action) => {
  const decision = action.decisionId === null ? undefined : await findDecision(app.db, action.decisionId);
  const approval = await approvalOfAction(app.db, action.id);
  const heads = await mailHeads(app.db, app.owner.id, [action.messageId]);
  return {
    id: action.id,
    type: action.type,
    parameters: action.parameters,
    status: action.status,
    error: action.errorMessage,
    message: { id: action.messageId, ...mailLine(heads.get(action.messageId)) },
    source: action.source,
    ruleId: action.ruleId,
    because: decision?.details.matches ?? [],
    checks: action.reasons,
    approval: approval
      ? { id: approval.id, state: approval.state, by: approval.decidedBy, via: approval.decidedVia }
      : null,
    before: action.before,
    after: action.undoHint?.after ?? null,
    createdAt: action.createdAt,
    executedAt: action.executedAt,
    undoneBy: (await undoneBy(app.db, action.id)) ?? null,
    whyNotUndoable: await whyNotUndoable(app.db, action),
    traceId: action.traceId,
  };
};

type Described = Awaited<ReturnType<typeof describe>>;

const becauseLines = (d: Described): [string, string][] =>
  d.because.map((match) => [
    'because',
    oneLine(`rule "${match.name}"${match.shadow ? ' (shadow)' : ''}: ${match.because.join('; ')}`),
  ]);

const describedText = (d: Described, zone: string): string =>
  pairs([
    ['action', actionText(d)],
    ['state', d.error === null ? d.status : `${d.status}: ${oneLine(d.error)}`],
    ['message', `${d.message.from}: ${d.message.subject}`],
    ['message id', d.message.id],
    ...becauseLines(d),
    ...d.checks.map((reason): [string, string] => ['check', oneLine(reason.sentence)]),
    ...(d.approval
      ? [['approval', `${d.approval.state}${d.approval.via ? ` (${d.approval.via})` : ''}`] as const]
      : []),
    ['asked', shownTime(d.createdAt, zone)],
    ...(d.executedAt === null ? [] : [['done', shownTime(d.executedAt, zone)] as const]),
    ['undo', d.whyNotUndoable ?? `ashford undo ${d.id}`],
    ...(d.traceId === null ? [] : [['trace', d.traceId] as const]),
  ]);

export const showActionCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const action = await getAction(app.db, app.owner.id, args[0] ?? '');
    const described = await describe(app, action);
    context.print(described, () => describedText(described, app.config.digest.time_zone));
  });
