import { recordActivity } from '#activity/store.ts';
import type { Tx } from '#db/db.ts';
import { AppError } from '#std/errors.ts';
import type { OutboxEntry } from './outbox.ts';
import { moveOutboxMail, outboxEntryOf } from './outbox-store.ts';
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
    const mail = await outboxEntryOf(tx, action.id);
    const settled = mail?.state === 'uncertain' && (await settle(ports, tx, { mail, answer: o.answer }));
    if (!settled) {
      throw new AppError('conflict', 'actions.not-uncertain', 'There is no question about this mail', {
        help: 'Look at the action to see what became of it.',
      });
    }
    await recordActivity(ports, tx, {
      userId: o.userId,
      ...o.by,
      action: `mail.${o.answer}`,
      subjectType: 'action',
      subjectId: action.id,
    });
  });

/** False when somebody else answered at the same moment. */
const settle = async (
  ports: ActionPorts,
  tx: Tx,
  { mail, answer }: { mail: OutboxEntry; answer: UncertainAnswer },
): Promise<boolean> => {
  const now = ports.clock.now();
  switch (answer) {
    case 'went-out':
      return endSent(ports, tx, { mail, sentId: null, now });
    case 'give-up': {
      const reason = 'It was given up, and may have gone out.';
      return endCancelled(tx, { mail, reason, now, action: 'canceled' });
    }
    case 'send-again': {
      const { actionId, accountId, userId } = mail;
      const anew = { ...mail, stagedId: null, tries: 0, looks: 0 };
      if (!(await moveOutboxMail(tx, anew, { from: 'uncertain', to: 'prepared', now }))) return false;
      const idempotencyKey = `outbound.send:${actionId}:${ports.newId()}`;
      await ports.queue.enqueue(sendJob, { actionId, accountId }, { tx, userId, idempotencyKey });
      return true;
    }
  }
};
