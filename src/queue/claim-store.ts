import { JOB_PROMOTE_ROWS } from '#config/limits.ts';
import type { Engine, Sql, SqlValue } from '#db/db.ts';
import type { ClaimedJob } from './job.ts';
import { dueOfRunKey } from './run-key.ts';

const CLAIMED = `id, type, payload_json, priority, turn, attempts, max_attempts, not_before, serial_key, user_id, traceparent, last_error,
    idempotency_key`;

interface ClaimedRow {
  id: string;
  type: string;
  payload_json: string;
  priority: number;
  turn: string;
  attempts: number;
  max_attempts: number;
  not_before: string;
  serial_key: string | null;
  user_id: string | null;
  traceparent: string | null;
  last_error: string | null;
  idempotency_key: string | null;
}

export interface ClaimRequest {
  /** In the order of the types that the statement was made for: the most to take of each. */
  rooms: readonly number[];
  limit: number;
  /** Only jobs of this priority and of more urgent, lower ones; default: any. */
  upToPriority?: number;
  token: string;
  workerId: string;
  now: string;
}

export interface ClaimStatement {
  /** Takes due jobs by priority, then turn (`not_before`, unless it has a fair key), then id. */
  claim(sql: Pick<Sql, 'all'>, request: ClaimRequest): Promise<ClaimedJob[]>;
}

/** Whose clock says when a lease began: the program's, or that of the database, which several machines share. */
export type LeaseClock = 'app' | 'database';

/** What the database's own clock shows, as an instant. SQLite takes changes of it, such as `-30 seconds`, as one more argument. */
export const DATABASE_NOW = {
  sqlite: (change = ''): string => `strftime('%Y-%m-%dT%H:%M:%fZ', 'now'${change && `, ${change}`})`,
  // Asked once for a statement, not for each row.
  postgres: `(select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`,
} as const;

/** An embedded file is on this machine; every other database may be shared by machines that disagree about the time. */
export const leaseClockOf = (engine: Engine, wanted?: LeaseClock): LeaseClock =>
  engine === 'embedded' ? 'app' : (wanted ?? 'database');

const FIRST_TYPE = 6;
const ANY_PRIORITY = 2 ** 31 - 1;

/**
 * A job with a serial key may be claimed when none of its key runs and it is the first of its key that waits: so each claim
 * takes at most one of a key, and two workers that look at the same moment can't take two.
 */
const FREE_AND_FIRST = `not exists (select 1 from jobs r where r.serial_key = q.serial_key and r.state = 'running')
  and not exists (select 1 from jobs e where e.serial_key = q.serial_key and e.state = 'queued'
    and e.not_before <= e.updated_at
    and (e.priority, e.turn, e.id) < (q.priority, q.turn, q.id))`;

/** SQLite plans a statement anew whenever a bare parameter of LIMIT is bound again, which costs more than running it. */
const whole = (place: number): string => `cast($${place} as integer)`;

/** The ready jobs of one type, in order. */
const candidates = (engine: Engine, place: number): string => `select * from (
      select ${engine === 'postgres' ? '' : 'q.rowid as place, '}q.id, q.priority, q.turn from jobs q
      where q.type = $${place} and q.state = 'queued' and q.not_before <= q.updated_at
        and q.priority <= $5 and (q.serial_key is null or (${FREE_AND_FIRST}))
      order by q.priority, q.turn, q.id
      limit ${whole(place + 1)}${engine === 'postgres' ? ' for update skip locked' : ''}
    ) as t${place}`;

const claimSql = (engine: Engine, types: number, lease: LeaseClock): string => {
  const each = Array.from({ length: types }, (_, i) => candidates(engine, FIRST_TYPE + 2 * i));
  const picked = `select ${engine === 'postgres' ? 'id' : 'place'} from (${each.join('\n    union all ')}) as c
    order by priority, turn, id limit ${whole(4)}`;
  // SQLite knows the place of the row already, which spares it looking the id up.
  const those = engine === 'postgres' ? `id = any(array(${picked}))` : `rowid in (${picked})`;
  const databaseNow = engine === 'postgres' ? DATABASE_NOW.postgres : DATABASE_NOW.sqlite();
  const heartbeat = lease === 'database' ? databaseNow : '$3';
  return `update jobs set state = 'running', attempts = attempts + 1, claim_token = $1, worker_id = $2,
    heartbeat_at = ${heartbeat}, started_at = $3, updated_at = $3
  where ${those}
  returning ${CLAIMED}`;
};

const inOrder = (a: ClaimedRow, b: ClaimedRow): number => {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.turn !== b.turn) return a.turn < b.turn ? -1 : 1;
  return a.id < b.id ? -1 : 1;
};

const claimed = (r: ClaimedRow, token: string): ClaimedJob => ({
  id: r.id,
  token,
  type: r.type,
  payloadJson: r.payload_json,
  priority: r.priority,
  attempt: r.attempts,
  maxAttempts: r.max_attempts,
  notBefore: r.not_before,
  serialKey: r.serial_key,
  userId: r.user_id,
  traceparent: r.traceparent,
  lastError: r.last_error,
  scheduledFor: dueOfRunKey(r.idempotency_key),
});

const OF_TOKEN = `select ${CLAIMED} from jobs where state = 'running' and worker_id = $1 and claim_token = $2`;

/** What a claim took whose commit was not answered, so that nobody knew whether it took anything. */
export const claimedWith = async (sql: Sql, workerId: string, token: string): Promise<ClaimedJob[]> => {
  const rows = await sql.all<ClaimedRow>(OF_TOKEN, [workerId, token]);
  return rows.sort(inOrder).map((r) => claimed(r, token));
};

/**
 * The claim of a worker that knows these types: one atomic statement. Each type is read through the index by itself, so
 * that a type that is unknown here, or at its limit, costs nothing however many of it wait.
 */
export const makeClaim = (types: readonly string[], engine: Engine, lease: LeaseClock): ClaimStatement => {
  const text = claimSql(engine, types.length, lease);
  return {
    claim: async (sql, { rooms, limit, upToPriority = ANY_PRIORITY, token, workerId, now }) => {
      if (types.length === 0 || limit < 1) return [];
      const params: SqlValue[] = [token, workerId, now, limit, upToPriority];
      for (let i = 0; i < types.length; i++) {
        params.push(types[i] ?? '', Math.max(0, Math.min(limit, rooms[i] ?? 0)));
      }
      const rows = await sql.all<ClaimedRow>(text, params);
      // The order of RETURNING means nothing.
      return rows.sort(inOrder).map((r) => claimed(r, token));
    },
  };
};

const PROMOTE = `update jobs set updated_at = $1 where id in (
  select id from jobs where state = 'queued' and not_before > updated_at and not_before <= $1 order by not_before limit ${whole(2)})`;
const PROMOTE_POSTGRES = `update jobs set updated_at = $1 where id = any(array(
  select id from jobs where state = 'queued' and not_before > updated_at and not_before <= $1 order by not_before limit ${whole(2)}
  for update skip locked))`;

/** Makes delayed jobs ready whose time has come. Returns how many; at JOB_PROMOTE_ROWS there may be more. */
export const promote = (sql: Sql, now: string): Promise<number> =>
  sql.run(sql.engine === 'postgres' ? PROMOTE_POSTGRES : PROMOTE, [now, JOB_PROMOTE_ROWS]);

const NEXT_DUE = "select min(not_before) as due from jobs where state = 'queued' and not_before > updated_at";

/** When the next delayed job is due; null when none waits. */
export const nextDue = async (sql: Sql): Promise<string | null> => {
  const [row] = await sql.all<{ due: string | null }>(NEXT_DUE);
  return row?.due ?? null;
};

const PEEK = `select
  (select min(not_before) from jobs where state = 'queued' and not_before > updated_at) as next_due,
  (select 1 from jobs where state = 'queued' and not_before <= updated_at limit 1) as ready,
  (select min(next_run_at) from schedules where enabled = 1) as next_run`;

export interface Peeked {
  /** Whether any job is ready. */
  ready: boolean;
  /** When the next delayed job is due. */
  nextDue: string | null;
  /** When the next schedule is due. */
  nextRun: string | null;
}

/** What there is to do, and when there will be. A read: it takes no lock. */
export const peek = async (sql: Sql): Promise<Peeked> => {
  const [row] = await sql.all<{ next_due: string | null; ready: number | null; next_run: string | null }>(
    PEEK,
  );
  return { ready: row?.ready === 1, nextDue: row?.next_due ?? null, nextRun: row?.next_run ?? null };
};
