import { removedAccounts } from '#accounts/removal-store.ts';
import type { ActionRow } from '#db/acting-tables.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import { textsOf } from '#db/insert-rows.ts';
import { type Action, UNDO } from './action.ts';
import { ACTION_KINDS } from './kinds/catalog.ts';
import { actionFromRow } from './store.ts';

/** Which actions to undo. All given parts must hold; times are Instants, `since` inclusive, `until` exclusive. */
export interface UndoFilter {
  actionIds?: string[] | undefined;
  ruleId?: string | undefined;
  decisionId?: string | undefined;
  accountId?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

const NOT_UNDONE = `not exists (select 1 from action_links l
  where l.effect_action_id = a.id and l.relation_type = 'undo_of')`;

const reversibleTypes = ACTION_KINDS.filter((k) => k.reversible).map((k) => `'${k.type}'`);
const REVERSIBLE = `a.action_type in (${reversibleTypes.join(', ')})`;

const where = (userId: string, f: UndoFilter): { sql: string; params: SqlValue[] } => {
  const params: SqlValue[] = [userId];
  // An undo of an undo is asked for one by one: a range of time means what was done, not what was taken back.
  const parts = ['a.user_id = $1', `a.action_type <> '${UNDO}'`];
  const add = (condition: (place: string) => string, value: SqlValue | undefined) => {
    if (value === undefined) return;
    params.push(value);
    parts.push(condition(`$${params.length}`));
  };
  add((p) => `a.rule_id = ${p}`, f.ruleId);
  add((p) => `a.decision_id = ${p}`, f.decisionId);
  add((p) => `a.account_id = ${p}`, f.accountId);
  add((p) => `coalesce(a.executed_at, a.created_at) >= ${p}`, f.since);
  add((p) => `coalesce(a.executed_at, a.created_at) < ${p}`, f.until);
  if (f.actionIds) {
    const places = f.actionIds.map((id) => `$${params.push(id)}`);
    parts.push(places.length > 0 ? `a.id in (${places.join(', ')})` : '1 = 0');
  }
  return { sql: parts.join(' and '), params };
};

/** Whether the mailbox of an action is one that may still be changed. */
const connected = async (sql: Sql, userId: string, params: SqlValue[]): Promise<string> => {
  const place = params.push(JSON.stringify([...(await removedAccounts(sql, userId))]));
  return `a.account_id not in (${textsOf(sql.engine, place)})`;
};

export interface UndoCounts {
  undoable: number;
  /** Why the others can't be: with how many of each. */
  blocked: { reason: string; count: number }[];
}

/** Counts what a filter would undo, without doing it. */
export const countUndoable = async (sql: Sql, userId: string, filter: UndoFilter): Promise<UndoCounts> => {
  const w = where(userId, filter);
  const isConnected = await connected(sql, userId, w.params);
  const rows = await sql.all<{ why: string; n: number }>(
    `select case
       when a.status in ('queued', 'executing', 'approved_pending') then 'They are not carried out yet.'
       when a.status <> 'completed' then 'They were not carried out.'
       when not (${REVERSIBLE}) then 'This kind of action cannot be taken back.'
       when not (${NOT_UNDONE}) then 'They are undone already.'
       when not (${isConnected}) then 'Their account was removed: add that again first.'
       else '' end as why, count(*) as n
     from actions a where ${w.sql} group by 1`,
    w.params,
  );
  return {
    undoable: Number(rows.find((r) => r.why === '')?.n ?? 0),
    blocked: rows.filter((r) => r.why !== '').map((r) => ({ reason: r.why, count: Number(r.n) })),
  };
};

/** The newest undoable actions of a filter, older than `before`. */
export const pageOfUndoable = async (
  sql: Sql,
  scope: { userId: string; filter: UndoFilter },
  page: { before: string | null; limit: number },
): Promise<Action[]> => {
  const w = where(scope.userId, scope.filter);
  const isConnected = await connected(sql, scope.userId, w.params);
  const before = page.before === null ? '' : `and a.id < $${w.params.push(page.before)}`;
  const rows = await sql.all<ActionRow>(
    `select a.* from actions a where ${w.sql} and a.status = 'completed' and ${REVERSIBLE} and ${NOT_UNDONE} and ${isConnected} ${before}
     order by a.id desc limit $${w.params.push(page.limit)}`,
    w.params,
  );
  return rows.map(actionFromRow);
};
