import type { Tx } from '#db/db.ts';
import { findHandle, findMail, type MailHandle, markGone } from '#mail/message-store.ts';
import { emptyPatch } from '#mail/patch.ts';
import { review } from '#policy/review.ts';
import { invariant } from '#std/assert.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import { type Action, actionHash, UNDO, type UndoHint } from './action.ts';
import { declined, isDeclined } from './declined.ts';
import { effectKind } from './effects/catalog.ts';
import type { Carrying, Finishing } from './effects/define.ts';
import { waitForReconcile } from './epoch.ts';
import { foreseenRefusal } from './foresee.ts';
import { actionKind } from './kinds/catalog.ts';
import type { Effect } from './kinds/define.ts';
import { deleteForever } from './kinds/delete.ts';
import { labelsWith, viewOf } from './mailbox-view.ts';
import { outboxStateOf } from './outbox-store.ts';
import type { ActionPorts } from './ports.ts';
import { findAction, moveAction, releaseUndoLink } from './store.ts';
import { finishUndo, undoEffect } from './undo.ts';
import { scheduleWake } from './wake.ts';

/** `handed-on`: a job of its own goes on from here. */
export type Performed = 'completed' | 'failed' | 'waits' | 'canceled' | 'handed-on' | 'nothing';

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
    const ending = isDeclined(e) ? 'canceled' : 'failed';
    await end(ports, action, { to: ending, reason: e.message });
    return ending;
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
  await refuseForeseen(ports, action);
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

/** Nobody is asked about what would be refused. */
const refuseForeseen = async (ports: ActionPorts, action: Action): Promise<void> => {
  const { ruleId, userId, messageId } = action;
  const message = ruleId === null ? undefined : await findMail(ports.db, userId, messageId);
  if (ruleId === null || !message) return;
  const refusal = await foreseenRefusal(ports, message, { ...action, ruleId });
  if (refusal !== null) throw declined(refusal);
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
  if (action.status === 'executing' && (await outboxStateOf(ports.db, action.id)) !== undefined)
    return 'handed-on';
  const target = await findHandle(ports.db, action.messageId);
  if (!target) throw new AppError('permanent', 'actions.no-message', GONE);
  await waitForReconcile(ports.db, action.accountId);
  const { account, mailbox } = await ports.openMailbox(action.accountId);
  crashpoint('perform.before-look');
  const at = await mailbox.state(target.providerMessageId);
  if (at === null)
    return isOwnWork(action) ? finishDelete(ports, action, target) : endGone(ports, action, target);
  const before = action.before ?? at;
  const c = { ports, action, account, mailbox, target, before, resumed: action.status === 'executing' };
  const effect =
    action.type === UNDO
      ? // Begun again, it goes by the state of the first time, or it would find its own work done and forget to record it.
        await undoEffect(ports.db, action, before)
      : await effectOfKind(c);
  const carrier = effectKind(effect.kind);
  if (!c.resumed && !(await begin(c, await carrier.prepare?.(c, effect)))) return 'nothing';
  const applied = await carrier.apply(c, effect);
  if (applied === 'handed-on') return applied;
  if (applied === 'gone') return endGone(ports, action, target);
  await ports.db.write((tx) => finish(c, tx, { effect, hint: applied }));
  crashpoint('perform.finished');
  return 'completed';
};

/** False when somebody else has moved the action. */
const begin = async (
  { ports, action, before }: Carrying,
  more?: (tx: Tx) => Promise<void>,
): Promise<boolean> => {
  const now = ports.clock.now();
  const begun = await ports.db.write(async (tx) => {
    const moved = await moveAction(tx, { id: action.id, from: 'queued', to: 'executing', now, before });
    if (moved) await more?.(tx);
    return moved;
  });
  if (begun) crashpoint('perform.begun');
  return begun;
};

/** A delete that was begun and finds nothing has done its work, and only its record is missing. */
const isOwnWork = (action: Action): boolean =>
  action.status === 'executing' && action.type === deleteForever.type;

const finishDelete = async (ports: ActionPorts, action: Action, target: MailHandle): Promise<Performed> => {
  const hint = { patch: emptyPatch(), after: null };
  await ports.db.write((tx) => finish({ ports, action, target }, tx, { effect: { kind: 'delete' }, hint }));
  return 'completed';
};

const effectOfKind = async ({ ports, action, account, mailbox, before }: Carrying): Promise<Effect> => {
  const kind = actionKind(action.type);
  const names = kind.labels?.(action.parameters, ports.snoozeLabel) ?? [];
  const labels = await labelsWith(ports, account, { mailbox, names });
  const effect = kind.effect(action.parameters, viewOf(labels, ports.snoozeLabel, action.createdAt));
  // What it comes to in this mailbox is what is recorded, so that an undo takes back all of it.
  if (effect.kind !== 'patch') return effect;
  return { ...effect, patch: await mailbox.expand(effect.patch, before) };
};

const finish = async (c: Finishing, tx: Tx, done: { effect: Effect; hint: UndoHint }): Promise<void> => {
  const { ports, action } = c;
  const { effect, hint } = done;
  const completed = await moveAction(tx, {
    id: action.id,
    from: 'executing',
    to: 'completed',
    now: ports.clock.now(),
    undoHint: hint,
  });
  if (!completed) return;
  crashpoint('perform.finishing');
  await effectKind(effect.kind).finish?.(c, tx, effect);
  if (action.type === UNDO) await finishUndo(ports, tx, action);
  else if (hint.wakeAt)
    await scheduleWake(ports, tx, { userId: action.userId, actionId: action.id, at: hint.wakeAt });
};

const endGone = async (ports: ActionPorts, action: Action, target: MailHandle): Promise<Performed> => {
  await endFailed(ports, action, GONE);
  await ports.db.write((tx) => markGone(tx, target, ports.clock.now()));
  return 'failed';
};

/** Ends an action that cannot be carried out. A failed undo no longer blocks another try. */
export const endFailed = (ports: ActionPorts, action: Action, error: unknown): Promise<void> =>
  end(ports, action, { to: 'failed', reason: typeof error === 'string' ? error : errorMessage(error) });

const end = (
  ports: ActionPorts,
  action: Action,
  { to, reason }: { to: 'failed' | 'canceled'; reason: string },
): Promise<void> =>
  ports.db.write(async (tx) => {
    const current = await findAction(tx, action.id);
    if (current) await endAction(ports, tx, { action: current, to, reason });
  });

/** Ends an action that is under way; false when it is not, or goes on as a mail. */
export const endAction = async (
  { clock }: Pick<ActionPorts, 'clock'>,
  tx: Tx,
  { action, to, reason }: { action: Action; to: 'failed' | 'canceled'; reason: string },
): Promise<boolean> => {
  const { id, status } = action;
  if (status !== 'queued' && status !== 'executing') return false;
  // Its mail is written, though whoever wrote it may not have heard so, and has a job that ends both.
  if ((await outboxStateOf(tx, id)) !== undefined) return false;
  const moved = await moveAction(tx, { id, from: status, to, now: clock.now(), errorMessage: reason });
  if (moved && action.type === UNDO) await releaseUndoLink(tx, id);
  return moved;
};
