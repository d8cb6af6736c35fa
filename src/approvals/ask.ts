import { createHash } from 'node:crypto';
import { type Action, actionHash } from '#actions/action.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import { AUTO_REPLY_AGE_MS, SEND_APPROVAL_MS } from '#config/limits-sending.ts';
import type { Tx } from '#db/db.ts';
import { findHandle } from '#mail/message-store.ts';
import type { PolicyReason } from '#policy/review.ts';
import type { Queue } from '#queue/queue.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { NewId } from '#std/ids.ts';
import type { Random } from '#std/random.ts';
import { toInstant, toMs } from '#std/time.ts';
import { expireJob } from './expire.job.ts';
import { insertApproval } from './store.ts';

interface AskPorts {
  clock: Clock;
  newId: NewId;
  random: Random;
  queue: Queue;
  /** Milliseconds that a card can be answered. */
  approvalMs: number;
}

const BUTTON_BYTES = 16;

/** What is sent answers something of today; an automatic answer is refused when its message is a day old. */
const expiryOf = async (
  { clock, approvalMs }: AskPorts,
  tx: Tx,
  action: Pick<Action, 'type' | 'parameters' | 'messageId'>,
): Promise<number> => {
  const sends = findActionKind(action.type)?.sends?.(action.parameters);
  if (!sends) return clock.ms() + approvalMs;
  const latest = clock.ms() + Math.min(approvalMs, SEND_APPROVAL_MS);
  const about = sends.automatic ? await findHandle(tx, action.messageId) : undefined;
  return about ? Math.min(latest, toMs(about.receivedAt) + AUTO_REPLY_AGE_MS) : latest;
};

/** Makes the card for an action that waits, and the job that ends it when nobody answers; in the caller's transaction. */
export const askApproval = async (
  ports: AskPorts,
  tx: Tx,
  ask: {
    action: Pick<Action, 'id' | 'userId' | 'messageId' | 'type' | 'parameters'>;
    reasons: readonly PolicyReason[];
  },
): Promise<string> => {
  const { action, reasons } = ask;
  const id = ports.newId();
  const expiresMs = await expiryOf(ports, tx, action);
  await insertApproval(tx, {
    id,
    userId: action.userId,
    actionId: action.id,
    actionHash: actionHash(action),
    buttonHash: createHash('sha256').update(ports.random.bytes(BUTTON_BYTES)).digest('hex'),
    reasons,
    createdAt: ports.clock.now(),
    expiresAt: toInstant(expiresMs),
  });
  crashpoint('approval.asked');
  await ports.queue.enqueue(
    expireJob,
    { approvalId: id },
    { tx, userId: action.userId, notBeforeMs: expiresMs },
  );
  return id;
};
