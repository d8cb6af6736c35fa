import type { Tx } from '#db/db.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { type Instant, toMs } from '#std/time.ts';
import type { ActionPorts } from './ports.ts';
import { unsnoozeJob } from './unsnooze.job.ts';

/** A snooze is an archive whose undo is already scheduled. */
export const scheduleWake = async (
  ports: Pick<ActionPorts, 'queue'>,
  tx: Tx,
  wake: { userId: string; actionId: string; at: Instant },
): Promise<void> => {
  const { actionId, userId, at } = wake;
  crashpoint('wake.scheduling');
  await ports.queue.enqueue(unsnoozeJob, { actionId }, { tx, userId, notBeforeMs: toMs(at) });
};
