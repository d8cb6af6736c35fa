import { recordActivity } from '#activity/store.ts';
import { AppError } from '#std/errors.ts';
import { moveOutboxMail, outboxMailOf } from './outbox-store.ts';
import type { ActionPorts } from './ports.ts';
import { sendJob } from './send.job.ts';
import { endCancelled, endSent } from './send-end.ts';
import { getAction } from './store.ts';
import type { Requester } from './undo.ts';

/** What a person says of a mail that may or may not have gone out, after a look into Sent. */
export const UNCERTAIN_ANSWERS = ['went-out', 'send-again', 'give-up'] as const;
export type UncertainAnswer = (typeof UNCERTAIN_ANSWERS)[number];

const isAnswer = (text: string): text is UncertainAnswer => UNCERTAIN_ANSWERS.some((one) => one === text);

/** Settles it. Throws `actions.bad-answer` for another word. The first answer counts: a later one throws `actions.not-uncertain`. */
export const answerUncertain = (
  ports: ActionPorts,
  o: { userId: string; actionId: string; answer: string; by: Requester },
): Promise<void> =>
  ports.db.write(async (tx) => {
    if (!isAnswer(o.answer)) {
      throw new AppError('input', 'actions.bad-answer', 'This is no answer to whether a mail went out', {
        help: `Answer one of: ${UNCERTAIN_ANSWERS.join(', ')}.`,
      });
    }
    const action = await getAction(tx, o.userId, o.actionId);
    const mail = await outboxMailOf(tx, action.id);
    if (mail?.state !== 'uncertain') {
      throw new AppError('conflict', 'actions.not-uncertain', 'There is no question about this mail', {
        help: 'Look at the action to see what became of it.',
      });
    }
    const now = ports.clock.now();
    if (o.answer === 'went-out') await endSent(ports, tx, { mail, sentId: null, now });
    if (o.answer === 'give-up') {
      await endCancelled(tx, {
        mail,
        reason: 'It was given up, and may have gone out.',
        now,
        action: 'canceled',
      });
    }
    if (o.answer === 'send-again') {
      const again = { stagedId: null, tries: 0, looks: 0, reason: null };
      await moveOutboxMail(tx, mail, { from: 'uncertain', to: 'prepared', now, ...again });
      const idempotencyKey = `outbound.send:${action.id}:${ports.newId()}`;
      await ports.queue.enqueue(
        sendJob,
        { actionId: action.id, accountId: action.accountId },
        { tx, userId: o.userId, idempotencyKey },
      );
    }
    await recordActivity(ports, tx, {
      userId: o.userId,
      ...o.by,
      action: `mail.${o.answer}`,
      subjectType: 'action',
      subjectId: action.id,
    });
  });
