import type { Tx } from '#db/db.ts';
import { textsOf } from '#db/insert-rows.ts';

/**
 * Takes out of digests what they said of messages that are about to be deleted. What stood in one entry with them goes too:
 * a sender's mail may be of several accounts. That a digest covered the rest stays known.
 */
export const forgetMessages = async (tx: Tx, messageIds: readonly string[]): Promise<void> => {
  const ids = JSON.stringify(messageIds);
  await tx.run(`delete from digest_items where message_id in (${textsOf(tx.engine, 1)})`, [ids]);
  await tx.run(
    `delete from digest_items where message_id is null and digest_id in (
       select digest_id from digest_messages where message_id in (${textsOf(tx.engine, 1)}))`,
    [ids],
  );
};

/** The same for all that a user's digests said: for one whose last mail is gone. */
export const forgetAllEntries = async (tx: Tx, userId: string): Promise<void> => {
  await tx.run('delete from digest_items where digest_id in (select id from digests where user_id = $1)', [
    userId,
  ]);
};
