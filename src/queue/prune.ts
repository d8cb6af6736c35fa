import { JOB_KEEP_COMPLETED_MS, JOB_KEEP_FAILED_MS, JOB_PRUNE_ROWS } from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { firstIdAt } from '#std/ids.ts';
import { toInstant } from '#std/time.ts';
import { deleteEnded, oldJobs } from './prune-store.ts';

export interface PruneOptions {
  /** Milliseconds that completed and canceled jobs are kept, and failed ones. */
  keepCompletedMs?: number;
  keepFailedMs?: number;
  signal?: AbortSignal;
}

/**
 * Deletes jobs that ended long enough ago, in small transactions with a pause between them, so that claims never wait.
 * Returns how many.
 */
export const pruneJobs = async (ports: { db: Db; clock: Clock }, o: PruneOptions = {}): Promise<number> => {
  const { db, clock } = ports;
  const keepCompleted = o.keepCompletedMs ?? JOB_KEEP_COMPLETED_MS;
  const keepFailed = o.keepFailedMs ?? JOB_KEEP_FAILED_MS;
  const now = clock.ms();
  const look = {
    before: firstIdAt(now - Math.min(keepCompleted, keepFailed)),
    completedBefore: toInstant(now - keepCompleted),
    failedBefore: toInstant(now - keepFailed),
    rows: JOB_PRUNE_ROWS,
  };
  let deleted = 0;
  let after: string | null = '';
  while (after !== null && !o.signal?.aborted) {
    const from: string = after;
    const { ids, next } = await oldJobs(db, { ...look, after: from });
    if (ids.length > 0) deleted += await db.write((tx) => deleteEnded(tx, ids));
    crashpoint('prune.page');
    after = next;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return deleted;
};
