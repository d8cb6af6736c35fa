import type { Sql, Tx } from '#db/db.ts';
import type { Instant } from '#std/time.ts';

export interface AutoReply {
  accountId: string;
  /** Whom it answers, in lower case. */
  address: string;
  ruleId: string;
  domain: string;
  userId: string;
  actionId: string;
  now: Instant;
}

/** Claims the one answer of a rule to a sender; false when the last one was not before `again`. */
export const claimAutoReply = async (tx: Tx, r: AutoReply, again: Instant): Promise<boolean> =>
  (await tx.run(
    `insert into auto_replies (account_id, address, rule_id, domain, user_id, action_id, answered_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (account_id, address, rule_id) do update
       set action_id = excluded.action_id, answered_at = excluded.answered_at
       where auto_replies.answered_at <= $8`,
    [r.accountId, r.address, r.ruleId, r.domain, r.userId, r.actionId, r.now, again],
  )) === 1;

/** How many automatic answers the account gave since, in all and to one domain. */
export const countAutoReplies = async (
  sql: Sql,
  o: { accountId: string; domain: string; since: Instant },
): Promise<{ all: number; toDomain: number }> => {
  const [row] = await sql.all<{ n: number; domain: number | null }>(
    `select count(*) as n, sum(case when domain = $2 then 1 else 0 end) as domain
     from auto_replies where account_id = $1 and answered_at > $3`,
    [o.accountId, o.domain, o.since],
  );
  return { all: Number(row?.n ?? 0), toDomain: Number(row?.domain ?? 0) };
};

/** When a rule of the account answered this address, in lower case, the last time; null when it never did. */
export const lastAutoReply = async (
  sql: Sql,
  o: { accountId: string; address: string; ruleId: string },
): Promise<Instant | null> => {
  const [row] = await sql.all<{ at: Instant }>(
    'select answered_at as at from auto_replies where account_id = $1 and address = $2 and rule_id = $3',
    [o.accountId, o.address, o.ruleId],
  );
  return row?.at ?? null;
};
