import type { Tx } from '#db/db.ts';
import type { MailState } from '#mail/message.ts';
import { findHandle, lockHandle, type MailHandle, markGone, setMailState } from '#mail/message-store.ts';
import { applyPatch, emptyPatch, type MailPatch } from '#mail/patch.ts';
import type { Mailbox } from '#mail/port.ts';
import { review } from '#policy/review.ts';
import { invariant } from '#std/assert.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import { type Action, actionHash, UNDO, type UndoHint } from './action.ts';
import { actionKind } from './kinds/catalog.ts';
import type { Effect } from './kinds/define.ts';
import { deleteForever } from './kinds/delete.ts';
import { labelsWith, viewOf } from './mailbox-view.ts';
import type { ActionPorts } from './ports.ts';
import { findAction, insertNote, moveAction, releaseUndoLink } from './store.ts';
import { finishUndo, undoEffect } from './undo.ts';
import { scheduleWake } from './wake.ts';

export type Performed = 'completed' | 'failed' | 'waits' | 'canceled' | 'nothing';

/** The one reason for which an action ends without a fault of anybody. */
export const GONE = 'The message is no longer in the mailbox.';

/**
 * Carries out one action. Run twice, it ends the same: `before` is stored before the effect and kept by a second run.
 * Errors that a retry can mend are thrown; everything else ends the action with a reason.
 */
export const perform = async (ports: ActionPorts, actionId: string): Promise<Performed> => {
  const action = await findAction(ports.db, actionId);
  if (action?.status !== 'queued' && action?.status !== 'executing') return 'nothing';
  try {
    const held = action.status === 'queued' && action.type !== UNDO ? await hold(ports, action) : null;
    return held ?? (await carryOut(ports, action));
  } catch (e) {
    if (!(e instanceof AppError) || !ENDS_ACTION.has(e.kind)) throw e;
    await endFailed(ports, action, e.message);
    return 'failed';
  }
};

const ENDS_ACTION: ReadonlySet<string> = new Set(['input', 'permanent', 'denied']);

/** Policy is asked once more, with today's settings, and what a person said yes to must be what is done. */
const hold = async (ports: ActionPorts, action: Action): Promise<Performed | null> => {
  const now = ports.clock.now();
  if (action.approvedHash !== null) {
    if (action.approvedHash === actionHash(action)) return null;
    await ports.db.write((tx) =>
      moveAction(tx, {
        id: action.id,
        from: 'queued',
        to: 'canceled',
        now,
        errorMessage: 'It is no longer what was approved.',
      }),
    );
    return 'canceled';
  }
  const { verdict, reasons } = review(action.review, ports.policy);
  if (verdict === 'allow') return null;
  if (verdict === 'deny') {
    throw new AppError('denied', 'policy.denied', reasons.map((r) => r.sentence).join(' '));
  }
  await ports.db.write(async (tx) => {
    const moved = await moveAction(tx, {
      id: action.id,
      from: 'queued',
      to: 'approved_pending',
      now,
      reasons: [...reasons],
    });
    if (moved) await ports.askApproval(tx, action, reasons);
  });
  return 'waits';
};

/** Listed in docs/architecture.md: what must hold before anything is done to a mailbox. */
const assertLawful = (action: Action): void => {
  invariant(
    action.decisionId !== null || action.source === 'manual',
    'an effect has a decision or a command',
  );
  invariant(action.reviewedAt >= action.createdAt, 'the verdict is no older than the action');
};

const carryOut = async (ports: ActionPorts, action: Action): Promise<Performed> => {
  assertLawful(action);
  const target = await findHandle(ports.db, action.messageId);
  if (!target) throw new AppError('permanent', 'actions.no-message', GONE);
  const { account, mailbox } = await ports.openMailbox(action.accountId);
  crashpoint('perform.before-look');
  const at = await mailbox.state(target.providerMessageId);
  if (at === null)
    return isOwnWork(action) ? finishDelete(ports, action, target) : endGone(ports, action, target);
  const before = action.before ?? at;
  const effect =
    action.type === UNDO
      ? // Begun again, it goes by the state of the first time, or it would find its own work done and forget to record it.
        await undoEffect(ports.db, action, before)
      : await effectOfKind(ports, action, { account, mailbox, before });
  if (action.status === 'queued') {
    const started = await ports.db.write((tx) =>
      moveAction(tx, { id: action.id, from: 'queued', to: 'executing', now: ports.clock.now(), before }),
    );
    if (!started) return 'nothing';
    crashpoint('perform.begun');
  }
  const hint = await apply(mailbox, target, { effect, before });
  if (hint === null) return endGone(ports, action, target);
  await ports.db.write((tx) => finish({ ports, tx, action, target, effect, hint }));
  crashpoint('perform.finished');
  return 'completed';
};

/** A delete that was begun and finds nothing has done its work, and only its record is missing. */
const isOwnWork = (action: Action): boolean =>
  action.status === 'executing' && action.type === deleteForever.type;

const finishDelete = async (ports: ActionPorts, action: Action, target: MailHandle): Promise<Performed> => {
  const hint = { patch: emptyPatch(), after: null };
  await ports.db.write((tx) => finish({ ports, tx, action, target, effect: { kind: 'delete' }, hint }));
  return 'completed';
};

const effectOfKind = async (
  ports: ActionPorts,
  action: Action,
  where: { account: { id: string; userId: string }; mailbox: Mailbox; before: MailState },
): Promise<Effect> => {
  const kind = actionKind(action.type);
  const names = kind.labels?.(action.parameters, ports.snoozeLabel) ?? [];
  const labels = await labelsWith(ports, where.account, { mailbox: where.mailbox, names });
  const effect = kind.effect(action.parameters, viewOf(labels, ports.snoozeLabel, action.createdAt));
  // What it comes to in this mailbox is what is recorded, so that an undo takes back all of it.
  if (effect.kind !== 'patch') return effect;
  return { ...effect, patch: await where.mailbox.expand(effect.patch, where.before) };
};

/** null: the message is gone. */
const apply = async (
  mailbox: Mailbox,
  target: MailHandle,
  { effect, before }: { effect: Effect; before: MailState },
): Promise<UndoHint | null> => {
  if (effect.kind === 'delete') {
    crashpoint('perform.before-delete');
    await mailbox.delete(target.providerMessageId);
    crashpoint('perform.after-delete');
    return { patch: emptyPatch(), after: null };
  }
  if (effect.kind !== 'patch') return { patch: emptyPatch(), after: before };
  crashpoint('perform.before-effect');
  const after = await mailbox.modify(target.providerMessageId, effect.patch);
  crashpoint('perform.after-effect');
  if (after === null) return null;
  return { patch: effect.patch, after, ...(effect.wakeAt ? { wakeAt: effect.wakeAt } : {}) };
};

interface Finish {
  ports: ActionPorts;
  tx: Tx;
  action: Action;
  target: MailHandle;
  effect: Effect;
  hint: UndoHint;
}

const finish = async (f: Finish): Promise<void> => {
  const { ports, tx, action, target, effect, hint } = f;
  const now = ports.clock.now();
  const done = await moveAction(tx, {
    id: action.id,
    from: 'executing',
    to: 'completed',
    now,
    undoHint: hint,
  });
  if (!done) return;
  crashpoint('perform.finishing');
  if (effect.kind === 'delete') await markGone(tx, target, now);
  if (effect.kind === 'patch') await takeInPatch(tx, target, effect.patch);
  if (effect.kind === 'note') {
    const { userId, messageId, id: actionId } = action;
    await insertNote(tx, { id: ports.newId(), userId, messageId, actionId, text: effect.text, now });
  }
  if (action.type === UNDO) await finishUndo(ports, tx, action);
  else if (hint.wakeAt)
    await scheduleWake(ports, tx, { userId: action.userId, actionId: action.id, at: hint.wakeAt });
};

/** Other actions on the same message may have finished meanwhile: the patch goes on top of what is known now. */
const takeInPatch = async (tx: Tx, target: MailHandle, patch: MailPatch): Promise<void> => {
  const current = await lockHandle(tx, target.id);
  if (current) await setMailState(tx, current, applyPatch(current.state, patch));
};

const endGone = async (ports: ActionPorts, action: Action, target: MailHandle): Promise<Performed> => {
  await endFailed(ports, action, GONE);
  await ports.db.write((tx) => markGone(tx, target, ports.clock.now()));
  return 'failed';
};

/** Ends an action that cannot be carried out. A failed undo no longer blocks another try. */
export const endFailed = async (ports: ActionPorts, action: Action, error: unknown): Promise<void> => {
  const reason = typeof error === 'string' ? error : errorMessage(error);
  await ports.db.write(async (tx) => {
    const current = await findAction(tx, action.id);
    if (current?.status !== 'queued' && current?.status !== 'executing') return;
    await moveAction(tx, {
      id: action.id,
      from: current.status,
      to: 'failed',
      now: ports.clock.now(),
      errorMessage: reason,
    });
    if (action.type === UNDO) await releaseUndoLink(tx, action.id);
  });
};
