import type { ActionRow } from '#db/acting-tables.ts';
import type { Sql, SqlValue, Tx } from '#db/db.ts';
import type { ActionStatus, LinkRelation } from '#db/enums.ts';
import { insertRows } from '#db/insert-rows.ts';
import type { MailState } from '#mail/message.ts';
import type { RateCounts, RateKind, RateLimits } from '#policy/rate.ts';
import type { PolicyReason, ReviewInput } from '#policy/review.ts';
import { AppError } from '#std/errors.ts';
import { firstIdAt } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';
import { type Action, actionIdentity, type UndoHint } from './action.ts';

export const actionFromRow = (row: ActionRow): Action => ({
  id: row.id,
  userId: row.user_id,
  accountId: row.account_id,
  messageId: row.message_id,
  decisionId: row.decision_id,
  ruleId: row.rule_id,
  source: row.source,
  type: row.action_type,
  parameters: JSON.parse(row.parameters_json) as Record<string, unknown>,
  status: row.status,
  confidence: row.confidence,
  reasons: JSON.parse(row.reasons_json) as PolicyReason[],
  review: JSON.parse(row.review_json) as ReviewInput,
  reviewedAt: row.reviewed_at as Instant,
  approvedHash: row.approved_hash,
  errorMessage: row.error_message,
  before: row.before_json === null ? null : (JSON.parse(row.before_json) as MailState),
  undoHint: row.undo_hint_json === null ? null : (JSON.parse(row.undo_hint_json) as UndoHint),
  traceId: row.trace_id,
  createdAt: row.created_at as Instant,
  executedAt: row.executed_at as Instant | null,
});

const COLUMNS = [
  'id',
  'user_id',
  'account_id',
  'message_id',
  'decision_id',
  'rule_id',
  'source',
  'action_type',
  'parameters_json',
  'identity',
  'status',
  'confidence',
  'reasons_json',
  'review_json',
  'reviewed_at',
  'error_message',
  'trace_id',
  'created_at',
  'updated_at',
  'rate_kind',
] as const;

/** An action is stored to be carried out, to wait for a person, or to say why it will not be. */
export type NewAction = Omit<
  Action,
  'approvedHash' | 'errorMessage' | 'before' | 'undoHint' | 'executedAt' | 'status'
> &
  ({ status: 'queued' | 'approved_pending' } | { status: 'canceled'; errorMessage: string }) & {
    /** Which of the hour's limits it counts against; default: none. */
    rateKind?: RateKind | null;
  };

const values = (a: NewAction): SqlValue[] => [
  a.id,
  a.userId,
  a.accountId,
  a.messageId,
  a.decisionId,
  a.ruleId,
  a.source,
  a.type,
  JSON.stringify(a.parameters),
  actionIdentity(a),
  a.status,
  a.confidence,
  JSON.stringify(a.reasons),
  JSON.stringify(a.review),
  a.reviewedAt,
  a.status === 'canceled' ? a.errorMessage : null,
  a.traceId,
  a.createdAt,
  a.createdAt,
  a.rateKind ?? null,
];

/** Throws a `db.constraint` conflict when the message has the same live action already. */
export const insertActions = async (tx: Tx, actions: readonly NewAction[]): Promise<void> => {
  await insertRows(tx, { table: 'actions', columns: COLUMNS, rows: actions.map(values) });
};

export const findAction = async (sql: Sql, id: string): Promise<Action | undefined> => {
  const [row] = await sql.all<ActionRow>('select * from actions where id = $1', [id]);
  return row && actionFromRow(row);
};

/** Throws `actions.unknown` when the user has no such action. */
export const getAction = async (sql: Sql, userId: string, id: string): Promise<Action> => {
  const found = await findAction(sql, id);
  if (found && found.userId === userId) return found;
  throw new AppError('denied', 'actions.unknown', 'There is no such action', {
    help: 'List the actions to see their ids.',
  });
};

export interface Move {
  id: string;
  from: ActionStatus;
  to: ActionStatus;
  now: Instant;
  before?: MailState;
  undoHint?: UndoHint;
  errorMessage?: string;
  approvedHash?: string;
  /** Why policy asks for a person. */
  reasons?: PolicyReason[];
}

const MOVE = `update actions set status = $1, updated_at = $2,
    before_json = coalesce($3, before_json),
    undo_hint_json = coalesce($4, undo_hint_json),
    error_message = coalesce($5, error_message),
    approved_hash = coalesce($6, approved_hash),
    reasons_json = coalesce($7, reasons_json),
    executed_at = coalesce($8, executed_at)
  where id = $9 and status = $10`;

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** Moves an action on, if it still is in `from`; false when somebody else has moved it. */
export const moveAction = async (tx: Tx, m: Move): Promise<boolean> =>
  (await tx.run(MOVE, [
    m.to,
    m.now,
    json(m.before),
    json(m.undoHint),
    m.errorMessage ?? null,
    m.approvedHash ?? null,
    json(m.reasons),
    m.to === 'completed' ? m.now : null,
    m.id,
    m.from,
  ])) === 1;

export interface Link {
  userId: string;
  /** The action that relates: the undo, for `undo_of`. */
  cause: string;
  /** The action that it relates to: the one undone. */
  effect: string;
  relation: LinkRelation;
  now: Instant;
}

/** Throws a unique `db.constraint` conflict when the action is undone already. */
export const linkActions = async (tx: Tx, l: Link): Promise<void> => {
  await tx.run(
    `insert into action_links (cause_action_id, effect_action_id, relation_type, user_id, created_at)
     values ($1, $2, $3, $4, $5)`,
    [l.cause, l.effect, l.relation, l.userId, l.now],
  );
};

/** An undo that failed no longer stands in the way of another try. */
export const releaseUndoLink = async (tx: Tx, undoActionId: string): Promise<void> => {
  await tx.run(
    "update action_links set relation_type = 'related' where cause_action_id = $1 and relation_type = 'undo_of'",
    [undoActionId],
  );
};

/** The id of the action that undoes this one, or undefined. */
export const undoneBy = async (sql: Sql, actionId: string): Promise<string | undefined> => {
  const [row] = await sql.all<{ id: string }>(
    "select cause_action_id as id from action_links where effect_action_id = $1 and relation_type = 'undo_of'",
    [actionId],
  );
  return row?.id;
};

export const linksOf = async (
  sql: Sql,
  actionId: string,
): Promise<{ relation: LinkRelation; cause: string; effect: string }[]> =>
  sql.all(
    `select relation_type as relation, cause_action_id as cause, effect_action_id as effect from action_links
     where cause_action_id = $1 or effect_action_id = $1`,
    [actionId],
  );

export const insertNote = async (
  tx: Tx,
  note: { id: string; userId: string; messageId: string; actionId: string; text: string; now: Instant },
): Promise<void> => {
  await tx.run(
    `insert into notes (id, user_id, message_id, action_id, text, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (action_id) do nothing`,
    [note.id, note.userId, note.messageId, note.actionId, note.text, note.now],
  );
};

export const removeNote = async (tx: Tx, actionId: string): Promise<void> => {
  await tx.run('delete from notes where action_id = $1', [actionId]);
};

export const notesOf = async (
  sql: Sql,
  messageId: string,
): Promise<{ id: string; text: string; createdAt: Instant }[]> =>
  sql.all('select id, text, created_at as "createdAt" from notes where message_id = $1 order by id', [
    messageId,
  ]);

export const countActions = async (
  sql: Sql,
  userId: string,
): Promise<Partial<Record<ActionStatus, number>>> => {
  const rows = await sql.all<{ status: ActionStatus; n: number }>(
    'select status, count(*) as n from actions where user_id = $1 group by status',
    [userId],
  );
  return Object.fromEntries(rows.map((r) => [r.status, Number(r.n)]));
};

const RECENT = ['changes', 'trashes'].map(
  (kind, i) => `(select count(*) from (select 1 as one from actions
    where account_id = $1 and rate_kind = '${kind}' and id > $2 limit cast($${3 + i} as integer)) as those) as ${kind}`,
);
const COUNT_RECENT = `select ${RECENT.join(', ')}`;

/**
 * What was done by itself in one account with mail that had just come in, since then; of each kind at most its limit, which
 * is as much as is read. Ids begin with their time.
 */
export const countRecentActions = async (
  sql: Sql,
  of: { accountId: string; sinceMs: number; limits: RateLimits },
): Promise<RateCounts> => {
  const { changesPerHour, trashesPerHour } = of.limits;
  const params = [of.accountId, firstIdAt(of.sinceMs), changesPerHour, trashesPerHour];
  const [row] = await sql.all<RateCounts>(COUNT_RECENT, params);
  return { changes: Number(row?.changes), trashes: Number(row?.trashes) };
};

/** Ids of everybody's actions of these types that are to be carried out and were not begun. */
export const queuedActions = async (sql: Sql, types: readonly string[]): Promise<string[]> => {
  const places = types.map((_, i) => `$${i + 1}`).join(', ');
  const rows = await sql.all<{ id: string }>(
    `select id from actions where status = 'queued' and action_type in (${places})`,
    [...types],
  );
  return rows.map((row) => row.id);
};
