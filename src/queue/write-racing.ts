import { JOB_RACE_TRIES } from '#config/limits.ts';
import type { Db, Tx } from '#db/db.ts';
import { isConstraint } from '#db/errors.ts';

/** Runs `work` again when another process took a unique key between its look and its write. */
export const writeRacing = async <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await db.write(work);
    } catch (e) {
      if (tries >= JOB_RACE_TRIES || !isConstraint(e, 'unique')) throw e;
    }
  }
};
