import { UNDO_PAGE } from '#config/limits.ts';
import type { Tx } from '#db/db.ts';
import type { Instant } from '#std/time.ts';
import { ACTION_KINDS } from './kinds/catalog.ts';
import { mailsUnderWay } from './outbox-store.ts';
import { endUncertain } from './send-end.ts';
import { moveAction, queuedActions } from './store.ts';

const RESTORED = 'A backup was restored. It may have gone out after that was made.';

const SENDING = ACTION_KINDS.filter((kind) => kind.sends).map((kind) => kind.type);

/**
 * What was to be sent when a backup was made may have been sent since: what was written becomes a question, and what was
 * not yet written is dropped. In the transaction that puts the backup in place.
 */
export const dropSendsOfBackup = async (
  tx: Tx,
  now: Instant,
): Promise<{ asked: number; dropped: number }> => {
  let asked = 0;
  for (
    let page = await mailsUnderWay(tx, UNDO_PAGE);
    page.length > 0;
    page = await mailsUnderWay(tx, UNDO_PAGE)
  ) {
    for (const mail of page) await endUncertain(tx, { mail, reason: RESTORED, now });
    asked += page.length;
  }
  const queued = await queuedActions(tx, SENDING);
  for (const id of queued) {
    await moveAction(tx, { id, from: 'queued', to: 'canceled', now, errorMessage: RESTORED });
  }
  return { asked, dropped: queued.length };
};
