import { recordActivity } from '#activity/store.ts';
import type { Tx } from '#db/db.ts';
import { emptyPatch } from '#mail/patch.ts';
import type { Instant } from '#std/time.ts';
import type { OutboxEntry } from './outbox.ts';
import { moveOutboxMail } from './outbox-store.ts';
import type { ActionPorts } from './ports.ts';
import { findAction, moveAction } from './store.ts';

/** The mail is out, and its action is done. `refused`: recipients that the mail server did not take. */
export const endSent = async (
  ports: Pick<ActionPorts, 'clock' | 'newId'>,
  tx: Tx,
  o: { mail: OutboxEntry; sentId: string | null; refused?: readonly string[]; now: Instant },
): Promise<boolean> => {
  const { mail, now, sentId, refused = [] } = o;
  if (!(await moveOutboxMail(tx, mail, { from: mail.state, to: 'sent', now, sentId }))) return false;
  const action = await findAction(tx, mail.actionId);
  const undoHint = { patch: emptyPatch(), after: action?.before ?? null };
  const done = { id: mail.actionId, from: 'executing', to: 'completed', now, undoHint } as const;
  const errorMessage = `The mail server did not take it for ${refused.join(', ')}. The others have it.`;
  await moveAction(tx, refused.length > 0 ? { ...done, errorMessage } : done);
  await recordActivity(ports, tx, {
    userId: mail.userId,
    actor: 'system',
    channel: 'system',
    action: 'mail.sent',
    subjectType: 'action',
    subjectId: mail.actionId,
    details: {
      recipients: mail.recipients.length,
      automatic: mail.automatic,
      ...(refused.length > 0 && { refused: refused.length }),
    },
  });
  return true;
};

/** The mail stays here. `failed`: it should have gone; `canceled`: somebody called it back. */
export const endCancelled = async (
  tx: Tx,
  o: { mail: OutboxEntry; reason: string; now: Instant; action: 'failed' | 'canceled' },
): Promise<boolean> => {
  const { mail, reason, now } = o;
  if (!(await moveOutboxMail(tx, mail, { from: mail.state, to: 'cancelled', now, reason }))) return false;
  await moveAction(tx, { id: mail.actionId, from: 'executing', to: o.action, now, errorMessage: reason });
  return true;
};

/** Nobody can tell whether it left: its action waits for the answer of a person, who can look into Sent. */
export const endUncertain = (
  tx: Tx,
  o: { mail: OutboxEntry; reason: string; now: Instant },
): Promise<boolean> =>
  moveOutboxMail(tx, o.mail, { from: o.mail.state, to: 'uncertain', now: o.now, reason: o.reason });
