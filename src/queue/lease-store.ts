import type { Sql } from '#db/db.ts';
import { toInstant, toMs } from '#std/time.ts';
import { DATABASE_NOW, type LeaseClock } from './claim-store.ts';

export interface Held {
  id: string;
  token: string;
}

const heartbeatSql = (postgres: boolean, lease: LeaseClock): string => {
  const source = postgres ? 'jsonb_array_elements($1::jsonb) as d(v)' : 'json_each($1) as d';
  const v = postgres ? 'd.v' : 'd.value';
  // Named in both cases, since a statement is bound to all of its parameters.
  const databaseNow = postgres ? DATABASE_NOW.postgres : DATABASE_NOW.sqlite();
  const now = lease === 'database' ? `case when $2 = '' then '' else ${databaseNow} end` : '$2';
  return `update jobs set heartbeat_at = ${now} from ${source}
    where jobs.id = ${v}->>0 and jobs.claim_token = ${v}->>1 and jobs.state = 'running'
    returning jobs.id, jobs.claim_token as token`;
};

const byLease = (postgres: boolean): Record<LeaseClock, string> => ({
  app: heartbeatSql(postgres, 'app'),
  database: heartbeatSql(postgres, 'database'),
});

const HEARTBEATS = { sqlite: byLease(false), postgres: byLease(true) };

/** One claim of a job: a worker that lost a job may come to hold it again, beside what is left of the first time. */
export const claimKey = ({ id, token }: Held): string => `${id} ${token}`;

/** Shows that these claims are alive. Returns those that are no longer ours. */
export const heartbeat = async (
  sql: Sql,
  held: readonly Held[],
  at: { now: string; lease: LeaseClock },
): Promise<Held[]> => {
  const text = HEARTBEATS[sql.engine === 'postgres' ? 'postgres' : 'sqlite'][at.lease];
  const rows = await sql.all<Held>(text, [JSON.stringify(held.map((h) => [h.id, h.token])), at.now]);
  const ours = new Set(rows.map(claimKey));
  return held.filter((h) => !ours.has(claimKey(h)));
};

const FENCE = "select 1 as held from jobs where id = $1 and claim_token = $2 and state = 'running'";

/** True while the claim holds; on PostgreSQL it then goes on holding until this transaction ends. */
export const isHeld = async (sql: Sql, held: Held): Promise<boolean> => {
  const text = sql.engine === 'postgres' ? `${FENCE} for share` : FENCE;
  return (await sql.all(text, [held.id, held.token])).length > 0;
};

const STATES_SQLITE = 'select id, state from jobs where id in (select value from json_each($1))';
const STATES_POSTGRES = 'select id, state from jobs where id in (select json_array_elements_text($1::json))';

/** Those of the jobs that were canceled. */
export const canceledAmong = async (sql: Sql, ids: Iterable<string>): Promise<Set<string>> => {
  const text = sql.engine === 'postgres' ? STATES_POSTGRES : STATES_SQLITE;
  const rows = await sql.all<{ id: string; state: string }>(text, [JSON.stringify([...ids])]);
  return new Set(rows.filter((r) => r.state === 'canceled').map((r) => r.id));
};

/** A running job that a sweep looks at. */
export interface RunningRow {
  id: string;
  type: string;
  attempts: number;
  max_attempts: number;
  claim_token: string;
  worker_id: string;
  heartbeat_at: string;
  started_at: string;
  priority: number;
  turn: string;
  last_error: string | null;
}

const RUNNING = `select id, type, attempts, max_attempts, claim_token, worker_id, heartbeat_at, started_at,
  priority, turn, last_error from jobs
  where state = 'running'`;
// A heartbeat that lies as far ahead was written by a clock that was wrong, which is right or gone since: whoever lives has
// written another.
const outside = (from: string, to: string): string =>
  `${RUNNING} and (heartbeat_at < ${from} or heartbeat_at > ${to})`;
const POSTGRES_FROM_NOW = (sign: '+' | '-'): string =>
  `to_char(clock_timestamp() at time zone 'utc' ${sign} $1 * interval '1 millisecond', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const STALE = outside('$1', '$2');
const STALE_DATABASE_SQLITE = outside(DATABASE_NOW.sqlite('$1'), DATABASE_NOW.sqlite('$2'));
const STALE_DATABASE_POSTGRES = outside(POSTGRES_FROM_NOW('-'), POSTGRES_FROM_NOW('+'));
const OF_WORKER = `${RUNNING} and worker_id = $1`;
// Of several with one singleton key the oldest keeps it when they are queued again.
const IN_ORDER = ' order by id';
const LOCKED = `${IN_ORDER} for update skip locked`;

/** Running jobs without a heartbeat since `before`, or for `staleMs` by the clock of the database. */
export const staleJobs = (
  sql: Sql,
  at: { before: string; staleMs: number; lease: LeaseClock },
): Promise<RunningRow[]> => {
  const postgres = sql.engine === 'postgres';
  if (at.lease === 'database') {
    if (postgres) return sql.all(STALE_DATABASE_POSTGRES + LOCKED, [at.staleMs]);
    const seconds = (at.staleMs / 1_000).toFixed(3);
    return sql.all(STALE_DATABASE_SQLITE + IN_ORDER, [`-${seconds} seconds`, `+${seconds} seconds`]);
  }
  const ahead = toInstant(toMs(at.before) + 2 * at.staleMs);
  return sql.all(STALE + (postgres ? LOCKED : IN_ORDER), [at.before, ahead]);
};

export const jobsOfWorker = (sql: Sql, workerId: string): Promise<RunningRow[]> =>
  sql.all(OF_WORKER + (sql.engine === 'postgres' ? LOCKED : IN_ORDER), [workerId]);

const WORKERS = "select distinct worker_id from jobs where state = 'running'";

/** Workers that hold jobs now. */
export const busyWorkers = async (sql: Sql): Promise<string[]> =>
  (await sql.all<{ worker_id: string }>(WORKERS)).map((r) => r.worker_id);
