import type { DecisionRow } from '#db/acting-tables.ts';
import type { Sql, Tx } from '#db/db.ts';
import type { DecisionSource } from '#db/enums.ts';
import { belongsTo, textsOf } from '#db/insert-rows.ts';
import { AppError } from '#std/errors.ts';
import { firstIdAt } from '#std/ids.ts';
import { type Instant, toMs } from '#std/time.ts';

/** Ids begin with their time; a clock that stood still makes them run ahead of it by this much at most. */
const ID_SLACK_MS = 60_000;

/** What one rule said about the message. */
export interface DecidedMatch {
  ruleId: string;
  name: string;
  /** The clauses that made it true, in the rule's own words. */
  because: string[];
  /** It only says what it would have done. */
  shadow: boolean;
}

export interface DecisionDetails {
  matches: DecidedMatch[];
  /** What was left out, and in favour of what. */
  conflicts: string[];
}

/** What was concluded about one message, with reasons. */
export interface Decision {
  id: string;
  userId: string;
  accountId: string;
  messageId: string;
  /** `arrival`, or the id of a later command. */
  occasion: string;
  source: DecisionSource;
  details: DecisionDetails;
  confidence: number;
  needsApproval: boolean;
  rationale: string;
  traceId: string | null;
  createdAt: Instant;
}

export const insertDecision = async (tx: Tx, d: Decision): Promise<void> => {
  await tx.run(
    `insert into decisions (id, user_id, account_id, message_id, occasion, source, decision_json, confidence,
       needs_approval, rationale, trace_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      d.id,
      d.userId,
      d.accountId,
      d.messageId,
      d.occasion,
      d.source,
      JSON.stringify(d.details),
      d.confidence,
      d.needsApproval ? 1 : 0,
      d.rationale,
      d.traceId,
      d.createdAt,
    ],
  );
};

const fromRow = (row: DecisionRow): Decision => ({
  id: row.id,
  userId: row.user_id,
  accountId: row.account_id,
  messageId: row.message_id,
  occasion: row.occasion,
  source: row.source,
  details: JSON.parse(row.decision_json) as DecisionDetails,
  confidence: row.confidence,
  needsApproval: row.needs_approval === 1,
  rationale: row.rationale,
  traceId: row.trace_id,
  createdAt: row.created_at as Instant,
});

export const isDecided = async (sql: Sql, messageId: string, occasion: string): Promise<boolean> =>
  (await sql.all('select 1 from decisions where message_id = $1 and occasion = $2', [messageId, occasion]))
    .length > 0;

export const findDecision = async (sql: Sql, id: string): Promise<Decision | undefined> => {
  const [row] = await sql.all<DecisionRow>('select * from decisions where id = $1', [id]);
  return row && fromRow(row);
};

/** The newest decision about each of these messages, by message id. */
export const latestDecisions = async (
  sql: Sql,
  userId: string,
  messageIds: readonly string[],
): Promise<Map<string, Decision>> => {
  if (messageIds.length === 0) return new Map();
  const rows = await sql.all<DecisionRow>(
    `select * from decisions where message_id in (${textsOf(sql.engine, 1)}) and ${belongsTo('user_id', 2)} order by id`,
    [JSON.stringify([...new Set(messageIds)]), userId],
  );
  return new Map(rows.map((row) => [row.message_id, fromRow(row)]));
};

/** Throws `decisions.unknown` when the user has no such decision. */
export const getDecision = async (sql: Sql, userId: string, id: string): Promise<Decision> => {
  const found = await findDecision(sql, id);
  if (found?.userId === userId) return found;
  throw new AppError('denied', 'decisions.unknown', 'There is no such decision');
};

/** How many decisions were made in a stretch of time; `to` is not part of it. */
export const countDecisions = async (
  sql: Sql,
  o: { userId: string; from: Instant; to: Instant },
): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(
    `select count(*) as n from decisions where user_id = $1 and id >= $2 and id < $3
       and created_at >= $4 and created_at < $5`,
    [o.userId, firstIdAt(toMs(o.from)), firstIdAt(toMs(o.to) + ID_SLACK_MS), o.from, o.to],
  );
  return Number(row?.n ?? 0);
};
