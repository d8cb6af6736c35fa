import { removedAccounts } from '#accounts/removal-store.ts';
import { recordActivity } from '#activity/store.ts';
import { isConstraint } from '#db/errors.ts';
import { findHandle, findMail } from '#mail/message-store.ts';
import { review } from '#policy/review.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { actionKind } from './kinds/catalog.ts';
import type { ActionKind } from './kinds/define.ts';
import { parseParameters } from './kinds/parameters.ts';
import { performJob } from './perform.job.ts';
import type { ActionPorts } from './ports.ts';
import { sendsOf } from './recipients.ts';
import { findAction, insertActions, type NewAction } from './store.ts';
import type { Requester } from './undo.ts';

export interface ManualAction {
  userId: string;
  messageId: string;
  type: string;
  parameters: Record<string, unknown>;
  /** The person was told that it can't be taken back, and said yes. */
  confirmed: boolean;
  by: Requester;
}

export interface Requested {
  actionId: string;
  status: 'queued' | 'approved_pending';
}

/**
 * A person's command on one of their messages: stored with its job, then carried out like any other action. What can't
 * be taken back waits for an approval unless it is confirmed. Throws an input error for an unknown kind or wrong parameters.
 */
export const requestAction = async (ports: ActionPorts, m: ManualAction): Promise<Requested> => {
  const kind = actionKind(m.type);
  const parameters = parseParameters(m);
  const target = await findHandle(ports.db, m.messageId);
  if (!target || target.userId !== m.userId) {
    throw new AppError('denied', 'mail.unknown', 'There is no such message', {
      help: 'It may belong to an account that was removed.',
    });
  }
  if ((await removedAccounts(ports.db, m.userId)).has(target.accountId)) {
    throw new AppError('conflict', 'accounts.removed', 'The account of this message was removed', {
      help: 'Add it again to go on with it.',
    });
  }
  const now = ports.clock.now();
  const sends = kind.sends && (await sendsOn(ports, kind, { ...m, parameters }));
  const input = {
    source: 'manual' as const,
    action: { type: kind.type, danger: kind.danger, ...(sends ? { sends } : {}) },
    confidence: 1,
    safeMode: 'default' as const,
    confirmed: m.confirmed,
  };
  const { verdict, reasons } = review(input, ports.policy);
  const status = verdict === 'allow' ? 'queued' : 'approved_pending';
  const id = ports.newId();
  const created: NewAction = {
    id,
    userId: m.userId,
    accountId: target.accountId,
    messageId: target.id,
    decisionId: null,
    ruleId: null,
    source: 'manual',
    type: kind.type,
    parameters,
    status,
    confidence: 1,
    reasons,
    review: input,
    reviewedAt: now,
    traceId: null,
    createdAt: now,
  };
  try {
    await ports.db.write(async (tx) => {
      await insertActions(tx, [created]);
      if (status === 'queued') {
        await ports.queue.enqueue(performJob, { actionId: id }, { tx, userId: m.userId });
      } else {
        const stored = await findAction(tx, id);
        if (stored) await ports.askApproval(tx, stored, reasons);
      }
      crashpoint('request.stored');
      await recordActivity(ports, tx, {
        userId: m.userId,
        ...m.by,
        action: `action.${kind.type}`,
        subjectType: 'action',
        subjectId: id,
        details: { messageId: target.id },
      });
    });
  } catch (e) {
    if (!isConstraint(e, 'unique')) throw e;
    throw alreadyWaiting(e);
  }
  crashpoint('request.committed');
  return { actionId: id, status };
};

/** Whom it goes to, so that a card can say so. */
const sendsOn = async (ports: ActionPorts, kind: ActionKind, m: ManualAction) => {
  if (kind.sends?.(m.parameters).automatic) {
    throw new AppError('input', 'actions.rules-only', 'Only rules answer automatically', {
      help: 'Use reply.',
    });
  }
  const stored = await findMail(ports.db, m.userId, m.messageId);
  return stored && sendsOf(m, stored.mail.reveal());
};

const alreadyWaiting = (cause: unknown): AppError =>
  new AppError('conflict', 'actions.already-waiting', 'The same action already waits for this message', {
    help: 'Wait for it, or answer its approval.',
    cause,
  });
