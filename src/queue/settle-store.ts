import { JOB_RECORD_ROWS } from '#config/limits.ts';
import { JOB_WOKEN_MS } from '#config/limits-sign-in.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import { toInstant, toMs } from '#std/time.ts';
import { recordError } from './error-store.ts';
import type { Ending } from './outcome.ts';

/** How one claim ended. */
export interface Settlement {
  id: string;
  token: string;
  ending: Ending;
}

const HELD = "id = $1 and claim_token = $2 and state = 'running'";

const COMPLETE = `update jobs set state = 'completed', result_json = $4, finished_at = $3, updated_at = $3,
  claim_token = null, heartbeat_at = null where ${HELD}`;

// Not a plain comparison: the rows are found by their ids, and no planner shall walk the index of running jobs besides,
// which on PostgreSQL is full of those that ended since its last vacuum.
const RUNNING = "jobs.state || '' = 'running'";

const COMPLETE_MANY_SQLITE = `update jobs set state = 'completed', result_json = d.value->>2, finished_at = $2,
    updated_at = $2, claim_token = null, heartbeat_at = null
  from json_each($1) as d
  where jobs.id = d.value->>0 and jobs.claim_token = d.value->>1 and ${RUNNING}
  returning jobs.id`;

const COMPLETE_MANY_POSTGRES = `update jobs set state = 'completed', result_json = d.v->>2, finished_at = $2,
    updated_at = $2, claim_token = null, heartbeat_at = null
  from jsonb_array_elements($1::jsonb) as d(v)
  where jobs.id = d.v->>0 and jobs.claim_token = d.v->>1 and ${RUNNING}
  returning jobs.id`;

// Every statement is bound to all of its parameters.
const FORGET = `delete from jobs where ${HELD} and $3 <> ''`;

// A claim gives all its jobs one token, so that the many without a result need no join.
const completeClaimSql = (ids: string): string => `update jobs set state = 'completed', result_json = null,
    finished_at = $3, updated_at = $3, claim_token = null, heartbeat_at = null
  where id ${ids} and claim_token = $2 and ${RUNNING}`;

const notCompletedSql = (ids: string): string => `select id from jobs
  where id ${ids} and not (state = 'completed' and finished_at = $2)`;

const AMONG_SQLITE = 'in (select value from json_each($1))';
const AMONG_POSTGRES = '= any($1::text[])';

const COMPLETE_CLAIM_SQLITE = completeClaimSql(AMONG_SQLITE);
const COMPLETE_CLAIM_POSTGRES = completeClaimSql(AMONG_POSTGRES);
const NOT_COMPLETED_SQLITE = notCompletedSql(AMONG_SQLITE);
const NOT_COMPLETED_POSTGRES = notCompletedSql(AMONG_POSTGRES);

const FAIL = `update jobs set state = 'failed', failure_kind = $4, last_error = $5, finished_at = $3, updated_at = $3,
  claim_token = null, heartbeat_at = null where ${HELD}`;

const CANCEL = `update jobs set state = 'canceled', last_error = $4, finished_at = $3, updated_at = $3,
  claim_token = null, heartbeat_at = null where ${HELD}`;

/**
 * A job that waits again may meet a newer one with its singleton key. Both stay, so that no trigger is lost; only one can
 * keep the key.
 */
export const SINGLETON_IF_FREE = `case when singleton_key is not null and exists (
    select 1 from jobs o where o.singleton_key = jobs.singleton_key and o.state = 'queued')
  then null else singleton_key end`;

/** Back to the queue, due at the instant that `due` comes to, and woken before it by what `waitsFor` comes to. */
const requeueSql = (due: string, waitsFor: string): string => `update jobs set state = 'queued',
    attempts = attempts - cast($4 as integer), not_before = ${due},
    turn = case when fair_key is null or $4 = 0 then ${due} else turn end,
    last_error = coalesce($6, last_error), updated_at = $3, claim_token = null, worker_id = null, heartbeat_at = null,
    waits_for = ${waitsFor}, singleton_key = ${SINGLETON_IF_FREE}
  where ${HELD}`;

const REQUEUE = requeueSql('$5', 'null');

/**
 * A job that waits for something by name. What was woken since the attempt began has not been waited for in vain: it may
 * have found the old state of things.
 */
const REQUEUE_WAITING = requeueSql(
  `case when exists (select 1 from job_wakes w where w.key = $7 and w.at >= jobs.started_at)
    then $8 else $5 end`,
  '$7',
);

/** From this many on, one statement over JSON is quicker than a statement each. */
const MANY = 3;

/** What is kept of a failed attempt. A job that only waits, for its user or a limit, has not failed. */
const failureOf = (ending: Ending): string | null => {
  if (ending.to === 'failed') return ending.error;
  return ending.to === 'queued' && ending.counted ? ending.error : null;
};

const one = (sql: Sql, s: Settlement, now: string): Promise<number> => {
  const held: SqlValue[] = [s.id, s.token, now];
  const { ending } = s;
  switch (ending.to) {
    case 'completed':
      return ending.forget ? sql.run(FORGET, held) : sql.run(COMPLETE, [...held, ending.resultJson]);
    case 'failed':
      return sql.run(FAIL, [...held, ending.kind, ending.error]);
    case 'canceled':
      return sql.run(CANCEL, [...held, ending.error]);
    case 'queued': {
      const queued = [...held, ending.counted ? 0 : 1, toInstant(ending.atMs), ending.error];
      if (ending.waitsFor === undefined) return sql.run(REQUEUE, queued);
      return sql.run(REQUEUE_WAITING, [...queued, ending.waitsFor, toInstant(toMs(now) + JOB_WOKEN_MS)]);
    }
  }
};

type Lost = Set<string>;

const completeMany = async (sql: Sql, all: readonly Settlement[], now: string): Promise<Lost> => {
  const text = sql.engine === 'postgres' ? COMPLETE_MANY_POSTGRES : COMPLETE_MANY_SQLITE;
  const rows = all.map(({ id, token, ending }) => [id, token, resultOf(ending)]);
  const recorded = await sql.all<{ id: string }>(text, [JSON.stringify(rows), now]);
  const lost = new Set(all.map((s) => s.id));
  for (const { id } of recorded) lost.delete(id);
  return lost;
};

/** Jobs of one claim, without results. */
const completeClaim = async (sql: Sql, all: readonly Settlement[], now: string): Promise<Lost> => {
  const postgres = sql.engine === 'postgres';
  const ids = all.map((s) => s.id);
  // The array as PostgreSQL writes it; ids have no character that would need a quote.
  const among = postgres ? `{${ids.join(',')}}` : JSON.stringify(ids);
  const text = postgres ? COMPLETE_CLAIM_POSTGRES : COMPLETE_CLAIM_SQLITE;
  if ((await sql.run(text, [among, all[0]?.token ?? null, now])) === all.length) return new Set();
  const rest = postgres ? NOT_COMPLETED_POSTGRES : NOT_COMPLETED_SQLITE;
  return new Set((await sql.all<{ id: string }>(rest, [among, now])).map((row) => row.id));
};

const resultOf = (ending: Ending): string | null => (ending.to === 'completed' ? ending.resultJson : null);

/** Completions that one statement records. */
interface Part {
  settlements: Settlement[];
  record(sql: Sql, all: readonly Settlement[], now: string): Promise<Lost>;
}

const partsOf = (completed: readonly Settlement[]): Part[] => {
  const mixed: Settlement[] = [];
  const claims = new Map<string, Settlement[]>();
  for (const s of completed) {
    const claim = claims.get(s.token);
    if (resultOf(s.ending) !== null) mixed.push(s);
    else if (claim) claim.push(s);
    else claims.set(s.token, [s]);
  }
  const parts: Part[] = [];
  for (const claim of claims.values()) {
    if (claim.length < MANY) mixed.push(...claim);
    else parts.push({ settlements: claim, record: completeClaim });
  }
  for (let i = 0; i < mixed.length; i += JOB_RECORD_ROWS) {
    parts.push({ settlements: mixed.slice(i, i + JOB_RECORD_ROWS), record: completeMany });
  }
  return parts;
};

const isKept = ({ ending }: Settlement): boolean => ending.to === 'completed' && !ending.forget;

/**
 * Records how claims ended. Each is guarded by its token: what was canceled, or taken away and perhaps claimed by another
 * worker, is left as it is. Returns the ids that were left so. All statements are on their way when this returns its
 * promise, in order, so that over a network what follows in the transaction need not wait for them.
 */
export const settle = async (sql: Sql, all: readonly Settlement[], now: string): Promise<Set<string>> => {
  const lost = new Set<string>();
  const completed = all.filter(isKept);
  const together = completed.length >= MANY;
  const parts = together ? partsOf(completed) : [];
  const recording = parts.map(async ({ settlements, record }) => {
    for (const id of await record(sql, settlements, now)) lost.add(id);
  });
  const others = together ? all.filter((s) => !isKept(s)) : all;
  for (const s of others) {
    const error = failureOf(s.ending);
    // Before the claim is given up: it is what the error is kept for.
    if (error !== null) recording.push(recordError(sql, s, { at: now, error }));
    recording.push(
      one(sql, s, now).then((changed) => {
        if (changed === 0) lost.add(s.id);
      }),
    );
  }
  await Promise.all(recording);
  return lost;
};
