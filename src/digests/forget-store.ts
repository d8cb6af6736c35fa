import { DIGEST_FORGET_DIGESTS } from '#config/limits-digests.ts';
import type { Tx } from '#db/db.ts';
import { textsOf } from '#db/insert-rows.ts';
import { mailHeads } from '#mail/head-store.ts';

/** Takes out of digests the entries of messages that are about to be deleted. That a digest covered them stays known. */
export const forgetMessages = async (tx: Tx, messageIds: readonly string[]): Promise<void> => {
  const ids = JSON.stringify(messageIds);
  await tx.run(`delete from digest_items where message_id in (${textsOf(tx.engine, 1)})`, [ids]);
};

/** As an item names messages. In what a stranger wrote, JSON puts a backslash before each quotation mark. */
const NAMED = /"messageId":"([^"]+)"/g;

const namesOf = (itemJson: string): string[] => [...itemJson.matchAll(NAMED)].flatMap(([, id]) => id ?? []);

/**
 * Takes out of some digests of a user, those after this id, the entries that name a message which is no longer there: what
 * a rule did, what waited, and the mail of one sender may be of several messages and accounts. Returns the last digest's id,
 * or null at the end.
 */
export const forgetGone = async (tx: Tx, o: { userId: string; after: string }): Promise<string | null> => {
  const digests = await tx.all<{ id: string }>(
    'select id from digests where user_id = $1 and id > $2 order by id limit cast($3 as integer)',
    [o.userId, o.after, DIGEST_FORGET_DIGESTS],
  );
  const ids = JSON.stringify(digests.map(({ id }) => id));
  const items = await tx.all<{ digest_id: string; position: number; item_json: string }>(
    `select digest_id, position, item_json from digest_items where digest_id in (${textsOf(tx.engine, 1)})`,
    [ids],
  );
  const named = items.map((item) => ({ ...item, names: namesOf(item.item_json) }));
  const there = await mailHeads(
    tx,
    o.userId,
    named.flatMap(({ names }) => names),
  );
  for (const { digest_id, position, names } of named) {
    if (names.every((id) => there.has(id))) continue;
    await tx.run('delete from digest_items where digest_id = $1 and position = $2', [digest_id, position]);
  }
  return digests.length < DIGEST_FORGET_DIGESTS ? null : (digests.at(-1)?.id ?? null);
};
