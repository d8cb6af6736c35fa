import { DIGEST_DONE_LATE_MS } from '#config/limits.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import { firstIdAt } from '#std/ids.ts';
import { type Instant, toMs } from '#std/time.ts';
import { UNDO } from './action.ts';
import { ACTION_KINDS } from './kinds/catalog.ts';

/** A stretch of time of one user; `from` is inclusive, `to` is not. */
export interface DoneIn {
  userId: string;
  from: Instant;
  to: Instant;
}

/** Ids begin with their time; a clock that stood still makes them run ahead of it by this much at most. */
const ID_SLACK_MS = 60_000;

const paramsOf = (o: DoneIn): SqlValue[] => [
  o.userId,
  firstIdAt(toMs(o.from) - DIGEST_DONE_LATE_MS),
  firstIdAt(toMs(o.to) + ID_SLACK_MS),
  o.from,
  o.to,
];

// Ids find the stretch, the time of carrying out decides. What was taken back is not told of.
const DONE = `from actions a where a.user_id = $1 and a.id >= $2 and a.id < $3 and a.status = 'completed'
  and a.executed_at >= $4 and a.executed_at < $5 and a.source <> 'manual'
  and a.action_type not in ('${UNDO}', 'none')
  and not exists (select 1 from action_links l where l.effect_action_id = a.id and l.relation_type = 'undo_of')`;

const ALIKE = "a.action_type, a.parameters_json, coalesce(a.rule_id, '')";

/** Actions of one type, with the same parameters, by the same rule. */
export interface DoneGroup {
  type: string;
  parameters: Record<string, unknown>;
  ruleId: string | null;
  count: number;
  /** The newest ones. */
  examples: { id: string; messageId: string; accountId: string }[];
}

interface Row {
  id: string;
  message_id: string;
  account_id: string;
  action_type: string;
  parameters_json: string;
  rule_id: string | null;
  n: number;
}

const groupsSql = `select * from (
    select a.id, a.message_id, a.account_id, a.action_type, a.parameters_json, a.rule_id,
      count(*) over (partition by ${ALIKE}) as n,
      row_number() over (partition by ${ALIKE} order by a.id desc) as place ${DONE}
  ) as alike where place <= cast($6 as integer)
  order by n desc, action_type, parameters_json, coalesce(rule_id, ''), place limit cast($7 as integer)`;

const totalsSql = `select count(*) as groups, sum(n) as total from
  (select count(*) as n ${DONE} group by ${ALIKE}) as alike`;

/** What was carried out without a person's command and not taken back, alike things together, the most frequent first. */
export const doneGroups = async (
  sql: Sql,
  o: DoneIn & { groups: number; examples: number },
): Promise<{ groups: DoneGroup[]; groupCount: number; total: number }> => {
  const params = paramsOf(o);
  const rows = await sql.all<Row>(groupsSql, [...params, o.examples, o.groups * o.examples]);
  const [totals] = await sql.all<{ groups: number; total: number | null }>(totalsSql, params);
  const groups = new Map<string, DoneGroup>();
  for (const row of rows) {
    const key = JSON.stringify([row.action_type, row.parameters_json, row.rule_id]);
    const group = groups.get(key) ?? newGroup(row);
    groups.set(key, group);
    group.examples.push({ id: row.id, messageId: row.message_id, accountId: row.account_id });
  }
  return {
    groups: [...groups.values()].slice(0, o.groups),
    groupCount: Number(totals?.groups ?? 0),
    total: Number(totals?.total ?? 0),
  };
};

const newGroup = (row: Row): DoneGroup => ({
  type: row.action_type,
  parameters: JSON.parse(row.parameters_json) as Record<string, unknown>,
  ruleId: row.rule_id,
  count: Number(row.n),
  examples: [],
});

/** How many actions of each type, the most frequent first. */
export const countDone = async (sql: Sql, o: DoneIn): Promise<{ type: string; count: number }[]> => {
  const rows = await sql.all<{ type: string; n: number }>(
    `select a.action_type as type, count(*) as n ${DONE} group by 1 order by 2 desc, 1`,
    paramsOf(o),
  );
  return rows.map((row) => ({ type: row.type, count: Number(row.n) }));
};

const HIDING = ACTION_KINDS.filter((kind) => kind.danger !== 'safe' || kind.type === 'mark_read').map(
  (kind) => `'${kind.type}'`,
);

/** How many messages left the inbox or were marked as read without a person's command. */
export const countHidden = async (sql: Sql, o: DoneIn): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(
    `select count(distinct a.message_id) as n ${DONE} and a.action_type in (${HIDING.join(', ')})`,
    paramsOf(o),
  );
  return Number(row?.n ?? 0);
};
