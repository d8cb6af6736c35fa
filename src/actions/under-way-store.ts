import type { ActionRow } from '#db/acting-tables.ts';
import type { Sql, Tx } from '#db/db.ts';
import type { Action } from './action.ts';
import { actionFromRow } from './store.ts';

/** Where a walk through actions under way stands. */
export interface UnderWayPlace {
  messageId: string;
  identity: string;
}

// The partial index counts only for a statement that names its states as it does.
const UNDER_WAY = `select id, account_id as "accountId", message_id as "messageId", identity from actions
  where status in ('queued', 'executing', 'approved_pending') and status <> 'approved_pending'
    and (message_id, identity) > ($1, $2)
  order by message_id, identity limit cast($3 as integer)`;

/** Everybody's actions that are to be carried out or have been begun, in the order of their messages. */
export const actionsUnderWay = (
  sql: Sql,
  o: { after: UnderWayPlace; limit: number },
): Promise<(UnderWayPlace & { id: string; accountId: string })[]> =>
  sql.all(UNDER_WAY, [o.after.messageId, o.after.identity, o.limit]);

const LOCK_POSTGRES = 'select * from actions where id = $1 for update';
const LOCK_SQLITE = 'select * from actions where id = $1';

/** The action as it stays until the end of this transaction, but for what it changes itself. */
export const lockAction = async (tx: Tx, id: string): Promise<Action | undefined> => {
  const [row] = await tx.all<ActionRow>(tx.engine === 'postgres' ? LOCK_POSTGRES : LOCK_SQLITE, [id]);
  return row && actionFromRow(row);
};
