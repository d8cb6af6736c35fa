import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Place } from './place.ts';

/** How long the server may be writing meanwhile, in milliseconds. */
const BUSY_MS = 10_000;

/**
 * Makes a mail that waits one of which nobody knows whether it went out, as it is after ten minutes of looking for it. Throws
 * when none waits.
 */
export const leaveInDoubt = (place: Place, actionId: string): void => {
  const db = new DatabaseSync(path.join(place.folder, 'data/ashford.db'), { timeout: BUSY_MS });
  try {
    const { changes } = db
      .prepare(
        "update outbox set state = 'uncertain', reason = 'Gmail gave no answer.' where action_id = ? and state = 'prepared'",
      )
      .run(actionId);
    if (changes !== 1) throw new Error('No such mail waits');
  } finally {
    db.close();
  }
};
