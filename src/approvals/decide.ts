import { actionHash } from '#actions/action.ts';
import { performJob } from '#actions/perform.job.ts';
import { findAction, moveAction } from '#actions/store.ts';
import { recordActivity } from '#activity/store.ts';
import type { Db, Tx } from '#db/db.ts';
import type { Queue } from '#queue/queue.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import type { Approval } from './approval.ts';
import { answerApproval, findApproval, getApproval } from './store.ts';

export interface DecidePorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  queue: Queue;
}

export interface Decision {
  userId: string;
  approvalId: string;
  answer: 'approve' | 'reject';
  /** Who pressed, and where. */
  by: string;
  via: string;
}

/**
 * Answers an approval. The first answer wins: a second one throws `approvals.answered`, which says what the first was.
 * What is approved is the action as it was shown: if it is another by now, nothing happens and `approvals.changed` is thrown.
 */
export const decide = (ports: DecidePorts, d: Decision): Promise<Approval> =>
  ports.db.write(async (tx) => {
    const approval = await getApproval(tx, d.userId, d.approvalId);
    const now = ports.clock.now();
    if (approval.state !== 'waiting') throw answered(approval);
    if (approval.expiresAt <= now) {
      throw new AppError('conflict', 'approvals.expired', 'This approval has expired', {
        help: 'Ask for the action again from the message.',
      });
    }
    const state = d.answer === 'approve' ? 'approved' : 'rejected';
    if (!(await answerApproval(tx, { id: approval.id, state, now, by: d.by, via: d.via }))) {
      throw answered((await findApproval(tx, approval.id)) ?? approval);
    }
    crashpoint('approval.answered');
    await settleAction(ports, tx, { approval, approved: d.answer === 'approve' });
    await recordActivity(ports, tx, {
      userId: d.userId,
      actor: d.by,
      channel: d.via,
      action: `approval.${d.answer}`,
      subjectType: 'action',
      subjectId: approval.actionId,
      details: { approval: approval.id },
    });
    return (await findApproval(tx, approval.id)) ?? approval;
  });

const settleAction = async (
  ports: DecidePorts,
  tx: Tx,
  s: { approval: Approval; approved: boolean },
): Promise<void> => {
  const { approval, approved } = s;
  const action = await findAction(tx, approval.actionId);
  const now = ports.clock.now();
  if (!action) return;
  if (!approved) {
    await moveAction(tx, { id: action.id, from: 'approved_pending', to: 'rejected', now });
    return;
  }
  if (actionHash(action) !== approval.actionHash) {
    throw new AppError('conflict', 'approvals.changed', 'The action is no longer what this card shows', {
      help: 'Look at the message again and decide anew.',
    });
  }
  const moved = await moveAction(tx, {
    id: action.id,
    from: 'approved_pending',
    to: 'queued',
    now,
    approvedHash: approval.actionHash,
  });
  if (moved) {
    crashpoint('approval.released');
    // A key of its own: the action may have had a job before it was held.
    await ports.queue.enqueue(
      performJob,
      { actionId: action.id },
      { tx, userId: action.userId, idempotencyKey: `action:${action.id}:${approval.id}` },
    );
  }
};

const answered = (a: Approval): AppError =>
  new AppError(
    'conflict',
    'approvals.answered',
    `This was already ${a.state}${a.decidedVia ? ` (${a.decidedVia})` : ''}`,
    {
      help: 'The first answer counts. An approved action can be undone if its kind allows it.',
      fields: { state: a.state },
    },
  );
