import type { Tx } from '#db/db.ts';
import { CAN_BE_CALLED_BACK } from './outbox.ts';
import { outboxEntryOf } from './outbox-store.ts';
import type { ActionPorts } from './ports.ts';
import { endCancelled, endUncertain } from './send-end.ts';

/** Ends a mail that nothing will take further. Returns whether it was under way. */
export const giveUpSend = async (
  ports: Pick<ActionPorts, 'clock'>,
  tx: Tx,
  o: { actionId: string; reason: string },
): Promise<boolean> => {
  const mail = await outboxEntryOf(tx, o.actionId);
  const now = ports.clock.now();
  if (mail?.state === 'sending') return endUncertain(tx, { mail, reason: o.reason, now });
  if (!mail || !CAN_BE_CALLED_BACK.includes(mail.state)) return false;
  return endCancelled(tx, { mail, reason: o.reason, now, action: 'failed' });
};
