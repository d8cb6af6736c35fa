import type { Engine, Sql, Tx } from '#db/db.ts';

/** A wish for units, reckoned in milliseconds of the allowed rate. */
export interface Taking {
  nowMs: number;
  units: number;
  /** What they take at the whole rate, and at half of it. */
  costMs: number;
  slowCostMs: number;
  /** How far ahead of the clock the account may be before it takes them, at the whole rate and at half of it. */
  aheadMs: number;
  slowAheadMs: number;
  /** Nobody is ever further ahead than this; what says so was written by a clock that was wrong. */
  mostAheadMs: number;
  /** The day of the quota, such as 2026-01-15. */
  day: string;
}

export interface QuotaRow {
  spentUntil: number;
  slowUntil: number;
  blockedUntil: number;
  sendsUntil: number;
  sendRestMs: number;
  minute: number;
  minuteUnits: number;
  lastMinuteUnits: number;
  day: string;
  dayUnits: number;
}

/** Numbers that a statement reckons with need a type on PostgreSQL, where a parameter alone has none. */
const int = (engine: Engine, place: number): string =>
  `cast($${place} as ${engine === 'postgres' ? 'bigint' : 'integer'})`;

const takeSql = (engine: Engine): string => {
  const p = (place: number) => int(engine, place);
  const spent = `(case when spent_until between ${p(2)} and ${p(2)} + ${p(7)} then spent_until else ${p(2)} end)`;
  const slow = `slow_until > ${p(2)}`;
  return `update gmail_quota set
      spent_until = ${spent} + (case when ${slow} then ${p(4)} else ${p(3)} end),
      last_minute_units = case when minute = ${p(9)} then last_minute_units when minute = ${p(9)} - 1 then minute_units else 0 end,
      minute_units = (case when minute = ${p(9)} then minute_units else 0 end) + ${p(8)},
      minute = ${p(9)},
      day_units = (case when day = $10 then day_units else 0 end) + ${p(8)},
      day = $10
    where account_id = $1 and blocked_until <= ${p(2)}
      and ${spent} <= ${p(2)} + (case when ${slow} then ${p(6)} else ${p(5)} end)
      and not exists (select 1 from gmail_quota other where other.project_until > ${p(2)})`;
};

const TAKE: Record<Engine, string> = {
  embedded: takeSql('embedded'),
  remote: takeSql('remote'),
  postgres: takeSql('postgres'),
};

const MINUTE_MS = 60_000;

/** Takes units when the account may have them now. Returns whether it could. */
export const takeUnits = async (tx: Tx, accountId: string, t: Taking): Promise<boolean> =>
  (await tx.run(TAKE[tx.engine], [
    accountId,
    t.nowMs,
    t.costMs,
    t.slowCostMs,
    t.aheadMs,
    t.slowAheadMs,
    t.mostAheadMs,
    t.units,
    Math.floor(t.nowMs / MINUTE_MS),
    t.day,
  ])) === 1;

export const ensureQuota = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.run('insert into gmail_quota (account_id) values ($1) on conflict do nothing', [accountId]);
};

export const readQuota = async (sql: Sql, accountId: string): Promise<QuotaRow | null> => {
  const [row] = await sql.all<Record<string, string | number>>(
    `select spent_until, slow_until, blocked_until, sends_until, send_rest_ms, minute, minute_units, last_minute_units,
       day, day_units from gmail_quota where account_id = $1`,
    [accountId],
  );
  return row
    ? {
        spentUntil: Number(row.spent_until),
        slowUntil: Number(row.slow_until),
        blockedUntil: Number(row.blocked_until),
        sendsUntil: Number(row.sends_until),
        sendRestMs: Number(row.send_rest_ms),
        minute: Number(row.minute),
        minuteUnits: Number(row.minute_units),
        lastMinuteUnits: Number(row.last_minute_units),
        day: String(row.day),
        dayUnits: Number(row.day_units),
      }
    : null;
};

/** Until when the project of all these accounts has no quota left. 0: it has. */
export const readProjectUntil = async (sql: Sql): Promise<number> => {
  const [row] = await sql.all<{ until: number | string | null }>(
    'select max(project_until) as until from gmail_quota',
  );
  return Number(row?.until ?? 0);
};

/** A later refusal that names no time does not end the rest that an earlier one asked for. */
export const writeSlow = async (
  tx: Tx,
  accountId: string,
  o: { slowUntil: number; blockedUntil: number; mostUntil: number },
): Promise<void> => {
  const p = (place: number) => int(tx.engine, place);
  await tx.run(
    `update gmail_quota set slow_until = $2,
       blocked_until = case when blocked_until between ${p(3)} and ${p(4)} then blocked_until else ${p(3)} end
     where account_id = $1`,
    [accountId, o.slowUntil, o.blockedUntil, o.mostUntil],
  );
};

export const writeProjectUntil = async (tx: Tx, accountId: string, untilMs: number): Promise<void> => {
  await tx.run('update gmail_quota set project_until = $2 where account_id = $1', [accountId, untilMs]);
};

export const writeSendRest = async (
  tx: Tx,
  accountId: string,
  o: { sendsUntil: number; restMs: number },
): Promise<void> => {
  await tx.run('update gmail_quota set sends_until = $2, send_rest_ms = $3 where account_id = $1', [
    accountId,
    o.sendsUntil,
    o.restMs,
  ]);
};
