import type { Sql } from '#db/db.ts';
import type { ActionStatus } from '#db/enums.ts';
import type { Action } from './action.ts';
import { actionFromRow } from './store.ts';

/** Which of a user's actions to list. All given parts must hold; `since` is inclusive, `until` exclusive. */
export interface ActionFilter {
  userId: string;
  status?: ActionStatus | undefined;
  type?: string | undefined;
  accountId?: string | undefined;
  ruleId?: string | undefined;
  messageId?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  /** The last id of the page before. */
  before?: string | undefined;
  limit: number;
}

/** Newest first. */
export const listActions = async (sql: Sql, f: ActionFilter): Promise<Action[]> => {
  let query = sql.query
    .selectFrom('actions')
    .selectAll()
    .where('user_id', '=', f.userId)
    .orderBy('id', 'desc')
    .limit(f.limit);
  if (f.status) query = query.where('status', '=', f.status);
  if (f.type) query = query.where('action_type', '=', f.type);
  if (f.accountId) query = query.where('account_id', '=', f.accountId);
  if (f.ruleId) query = query.where('rule_id', '=', f.ruleId);
  if (f.messageId) query = query.where('message_id', '=', f.messageId);
  if (f.since) query = query.where('created_at', '>=', f.since);
  if (f.until) query = query.where('created_at', '<', f.until);
  if (f.before) query = query.where('id', '<', f.before);
  return (await query.execute()).map(actionFromRow);
};
