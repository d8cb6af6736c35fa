import type { ActionRow } from '#db/acting-tables.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import type { ActionStatus } from '#db/enums.ts';
import { belongsTo, textsOf } from '#db/insert-rows.ts';
import { RECEIVED_BETWEEN } from '#mail/count-store.ts';
import { senderOfMessage } from '#mail/sender-store.ts';
import { firstIdAt } from '#std/ids.ts';
import { type Instant, toMs } from '#std/time.ts';
import type { Action } from './action.ts';
import { actionFromRow } from './store.ts';

/** Which actions to list. All given parts must hold. */
export interface ActionFilter {
  userId: string;
  type?: string | undefined;
  status?: ActionStatus | undefined;
  ruleId?: string | undefined;
  accountId?: string | undefined;
  messageId?: string | undefined;
  /** With an @: an exact address. Without: a domain and those under it. */
  sender?: string | undefined;
  /** Created at or after, and before: Instants. */
  since?: string | undefined;
  until?: string | undefined;
  /** 0 to 1, both included. */
  confidenceMin?: number | undefined;
  confidenceMax?: number | undefined;
  /** The last id of the page before. */
  before?: string | undefined;
  limit: number;
}

/** Ids begin with their time; a clock that stood still makes them run ahead of it by this much at most. */
const ID_SLACK_MS = 60_000;

/** Newest first, and no more than `limit`. */
export const listActions = (sql: Sql, f: ActionFilter): Promise<Action[]> => select(sql, f, null);

/** Actions that one page looks at while it leaves some out. */
const WINDOW = 20_000;

/**
 * A page, newest first. It looks at a window of actions at most, so it may be short, or even empty, although there are
 * more: then `next` says where to go on.
 */
export const pageOfActions = async (
  sql: Sql,
  f: ActionFilter,
): Promise<{ actions: Action[]; next: string | null }> => {
  const edge = f.messageId === undefined ? await windowEdge(sql, f) : null;
  const found = await select(sql, { ...f, limit: f.limit + 1 }, edge);
  const actions = found.slice(0, f.limit);
  if (found.length > f.limit) return { actions, next: actions.at(-1)?.id ?? null };
  // Sorts just after the edge, which the next page begins with.
  return { actions, next: edge === null ? null : `${edge}z` };
};

/** The first action below the window, of those that an index finds; null when the window reaches the end. */
const windowEdge = async (sql: Sql, f: ActionFilter): Promise<string | null> => {
  const { params, parts } = indexed(f);
  const [row] = await sql.all<{ id: string }>(
    `select id from actions where ${parts.join(' and ')} order by id desc limit 1 offset ${WINDOW}`,
    params,
  );
  return row?.id ?? null;
};

interface Where {
  params: SqlValue[];
  parts: string[];
}

const adder =
  ({ params, parts }: Where) =>
  (condition: (place: string) => string, value: SqlValue | undefined): void => {
    if (value !== undefined) parts.push(condition(`$${params.push(value)}`));
  };

/** What indexes answer: who, in which state or by which rule, and between which ids. */
const indexed = (f: ActionFilter): Where => {
  const where: Where = { params: [f.userId], parts: ['user_id = $1'] };
  const add = adder(where);
  add((p) => `status = ${p}`, f.status);
  add((p) => `rule_id = ${p}`, f.ruleId);
  add((p) => `message_id = ${p}`, f.messageId);
  add((p) => `id < ${p}`, f.before);
  // So that the walk over the newest ids ends there, instead of reading on to the oldest.
  add((p) => `id >= ${p}`, f.since === undefined ? undefined : firstIdAt(toMs(f.since)));
  add((p) => `id < ${p}`, f.until === undefined ? undefined : firstIdAt(toMs(f.until) + ID_SLACK_MS));
  return where;
};

const select = async (sql: Sql, f: ActionFilter, edge: string | null): Promise<Action[]> => {
  const where = indexed(f);
  const { params, parts } = where;
  const add = adder(where);
  add((p) => `id > ${p}`, edge ?? undefined);
  add((p) => `action_type = ${p}`, f.type);
  add((p) => `account_id = ${p}`, f.accountId);
  add((p) => `confidence >= ${p}`, f.confidenceMin);
  add((p) => `confidence <= ${p}`, f.confidenceMax);
  add((p) => `created_at >= ${p}`, f.since);
  add((p) => `created_at < ${p}`, f.until);
  if (f.sender !== undefined) {
    const { pattern, sqlOf } = senderOfMessage(f.sender);
    const places = pattern.map((value) => `$${params.push(value)}`);
    parts.push(sqlOf('actions.message_id', places));
  }
  const rows = await sql.all<ActionRow>(
    `select * from actions where ${parts.join(' and ')} order by id desc limit $${params.push(f.limit)}`,
    params,
  );
  return rows.map(actionFromRow);
};

const rowsOf = async (
  sql: Sql,
  o: { userId: string; column: 'id' | 'message_id'; ids: readonly string[] },
): Promise<Action[]> => {
  if (o.ids.length === 0) return [];
  const rows = await sql.all<ActionRow>(
    `select * from actions where ${o.column} in (${textsOf(sql.engine, 1)}) and ${belongsTo('user_id', 2)} order by id desc`,
    [JSON.stringify([...new Set(o.ids)]), o.userId],
  );
  return rows.map(actionFromRow);
};

/** The user's actions of these ids, by id. */
export const actionsById = async (
  sql: Sql,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, Action>> =>
  new Map((await rowsOf(sql, { userId, column: 'id', ids })).map((a) => [a.id, a]));

/** All actions on these messages, newest first. */
export const actionsOfMessages = (
  sql: Sql,
  userId: string,
  messageIds: readonly string[],
): Promise<Action[]> => rowsOf(sql, { userId, column: 'message_id', ids: messageIds });

/** Of these messages, the rules that acted on each. */
export const rulesThatActed = async (
  sql: Sql,
  userId: string,
  messageIds: readonly string[],
): Promise<{ messageId: string; ruleId: string }[]> => {
  if (messageIds.length === 0) return [];
  return sql.all(
    `select distinct message_id as "messageId", rule_id as "ruleId" from actions
     where message_id in (${textsOf(sql.engine, 1)}) and ${belongsTo('user_id', 2)} and rule_id is not null
       and status in ('completed', 'executing', 'queued')`,
    [JSON.stringify(messageIds), userId],
  );
};

/** Which action undid each of these, by the id of what was undone. */
export const undoneByOf = async (sql: Sql, ids: readonly string[]): Promise<Map<string, string>> => {
  if (ids.length === 0) return new Map();
  const rows = await sql.all<{ effect: string; cause: string }>(
    `select effect_action_id as effect, cause_action_id as cause from action_links
     where relation_type = 'undo_of' and effect_action_id in (${textsOf(sql.engine, 1)})`,
    [JSON.stringify([...new Set(ids)])],
  );
  return new Map(rows.map((r) => [r.effect, r.cause]));
};

/** What was carried out of what was made since then, by type and whether a person commanded it. */
export const countCarriedOut = async (
  sql: Sql,
  o: { userId: string; sinceMs: number },
): Promise<{ type: string; manual: boolean; count: number }[]> => {
  const rows = await sql.all<{ type: string; manual: number; n: number }>(
    `select action_type as type, case when source = 'manual' then 1 else 0 end as manual, count(*) as n
     from actions where user_id = $1 and id >= $2 and status = 'completed' group by 1, 2 order by 3 desc, 1`,
    [o.userId, firstIdAt(o.sinceMs)],
  );
  return rows.map((r) => ({ type: r.type, manual: Number(r.manual) === 1, count: Number(r.n) }));
};

/** How many of the messages that were received between two times were acted on. */
export const countActedOn = async (
  sql: Sql,
  o: { userId: string; from: Instant; to: Instant },
): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(
    `select count(distinct message_id) as n from actions where message_id in (${RECEIVED_BETWEEN})
       and ${belongsTo('user_id', 1)} and status = 'completed' and action_type <> 'undo'`,
    [o.userId, o.from, o.to],
  );
  return Number(row?.n ?? 0);
};
