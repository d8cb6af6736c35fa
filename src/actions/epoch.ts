import type { Sql } from '#db/db.ts';
import { AppError } from '#std/errors.ts';
import { epochOf } from './epoch-store.ts';

const LOOK_AGAIN_MS = 30_000;

/** Throws a limit while an account that was restored from a backup has not been compared with its mailbox. */
export const waitForReconcile = async (sql: Sql, accountId: string): Promise<void> => {
  const epoch = await epochOf(sql, accountId);
  if (!epoch || epoch.reconciled) return;
  throw new AppError(
    'limit',
    'actions.restored',
    'The account was restored and is being compared with its mailbox',
    {
      help: 'It goes on by itself.',
      retryAfterMs: LOOK_AGAIN_MS,
    },
  );
};
