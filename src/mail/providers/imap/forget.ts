import { IMAP_FORGET_PAGE, IMAP_TOMBSTONE_MS } from '#config/limits-imap.ts';
import {
  expireCursors,
  lockMirror,
  readMailboxState,
  readMirror,
  writeMailboxState,
} from './folder-store.ts';
import { deleteBuried } from './message-store.ts';
import type { Mirror } from './mirror.ts';

/**
 * Forgets, some at a time, messages that were gone before the mark, once the mark is old enough; then sets another. A row
 * of what is gone is there only to be told of. Whoever holds a cursor so old that it was not told yet hears that the
 * cursor is no longer known, and lists the mailbox: nothing is lost, whatever the clock did.
 */
export const forgetBuried = async (mirror: Mirror): Promise<void> => {
  const { db, accountId, clock } = mirror;
  const isDue = (mark: { at: number } | undefined): boolean =>
    mark === undefined || Math.abs(clock.ms() - mark.at) >= IMAP_TOMBSTONE_MS;
  if (!isDue((await readMailboxState(db, accountId)).mark)) return;
  await db.write(async (tx) => {
    await lockMirror(tx, accountId);
    const state = await readMailboxState(tx, accountId);
    const { mark } = state;
    if (!isDue(mark)) return;
    const through = mark?.modseq ?? 0;
    const forgotten = await deleteBuried(tx, accountId, { through, limit: IMAP_FORGET_PAGE });
    if (forgotten > 0) await expireCursors(tx, accountId, through);
    if (forgotten === IMAP_FORGET_PAGE) return;
    const { last } = await readMirror(tx, accountId);
    await writeMailboxState(tx, accountId, { ...state, mark: { at: clock.ms(), modseq: last } });
  });
};
