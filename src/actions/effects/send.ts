import { refuseAutoReply } from '#actions/answer-rules.ts';
import { declined } from '#actions/declined.ts';
import type { Carrying } from '#actions/effects/define.ts';
import { whyTooOld } from '#actions/foresee.ts';
import type { Letter } from '#actions/kinds/define.ts';
import { type Written, writeLetter } from '#actions/letter.ts';
import { operationOf } from '#actions/operation.ts';
import { insertOutboxMail, lockSends } from '#actions/outbox-store.ts';
import { sendJob } from '#actions/send.job.ts';
import { claimSend } from '#actions/send-limits.ts';
import type { Tx } from '#db/db.ts';
import { isConstraint } from '#db/errors.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { defineEffect } from './define.ts';

/** A rule acts by itself; what a person asked for or said yes to is not automatic. */
const isAutomatic = ({ action }: Carrying): boolean =>
  action.source !== 'manual' && action.approvedHash === null;

const refuseOld = async ({ ports, action, account, target }: Carrying): Promise<void> => {
  if (action.source === 'manual') return;
  const tooOld = await whyTooOld(ports.db, account, target.receivedAt);
  if (tooOld !== null) throw declined(tooOld);
};

/** What was shown for approval is what is done. */
const refuseOthers = ({ action }: Carrying, { recipients }: Written): void => {
  const shown = action.review.action.sends?.to;
  if (shown === undefined || JSON.stringify(shown) === JSON.stringify(recipients)) return;
  throw declined('It would no longer go to whom it was to go to.');
};

const store = async (
  c: Carrying,
  tx: Tx,
  o: { letter: Letter; opId: string; written: Written },
): Promise<void> => {
  const { ports, action } = c;
  const { written, letter, opId } = o;
  const automatic = isAutomatic(c);
  await lockSends(tx, action.accountId);
  await claimSend(ports, tx, {
    action,
    automatic,
    recipient: letter.form === 'auto_reply' ? written.recipients[0] : undefined,
  });
  crashpoint('outbox.preparing');
  const { raw, messageId, sender, recipients, threadKey } = written;
  try {
    await insertOutboxMail(tx, {
      id: ports.newId(),
      userId: action.userId,
      accountId: action.accountId,
      actionId: action.id,
      opId,
      automatic,
      messageId,
      sender,
      recipients,
      threadKey,
      raw,
      createdAt: ports.clock.now(),
    });
  } catch (e) {
    if (!isConstraint(e, 'unique')) throw e;
    throw declined('The same was sent for this message before.');
  }
  const notBeforeMs = ports.clock.ms() + ports.sending.delayMs;
  const { id: actionId, accountId, userId } = action;
  await ports.queue.enqueue(sendJob, { actionId, accountId }, { tx, userId, notBeforeMs });
};

/** The mail is written and stored with the job that sends it, in the transaction that begins the action. */
export const sendEffect = defineEffect<'send'>({
  kind: 'send',
  prepare: async (c, { letter }) => {
    if (!c.mailbox.can.send) {
      throw new AppError('permanent', 'actions.cannot-send', 'Nothing can be sent from this mailbox.');
    }
    await refuseOld(c);
    const opId = operationOf(c.action, c.target);
    const written = await writeLetter(c, letter, { opId, date: c.ports.clock.now() });
    refuseOthers(c, written);
    if (letter.form === 'auto_reply') await refuseAutoReply(c, written);
    return (tx) => store(c, tx, { letter, opId, written });
  },
  apply: async () => {
    crashpoint('outbox.prepared');
    return 'handed-on';
  },
});
