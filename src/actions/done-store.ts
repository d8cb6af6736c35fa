import { DIGEST_DONE_LATE_MS } from '#config/limits-digests.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import { textsOf } from '#db/insert-rows.ts';
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

const RULE = "coalesce(a.rule_id, '')";

/** What one rule had done, or Ashford without a rule. */
export interface DoneGroup {
  ruleId: string | null;
  messageCount: number;
  actionCount: number;
  /** What was done, the most frequent first. */
  kinds: { type: string; parameters: Record<string, unknown>; accountId: string; count: number }[];
  /** Kinds beyond those. */
  moreKinds: number;
  /** The messages that it was done to last, each with its actions. */
  examples: { messageId: string; actionIds: string[] }[];
}

export interface DoneQuery extends DoneIn {
  /** At most so many rules, kinds of each, and messages of each. */
  groups: number;
  kinds: number;
  examples: number;
}

const RULES = `select ${RULE} as rule, count(distinct a.message_id) as messages, count(*) as actions,
    count(*) over () as groups, sum(count(*)) over () as total
  ${DONE} group by 1 order by 2 desc, 1 limit cast($6 as integer)`;

const amongRules = (engine: Sql['engine']): string => `${DONE} and ${RULE} in (${textsOf(engine, 6)})`;

const kindsSql = (engine: Sql['engine']): string => `select * from (
    select ${RULE} as rule, a.action_type as type, a.parameters_json as parameters, min(a.account_id) as account,
      count(*) as n, count(*) over (partition by ${RULE}) as kinds,
      row_number() over (partition by ${RULE} order by count(*) desc, a.action_type, a.parameters_json) as place
    ${amongRules(engine)} group by ${RULE}, a.action_type, a.parameters_json
  ) as counted where place <= cast($7 as integer) order by rule, place`;

const examplesSql = (engine: Sql['engine']): string => `select rule, message, id from (
    select ${RULE} as rule, a.message_id as message, a.id,
      dense_rank() over (partition by ${RULE} order by a.message_id desc) as place ${amongRules(engine)}
  ) as told where place <= cast($7 as integer) order by rule, message desc, id`;

interface RuleRow {
  rule: string;
  messages: number;
  actions: number;
  groups: number;
  total: number;
}

interface KindRow {
  rule: string;
  type: string;
  parameters: string;
  account: string;
  n: number;
  kinds: number;
}

interface ExampleRow {
  rule: string;
  message: string;
  id: string;
}

/** What was carried out without a person's command and not taken back, by rule, those with the most messages first. */
export const doneGroups = async (
  sql: Sql,
  o: DoneQuery,
): Promise<{ groups: DoneGroup[]; groupCount: number; total: number }> => {
  const params = paramsOf(o);
  const rules = await sql.all<RuleRow>(RULES, [...params, o.groups]);
  const ids = JSON.stringify(rules.map(({ rule }) => rule));
  const kinds = await sql.all<KindRow>(kindsSql(sql.engine), [...params, ids, o.kinds]);
  const examples = await sql.all<ExampleRow>(examplesSql(sql.engine), [...params, ids, o.examples]);
  return {
    groups: rules.map((row) => groupOf(row, kinds, examples)),
    groupCount: Number(rules[0]?.groups ?? 0),
    total: Number(rules[0]?.total ?? 0),
  };
};

const groupOf = (
  { rule, messages, actions }: RuleRow,
  allKinds: readonly KindRow[],
  allExamples: readonly ExampleRow[],
): DoneGroup => {
  const kinds = allKinds.filter((kind) => kind.rule === rule);
  const byMessage = new Map<string, string[]>();
  for (const { message, id } of allExamples.filter((example) => example.rule === rule)) {
    byMessage.set(message, [...(byMessage.get(message) ?? []), id]);
  }
  return {
    ruleId: rule === '' ? null : rule,
    messageCount: Number(messages),
    actionCount: Number(actions),
    kinds: kinds.map((kind) => ({
      type: kind.type,
      parameters: JSON.parse(kind.parameters) as Record<string, unknown>,
      accountId: kind.account,
      count: Number(kind.n),
    })),
    moreKinds: Number(kinds[0]?.kinds ?? 0) - kinds.length,
    examples: [...byMessage].map(([messageId, actionIds]) => ({ messageId, actionIds })),
  };
};

/** How many actions of each type, the most frequent first. */
export const countDone = async (sql: Sql, o: DoneIn): Promise<{ type: string; count: number }[]> => {
  const rows = await sql.all<{ type: string; n: number }>(
    `select a.action_type as type, count(*) as n ${DONE} group by 1 order by 2 desc, 1`,
    paramsOf(o),
  );
  return rows.map((row) => ({ type: row.type, count: Number(row.n) }));
};

const HIDING = ACTION_KINDS.filter(
  (kind) => (kind.danger !== 'safe' && !kind.sends) || kind.type === 'mark_read',
).map((kind) => `'${kind.type}'`);

/** How many messages left the inbox or were marked as read without a person's command. */
export const countHidden = async (sql: Sql, o: DoneIn): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(
    `select count(distinct a.message_id) as n ${DONE} and a.action_type in (${HIDING.join(', ')})`,
    paramsOf(o),
  );
  return Number(row?.n ?? 0);
};
