import { DB_UNKNOWN_TRIES } from '#config/limits.ts';
import type { Db, Tx } from './db.ts';
import { isUnknownCommit } from './errors.ts';

/**
 * A write for work that does nothing when it was done before, such as inserting rows whose ids were made beforehand: where
 * the server was lost before it said whether it committed, the work is run again, and finds what it did.
 */
export const writeUntilKnown = async <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await db.write(work);
    } catch (e) {
      if (tries >= DB_UNKNOWN_TRIES || !isUnknownCommit(e)) throw e;
    }
  }
};
