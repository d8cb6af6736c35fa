import { removedAccounts } from '#accounts/removal-store.ts';
import { recordActivity } from '#activity/store.ts';
import type { Sql, Tx } from '#db/db.ts';
import { isConstraint } from '#db/errors.ts';
import type { MailState } from '#mail/message.ts';
import { emptyPatch, invert } from '#mail/patch.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { type Action, UNDO } from './action.ts';
import { findActionKind } from './kinds/catalog.ts';
import type { Effect } from './kinds/define.ts';
import { CAN_BE_CALLED_BACK } from './outbox.ts';
import { outboxEntryOf, outboxStateOf } from './outbox-store.ts';
import { performJob } from './perform.job.ts';
import type { ActionPorts } from './ports.ts';
import { endCancelled } from './send-end.ts';
import {
  findAction,
  insertActions,
  insertNote,
  linkActions,
  type NewAction,
  removeNote,
  undoneBy,
} from './store.ts';
import { scheduleWake } from './wake.ts';

/** Who asked, for the audit log. */
export interface Requester {
  actor: string;
  channel: string;
}

/** Why an action cannot be undone, as a sentence; null when it can. */
export const whyNotUndoable = async (sql: Sql, action: Action): Promise<string | null> => {
  if (action.status === 'executing') return whyNotCalledBack(sql, action);
  if (action.status !== 'completed') return 'It was not carried out.';
  const root = await rootOf(sql, action);
  if (!root || !findActionKind(root.type)?.reversible) return 'This kind of action cannot be taken back.';
  if (action.type === UNDO && root.undoHint?.draft) return 'A draft that was dropped does not come back.';
  if ((await undoneBy(sql, action.id)) !== undefined) return 'It is undone already.';
  const removed = await removedAccounts(sql, action.userId);
  return removed.has(action.accountId) ? 'Its account was removed: add that again first.' : null;
};

/** A mail that has not left is called back. */
const whyNotCalledBack = async (sql: Sql, action: Action): Promise<string | null> => {
  const state = await outboxStateOf(sql, action.id);
  if (state === undefined) return 'It was not carried out.';
  return CAN_BE_CALLED_BACK.includes(state) ? null : 'It is on its way.';
};

const callBack = async (ports: Pick<ActionPorts, 'clock'>, tx: Tx, action: Action): Promise<void> => {
  const mail = await outboxEntryOf(tx, action.id);
  const now = ports.clock.now();
  const reason = 'It was called back before it left.';
  if (!mail || !(await endCancelled(tx, { mail, reason, now, action: 'canceled' })))
    throw notUndoable('It is on its way.');
};

/**
 * Makes the action that reverses another one, with its link and its job, in the caller's transaction and before any
 * effect. Throws `actions.not-undoable` with the reason, also when somebody else asked at the same moment. A mail that has
 * not left needs no reversing: it stays, and its own action is returned.
 */
export const requestUndo = async (
  ports: Pick<ActionPorts, 'clock' | 'newId' | 'queue'>,
  tx: Tx,
  request: { action: Action; by: Requester },
): Promise<string> => {
  const { action, by } = request;
  const reason = await whyNotUndoable(tx, action);
  if (reason !== null) throw notUndoable(reason);
  if (action.status === 'executing') {
    await callBack(ports, tx, action);
    await tell(ports, tx, { action, by, details: {} });
    return action.id;
  }
  const now = ports.clock.now();
  const id = ports.newId();
  const undo: NewAction = {
    id,
    userId: action.userId,
    accountId: action.accountId,
    messageId: action.messageId,
    decisionId: null,
    ruleId: null,
    source: 'manual',
    type: UNDO,
    parameters: { action: action.id },
    status: 'queued',
    confidence: 1,
    reasons: [],
    review: { ...action.review, source: 'manual' },
    reviewedAt: now,
    traceId: action.traceId,
    createdAt: now,
  };
  try {
    await insertActions(tx, [undo]);
    crashpoint('undo.unlinked');
    await linkActions(tx, { userId: action.userId, cause: id, effect: action.id, relation: 'undo_of', now });
  } catch (e) {
    if (isConstraint(e, 'unique')) throw notUndoable('It is undone already.');
    throw e;
  }
  await ports.queue.enqueue(performJob, { actionId: id }, { tx, userId: action.userId });
  crashpoint('undo.requested');
  await tell(ports, tx, { action, by, details: { undo: id } });
  return id;
};

const tell = (
  ports: Pick<ActionPorts, 'clock' | 'newId'>,
  tx: Tx,
  o: { action: Action; by: Requester; details: Record<string, unknown> },
): Promise<void> =>
  recordActivity(ports, tx, {
    userId: o.action.userId,
    ...o.by,
    action: 'action.undo',
    subjectType: 'action',
    subjectId: o.action.id,
    details: o.details,
  });

const notUndoable = (reason: string) =>
  new AppError('conflict', 'actions.not-undoable', `This action cannot be undone. ${reason}`, {
    help: 'Look at the action to see what became of it.',
  });

/** What an undo does now: the inverse of what was done, minus what changed since. */
export const undoEffect = async (sql: Sql, undo: Action, now: MailState): Promise<Effect> => {
  const of = await targetOf(sql, undo);
  if (!of?.undoHint || !of.before) return { kind: 'nothing' };
  if (of.undoHint.draft) return { kind: 'drop_draft', ...of.undoHint.draft };
  const p = of.undoHint.after ? invert(of.undoHint.patch, of.before, now) : emptyPatch();
  return { kind: 'patch', patch: p };
};

/** What an undo changes beside the mailbox, in the transaction that completes it. */
export const finishUndo = async (ports: ActionPorts, tx: Tx, undo: Action): Promise<void> => {
  const root = await rootOf(tx, undo);
  if (!root) return;
  crashpoint('undo.finishing');
  const done = (await depthOf(tx, undo)) % 2 === 0;
  if (root.type === 'add_note') {
    if (!done) return removeNote(tx, root.id);
    const { userId, messageId, id: actionId } = root;
    const text = String(root.parameters.text ?? '');
    return insertNote(tx, { id: ports.newId(), userId, messageId, actionId, text, now: ports.clock.now() });
  }
  const wakeAt = root.undoHint?.wakeAt;
  if (done && wakeAt) await scheduleWake(ports, tx, { userId: undo.userId, actionId: undo.id, at: wakeAt });
};

const targetOf = (sql: Sql, undo: Action): Promise<Action | undefined> =>
  findAction(sql, String(undo.parameters.action ?? ''));

/** The action at the start of a chain of undos. */
const rootOf = async (sql: Sql, action: Action): Promise<Action | undefined> => {
  let at: Action | undefined = action;
  while (at?.type === UNDO) at = await targetOf(sql, at);
  return at;
};

const depthOf = async (sql: Sql, action: Action): Promise<number> => {
  let depth = 0;
  for (let at: Action | undefined = action; at?.type === UNDO; at = await targetOf(sql, at)) depth++;
  return depth;
};
