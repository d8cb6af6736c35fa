import { SEARCH_WINDOW, THREAD_MESSAGES } from '#config/limits.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import { belongsTo, textsOf } from '#db/insert-rows.ts';
import type { Instant } from '#std/time.ts';
import type { Address, Flag } from './message.ts';

/** A place in a list that is ordered by time, newest first. */
export interface TimePlace {
  at: string;
  id: string;
}

/** A thread's place in a list: where its newest message is that belongs there. */
export interface ThreadPlace extends TimePlace {
  threadId: string;
}

export interface LabelWalk {
  userId: string;
  accountId: string;
  providerLabelId: string;
  /** Further conditions on the message, none by default. */
  only: FlagFilter;
  before: TimePlace | null;
  limit: number;
}

export interface FlagFilter {
  unread?: boolean | undefined;
  starred?: boolean | undefined;
}

/** A position after everything: ids and instants sort below it, in the collation of any locale. */
export const NEWEST: TimePlace = { at: '9999-12-31T23:59:59.999Z', id: 'zzzzzzzz' };

const flagConditions = (only: FlagFilter, flags: string): string => {
  const parts: string[] = [];
  const add = (wanted: boolean | undefined, flag: Flag, present: boolean) => {
    if (wanted !== undefined)
      parts.push(`${flags} ${wanted === present ? 'like' : 'not like'} '%"${flag}"%'`);
  };
  add(only.unread, 'seen', false);
  add(only.starred, 'flagged', true);
  return parts.map((p) => ` and ${p}`).join('');
};

// A thread stands where its newest message with the label is: one with a newer such message was shown before.
const walkSql = (only: FlagFilter): string => `select l.received_at as at, l.message_id as id,
    l.thread_id as "threadId", case when exists (
      select 1 from messages m where m.id = l.message_id and m.gone_at is null${flagConditions(only, 'm.flags_json')}
    ) and not exists (
      select 1 from messages n join message_labels o on o.account_id = l.account_id
        and o.provider_label_id = l.provider_label_id and o.received_at = n.received_at and o.message_id = n.id
      where n.thread_id = l.thread_id and n.received_at >= l.received_at
        and (n.received_at > l.received_at or n.id > l.message_id)${flagConditions(only, 'n.flags_json')}
    ) then 1 else 0 end as shown
  from (select * from message_labels where account_id = $1 and provider_label_id = $2 and user_id = $3
      and (received_at, message_id) < ($4, $5)
    order by received_at desc, message_id desc limit $6) l
  order by l.received_at desc, l.message_id desc`;

export interface WalkedPage {
  places: ThreadPlace[];
  /** Where the walk goes on, null at its end. */
  next: TimePlace | null;
}

/**
 * Threads of one label by their newest message in it, newest first. Reads at most a window of messages, so a page may be
 * shorter than asked for while there is more.
 */
export const walkLabel = async (sql: Sql, w: LabelWalk): Promise<WalkedPage> => {
  const { at, id } = w.before ?? NEWEST;
  const window = w.only.unread === undefined && w.only.starred === undefined ? w.limit * 4 : SEARCH_WINDOW;
  const rows = await sql.all<ThreadPlace & { shown: number }>(walkSql(w.only), [
    w.accountId,
    w.providerLabelId,
    w.userId,
    at,
    id,
    window,
  ]);
  return cut(rows, { window, limit: w.limit });
};

const cut = (
  rows: readonly (ThreadPlace & { shown: number })[],
  o: { window: number; limit: number },
): WalkedPage => {
  const places: ThreadPlace[] = [];
  for (const [i, row] of rows.entries()) {
    if (Number(row.shown) === 1) places.push({ at: row.at, id: row.id, threadId: row.threadId });
    if (places.length < o.limit) continue;
    const more = i < rows.length - 1 || rows.length === o.window;
    return { places, next: more ? placeOf(row) : null };
  }
  const last = rows.at(-1);
  return { places, next: rows.length === o.window && last ? placeOf(last) : null };
};

const placeOf = ({ at, id }: TimePlace): TimePlace => ({ at, id });

const ALL_THREADS = `select t.last_message_at as at, t.id, t.id as "threadId", 1 as shown from threads t
  where t.user_id = $1 and (t.last_message_at, t.id) < ($2, $3) and ($4 = '' or t.account_id = $4)
    and exists (select 1 from messages m where m.thread_id = t.id and m.gone_at is null)
  order by t.last_message_at desc, t.id desc limit $5`;

/** All threads of a user or one account, newest first. */
export const walkThreads = async (
  sql: Sql,
  w: { userId: string; accountId?: string | undefined; before: TimePlace | null; limit: number },
): Promise<WalkedPage> => {
  const { at, id } = w.before ?? NEWEST;
  const window = w.limit + 1;
  const rows = await sql.all<ThreadPlace & { shown: number }>(ALL_THREADS, [
    w.userId,
    at,
    id,
    w.accountId ?? '',
    window,
  ]);
  return cut(rows, { window, limit: w.limit });
};

/** What a list shows of a thread. */
export interface ThreadHead {
  id: string;
  accountId: string;
  subject: string;
  /** The sender of the newest message. */
  from: Address;
  snippet: string;
  messageCount: number;
  unread: boolean;
  starred: boolean;
  lastAt: Instant;
  /** Provider label ids over all its messages. */
  labels: string[];
  hasAttachments: boolean;
  messageIds: string[];
}

interface HeadRow {
  id: string;
  thread_id: string;
  account_id: string;
  thread_subject: string;
  from_name: string;
  from_address: string;
  snippet: string;
  received_at: string;
  labels_json: string;
  flags_json: string;
  has_attachments: number;
}

const headsSql = (engine: Sql['engine']): string => `select * from (
    select m.id, m.thread_id, m.account_id, t.subject as thread_subject, m.from_name, m.from_address, m.snippet,
      m.received_at, m.labels_json, m.flags_json, m.has_attachments,
      row_number() over (partition by m.thread_id order by m.received_at desc, m.id desc) as place
    from threads t join messages m on m.thread_id = t.id
    where t.id in (${textsOf(engine, 1)}) and ${belongsTo('t.user_id', 2)} and m.gone_at is null
  ) as newest where place <= ${THREAD_MESSAGES} order by thread_id, place`;

/** The threads of these ids that the user has, by id. */
export const threadHeads = async (
  sql: Sql,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, ThreadHead>> => {
  const params: SqlValue[] = [JSON.stringify(ids), userId];
  const rows = ids.length === 0 ? [] : await sql.all<HeadRow>(headsSql(sql.engine), params);
  const heads = new Map<string, ThreadHead>();
  for (const row of rows) {
    const head = heads.get(row.thread_id) ?? newHead(row);
    heads.set(row.thread_id, head);
    const flags = JSON.parse(row.flags_json) as Flag[];
    head.messageCount++;
    head.unread ||= !flags.includes('seen');
    head.starred ||= flags.includes('flagged');
    head.hasAttachments ||= row.has_attachments === 1;
    head.messageIds.push(row.id);
    for (const label of JSON.parse(row.labels_json) as string[]) {
      if (!head.labels.includes(label)) head.labels.push(label);
    }
  }
  return heads;
};

const newHead = (row: HeadRow): ThreadHead => ({
  id: row.thread_id,
  accountId: row.account_id,
  subject: row.thread_subject,
  from: { name: row.from_name, address: row.from_address },
  snippet: row.snippet,
  messageCount: 0,
  unread: false,
  starred: false,
  lastAt: row.received_at as Instant,
  labels: [],
  hasAttachments: false,
  messageIds: [],
});
