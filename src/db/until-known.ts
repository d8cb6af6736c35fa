import { DB_UNKNOWN_TRIES } from '#config/limits.ts';
import type { Db, Tx } from './db.ts';
import { isUnknownCommit } from './errors.ts';

/**
 * A write for work that does nothing when it was done before, such as inserting rows whose ids were made beforehand: where
 * the server was lost before it said whether it committed, the work is run again, and finds what it did.
 */
export const writeUntilKnown = <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> =>
  untilKnown(() => db.write(work));

/** The same for a write of any form. */
export const untilKnown = async <T>(write: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (e) {
      if (tries >= DB_UNKNOWN_TRIES || !isUnknownCommit(e)) throw e;
    }
  }
};
