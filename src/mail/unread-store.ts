import type { Sql } from '#db/db.ts';
import type { Instant } from '#std/time.ts';
import type { TimePlace } from './thread-list-store.ts';

/** An unread message by its place; nothing that needs its text. */
export interface UnreadPlace {
  id: string;
  threadId: string;
  accountId: string;
  /** As it is stored. */
  fromAddress: string;
  receivedAt: Instant;
}

export interface UnreadQuery {
  userId: string;
  accountId: string;
  providerLabelId: string;
  /** Inclusive. */
  from: Instant;
  /** What was asked for last; first `{ at: end, id: '' }` for what was received before `end`. */
  before: TimePlace;
  limit: number;
}

const UNREAD = `select l.message_id as id, l.thread_id as "threadId", l.account_id as "accountId",
    m.from_address as "fromAddress", l.received_at as "receivedAt"
  from message_labels l join messages m on m.id = l.message_id
  where l.account_id = $1 and l.provider_label_id = $2 and l.user_id = $3
    and l.received_at >= $4 and (l.received_at, l.message_id) < ($5, $6)
    and m.gone_at is null and m.flags_json not like '%"seen"%'
  order by l.received_at desc, l.message_id desc limit cast($7 as integer)`;

/** Unread messages of one label that were received in a stretch of time, newest first. Only that stretch is read. */
export const unreadOfLabel = (sql: Sql, q: UnreadQuery): Promise<UnreadPlace[]> =>
  sql.all(UNREAD, [q.accountId, q.providerLabelId, q.userId, q.from, q.before.at, q.before.id, q.limit]);
