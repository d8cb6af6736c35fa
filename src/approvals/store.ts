import type { ApprovalRow } from '#db/acting-tables.ts';
import type { Sql, Tx } from '#db/db.ts';
import type { ApprovalState } from '#db/enums.ts';
import type { PolicyReason } from '#policy/review.ts';
import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import type { Approval } from './approval.ts';

const fromRow = (row: ApprovalRow): Approval => ({
  id: row.id,
  userId: row.user_id,
  actionId: row.action_id,
  state: row.state,
  actionHash: row.action_hash,
  reasons: JSON.parse(row.reasons_json) as PolicyReason[],
  createdAt: row.created_at as Instant,
  expiresAt: row.expires_at as Instant,
  decidedAt: row.decided_at as Instant | null,
  decidedBy: row.decided_by,
  decidedVia: row.decided_via,
});

export interface NewApproval {
  id: string;
  userId: string;
  actionId: string;
  actionHash: string;
  /** Hash of the random id that chat buttons carry. */
  buttonHash: string;
  reasons: readonly PolicyReason[];
  createdAt: Instant;
  expiresAt: Instant;
}

export const insertApproval = async (tx: Tx, a: NewApproval): Promise<void> => {
  await tx.run(
    `insert into approvals (id, user_id, action_id, state, action_hash, button_hash, reasons_json, created_at, expires_at)
     values ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8)`,
    [
      a.id,
      a.userId,
      a.actionId,
      a.actionHash,
      a.buttonHash,
      JSON.stringify(a.reasons),
      a.createdAt,
      a.expiresAt,
    ],
  );
};

export const findApproval = async (sql: Sql, id: string): Promise<Approval | undefined> => {
  const [row] = await sql.all<ApprovalRow>('select * from approvals where id = $1', [id]);
  return row && fromRow(row);
};

/** Throws `approvals.unknown` when the user has no such approval. */
export const getApproval = async (sql: Sql, userId: string, id: string): Promise<Approval> => {
  const found = await findApproval(sql, id);
  if (found && found.userId === userId) return found;
  throw new AppError('denied', 'approvals.unknown', 'There is no such approval', {
    help: 'List the approvals to see their ids.',
  });
};

/** The newest approval of an action. */
export const approvalOfAction = async (sql: Sql, actionId: string): Promise<Approval | undefined> => {
  const [row] = await sql.all<ApprovalRow>(
    'select * from approvals where action_id = $1 order by id desc limit 1',
    [actionId],
  );
  return row && fromRow(row);
};

/** Newest first; the next page is asked for with `before`, the last id of this one. */
export const listApprovals = async (
  sql: Sql,
  filter: { userId: string; state?: ApprovalState | undefined; before?: string | undefined; limit: number },
): Promise<Approval[]> => {
  let query = sql.query
    .selectFrom('approvals')
    .selectAll()
    .where('user_id', '=', filter.userId)
    .orderBy('id', 'desc')
    .limit(filter.limit);
  if (filter.state) query = query.where('state', '=', filter.state);
  if (filter.before) query = query.where('id', '<', filter.before);
  return (await query.execute()).map(fromRow);
};

export const countWaiting = async (sql: Sql, userId: string): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(
    "select count(*) as n from approvals where user_id = $1 and state = 'waiting'",
    [userId],
  );
  return Number(row?.n ?? 0);
};

export interface Answer {
  id: string;
  state: 'approved' | 'rejected' | 'expired' | 'superseded';
  now: Instant;
  by: string;
  via: string;
}

/** Compare and set: the first answer wins. False when it was answered already. */
export const answerApproval = async (tx: Tx, a: Answer): Promise<boolean> =>
  (await tx.run(
    `update approvals set state = $1, decided_at = $2, decided_by = $3, decided_via = $4
     where id = $5 and state = 'waiting'`,
    [a.state, a.now, a.by, a.via, a.id],
  )) === 1;

/** Everybody's that wait. */
export const waitingApprovals = async (sql: Sql): Promise<{ id: string; actionId: string }[]> =>
  sql.all(`select id, action_id as "actionId" from approvals where state = 'waiting'`);
