import { composeNow } from '#digests/compose.ts';
import type { Digest } from '#digests/digest.ts';
import { newestDigest } from '#digests/store.ts';
import { statusOf } from '#ingest/status.ts';
import { isEnded } from './drain.ts';
import type { CliApp } from './program.ts';

const LOOK_MS = 300;

/** The demo's digest: the newest one that is there, else one made now. */
export const demoDigest = async (app: CliApp): Promise<Digest> => {
  const userId = app.owner.id;
  const newest = await newestDigest(app.db, userId);
  if (newest) return newest;
  return (await composeNow(app, { userId, by: { actor: `user:${userId}`, channel: 'cli' } })).digest;
};

const isSorted = async (app: CliApp, importId: string): Promise<boolean> => {
  if (!isEnded((await app.queue.get(importId))?.job)) return false;
  // The sync that takes in what was imported has a job of its own, and the ledger knows nothing of it yet.
  const { types } = await app.queue.stats();
  if (types.some(({ ready, running }) => ready + running > 0)) return false;
  const { ledger, actions } = await statusOf(app, app.owner.id);
  return ledger.waiting === 0 && (actions.queued ?? 0) + (actions.executing ?? 0) === 0;
};

/** Makes the digest as soon as the mailbox is sorted. Ends without one when `signal` fires before. */
export const digestWhenSorted = async (app: CliApp, importId: string, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    if (await isSorted(app, importId)) {
      await demoDigest(app);
      return;
    }
    await app.clock.sleep(LOOK_MS, signal).catch(() => {});
  }
};
