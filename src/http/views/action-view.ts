import { removedAccounts } from '#accounts/removal-store.ts';
import { type Action, UNDO } from '#actions/action.ts';
import { describeAction } from '#actions/describe.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import { type LabelNames, labelNames } from '#actions/label-names.ts';
import { actionsById, undoneByOf } from '#actions/list-store.ts';
import { CAN_BE_CALLED_BACK } from '#actions/outbox.ts';
import { outboxStatesOf } from '#actions/outbox-store.ts';
import { linksOf } from '#actions/store.ts';
import { whyNotUndoable } from '#actions/undo.ts';
import { approvalOfAction } from '#approvals/store.ts';
import type { Sql } from '#db/db.ts';
import type { OutboxState } from '#db/enums.ts';
import type { ActionDetail, ActionSummary } from '#http/shapes/action.ts';
import { type MailHead, mailHeads } from '#mail/head-store.ts';
import type { MailState } from '#mail/message.ts';
import type { Untrusted } from '#mail/untrusted.ts';
import { ruleNames } from '#rules/store.ts';
import { findDecision } from '#triage/store.ts';
import { shownState } from './approval-state.ts';
import { auditOf } from './audit-view.ts';

/** Everything that the rows of a list of actions refer to, read at once. */
interface Around {
  heads: Map<string, Untrusted<MailHead>>;
  rules: Map<string, string>;
  undoneBy: Map<string, string>;
  targets: Map<string, Action>;
  /** How far the mail of those under way has come. */
  mails: Map<string, OutboxState>;
  /** Accounts in which nothing can be undone any more. */
  removed: ReadonlySet<string>;
  names: LabelNames;
}

const targetIdOf = (action: Action): string | null =>
  action.type === UNDO ? String(action.parameters.action ?? '') : null;

/** What the actions undo, and what those undo in their turn, up to where the words stop naming them. */
const targetsOf = async (
  sql: Sql,
  userId: string,
  actions: readonly Action[],
): Promise<Map<string, Action>> => {
  const targets = new Map<string, Action>();
  let wanted = actions.flatMap((a) => targetIdOf(a) ?? []);
  while (wanted.length > 0) {
    const found = await actionsById(sql, userId, wanted);
    for (const [id, action] of found) targets.set(id, action);
    wanted = [...found.values()].flatMap((a) => targetIdOf(a) ?? []).filter((id) => !targets.has(id));
  }
  return targets;
};

const around = async (sql: Sql, userId: string, actions: readonly Action[]): Promise<Around> => {
  const targets = await targetsOf(sql, userId, actions);
  const all = [...actions, ...targets.values()];
  return {
    targets,
    heads: await mailHeads(
      sql,
      userId,
      actions.map((a) => a.messageId),
    ),
    rules: await ruleNames(
      sql,
      userId,
      all.flatMap((a) => a.ruleId ?? []),
    ),
    undoneBy: await undoneByOf(
      sql,
      actions.map((a) => a.id),
    ),
    mails: await outboxStatesOf(
      sql,
      actions.filter((a) => a.status === 'executing').map((a) => a.id),
    ),
    removed: await removedAccounts(sql, userId),
    names: await labelNames(sql, userId),
  };
};

const titleOf = (action: Action, { targets, names }: Around): string => {
  const target = targets.get(targetIdOf(action) ?? '');
  const title = describeAction(action, names.of(action.accountId), target);
  return target?.type === UNDO
    ? `Redo: ${titleOf(rootOf(target, targets), { targets, names } as Around)}`
    : title;
};

const rootOf = (action: Action, targets: Map<string, Action>): Action => {
  const target = targets.get(targetIdOf(action) ?? '');
  return target ? rootOf(target, targets) : action;
};

const summary = (action: Action, a: Around): ActionSummary => {
  const head = a.heads.get(action.messageId)?.reveal();
  const root = rootOf(action, a.targets);
  const isReversible =
    (findActionKind(root.type)?.reversible ?? false) && !(action.type === UNDO && root.undoHint?.draft);
  const undoneBy = a.undoneBy.get(action.id) ?? null;
  return {
    id: action.id,
    type: action.type,
    title: titleOf(action, a),
    status: action.status,
    messageId: action.messageId,
    threadId: head?.threadId ?? '',
    subject: head?.subject ?? '',
    from: { name: head?.fromName ?? '', address: head?.fromAddress ?? '' },
    createdAt: action.createdAt,
    executedAt: action.executedAt,
    ruleId: action.ruleId,
    ruleName: action.ruleId === null ? null : (a.rules.get(action.ruleId) ?? null),
    source: action.source,
    canUndo:
      (action.status === 'completed' &&
        isReversible &&
        undoneBy === null &&
        !a.removed.has(action.accountId)) ||
      CAN_BE_CALLED_BACK.some((state) => state === a.mails.get(action.id)),
    undoneBy,
    undoOf: targetIdOf(action),
    errorMessage: action.errorMessage,
  };
};

/** Actions as lists show them, in the same order. A handful of statements, however many there are. */
export const actionSummaries = async (
  sql: Sql,
  userId: string,
  actions: readonly Action[],
): Promise<ActionSummary[]> => {
  if (actions.length === 0) return [];
  const found = await around(sql, userId, actions);
  return actions.map((action) => summary(action, found));
};

const stateView = (state: MailState | null | undefined, names: LabelNames, accountId: string) =>
  state
    ? {
        labels: state.labels.map((id) => ({ id, name: names.of(accountId).label(id) })),
        flags: state.flags,
      }
    : null;

/** Seen from one action: what it undoes, and what undid it. */
const linkViews = async (sql: Sql, id: string): Promise<ActionDetail['links']> =>
  (await linksOf(sql, id)).map(({ relation, cause, effect }) =>
    cause === id
      ? { relation, actionId: effect }
      : { relation: relation === 'undo_of' ? 'undone_by' : relation, actionId: cause },
  );

/** All that is known of one action. */
export const actionDetail = async (sql: Sql, userId: string, action: Action): Promise<ActionDetail> => {
  const found = await around(sql, userId, [action]);
  const decision = action.decisionId === null ? undefined : await findDecision(sql, action.decisionId);
  const match = decision?.details.matches.find((m) => m.ruleId === action.ruleId);
  const approval = await approvalOfAction(sql, action.id);
  const why = await whyNotUndoable(sql, action);
  const base = summary(action, found);
  return {
    ...base,
    ruleName: base.ruleName ?? match?.name ?? null,
    canUndo: why === null,
    whyNotUndoable: why,
    parameters: action.parameters,
    because: match?.because ?? [],
    policyReasons: action.reasons.map(({ code, sentence }) => ({ code, sentence })),
    before: stateView(action.before, found.names, action.accountId),
    after: stateView(action.undoHint?.after, found.names, action.accountId),
    links: await linkViews(sql, action.id),
    audit: await auditOf(sql, userId, { action, ruleName: base.ruleName ?? match?.name ?? null }),
    traceId: action.traceId,
    ...(approval ? { approval: { id: approval.id, state: shownState(approval.state) } } : {}),
  };
};
