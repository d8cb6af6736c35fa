import { JOB_INSERT_ROWS, JOB_RACE_TRIES } from '#config/limits.ts';
import type { Engine, Sql, SqlValue } from '#db/db.ts';
import { AppError } from '#std/errors.ts';

/** A job that does not exist yet, ready to be inserted. */
export interface NewJob {
  id: string;
  type: string;
  payloadJson: string;
  priority: number;
  maxAttempts: number;
  notBefore: string;
  idempotencyKey: string | null;
  singletonKey: string | null;
  serialKey: string | null;
  fairKey: string | null;
  /** Set when it is inserted, where it has a fair key. */
  turn: string;
  userId: string | null;
  scheduleId: string | null;
  parentJobId: string | null;
  traceparent: string | null;
  createdAt: string;
}

/** First what jobs that are made together have in common. */
const COLUMNS = `type, priority, max_attempts, idempotency_key, singleton_key, serial_key, user_id, schedule_id, parent_job_id,
  traceparent, fair_key, id, payload_json, not_before, created_at, updated_at, turn`;

/** Rows of one statement in the same process: few sizes, so that few statements are prepared. */
const SIZES = [64, 16, 1] as const;

const insertSql = (rows: number): string => {
  let place = 0;
  const tuple = () => `(${COLUMNS.split(',').map(() => `$${++place}`)})`;
  return `insert into jobs (${COLUMNS}) values ${Array.from({ length: rows }, tuple)} on conflict do nothing`;
};

/** For jobs that are alike, whose common values are bound once for all of them. */
const insertAlikeSql = (rows: number): string => {
  const tuple = (_: unknown, i: number) => `($${3 * i + 12}, $${3 * i + 13}, $${3 * i + 14})`;
  return `insert into jobs (${COLUMNS})
    select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, column1, column2, column3, column3, column3, column3
    from (values ${Array.from({ length: rows }, tuple)}) where true on conflict do nothing`;
};

interface Inserts {
  alike: string;
  any: string;
}

const INSERTS: ReadonlyMap<number, Inserts> = new Map(
  SIZES.map((size) => [size, { alike: insertAlikeSql(size), any: insertSql(size) }]),
);

const INSERT_MANY_SQLITE = `insert into jobs (${COLUMNS})
  select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
    value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15, value->>16
  from json_each($1) where true on conflict do nothing`;

const INSERT_MANY_POSTGRES = `insert into jobs (${COLUMNS})
  select v->>0, (v->>1)::integer, (v->>2)::integer, v->>3, v->>4, v->>5, v->>6, v->>7, v->>8,
    v->>9, v->>10, v->>11, v->>12, v->>13, v->>14, v->>15, v->>16
  from jsonb_array_elements($1::jsonb) as v on conflict do nothing`;

const common = (j: NewJob): SqlValue[] => [
  j.type,
  j.priority,
  j.maxAttempts,
  j.idempotencyKey,
  j.singletonKey,
  j.serialKey,
  j.userId,
  j.scheduleId,
  j.parentJobId,
  j.traceparent,
  j.fairKey,
];

const values = (j: NewJob): SqlValue[] => [
  ...common(j),
  j.id,
  j.payloadJson,
  j.notBefore,
  j.createdAt,
  j.createdAt,
  j.turn,
];

/** Due at once, and the same as the first in all but id, payload and time: as jobs are that are made together. */
const areAlike = (jobs: readonly NewJob[], shared: readonly SqlValue[]): boolean =>
  jobs.every(
    (job) =>
      job.notBefore === job.createdAt &&
      job.turn === job.createdAt &&
      common(job).every((value, i) => value === shared[i]),
  );

/** Returns how many rows were made. */
const insertRows = async (sql: Sql, jobs: readonly NewJob[]): Promise<number> => {
  const many = sql.engine === 'postgres' ? INSERT_MANY_POSTGRES : INSERT_MANY_SQLITE;
  // In the same process binding rows is quicker than taking JSON apart; over a network it is the other way round.
  if (sql.engine !== 'embedded' && jobs.length > 1) {
    return sql.run(many, [JSON.stringify(jobs.map(values))]);
  }
  const [first] = jobs;
  const shared = first ? common(first) : [];
  const alike = areAlike(jobs, shared);
  let made = 0;
  let at = 0;
  for (const size of SIZES) {
    const text = INSERTS.get(size)?.[alike ? 'alike' : 'any'] ?? '';
    for (; jobs.length - at >= size; at += size) {
      const part = jobs.slice(at, at + size);
      made += await sql.run(
        text,
        alike
          ? [...shared, ...part.flatMap((j) => [j.id, j.payloadJson, j.createdAt])]
          : part.flatMap(values),
      );
    }
  }
  return made;
};

/**
 * One statement that inserts jobs which nothing can stand for, so that it can be all of a transaction; undefined where more
 * is needed.
 */
export const plainInsert = (
  engine: Engine,
  jobs: readonly NewJob[],
): { sql: string; params: SqlValue[] } | undefined => {
  // Several are more than one statement in the same process.
  if (jobs.length > (engine === 'postgres' ? JOB_INSERT_ROWS : 1)) return undefined;
  for (const { idempotencyKey, singletonKey, fairKey } of jobs) {
    if (idempotencyKey !== null || singletonKey !== null || fairKey !== null) return undefined;
  }
  const [first] = jobs;
  if (jobs.length === 1 && first) return { sql: INSERTS.get(1)?.any ?? '', params: values(first) };
  return { sql: INSERT_MANY_POSTGRES, params: [JSON.stringify(jobs.map(values))] };
};

const IDS_SQLITE = 'select id from jobs where id in (select value from json_each($1))';
const IDS_POSTGRES = 'select id from jobs where id in (select json_array_elements_text($1::json))';

const BY_IDEMPOTENCY = 'select id from jobs where idempotency_key = $1';
const BY_SINGLETON = "select id from jobs where singleton_key = $1 and state = 'queued'";
// The lock keeps the waiting job waiting until this transaction has committed: claimed earlier, it might not see what
// this trigger is about, and the trigger would be lost.
const BY_SINGLETON_LOCKED = `${BY_SINGLETON} for share`;

const existing = async (sql: Sql, job: NewJob): Promise<string | undefined> => {
  if (job.idempotencyKey !== null) {
    const [row] = await sql.all<{ id: string }>(BY_IDEMPOTENCY, [job.idempotencyKey]);
    if (row) return row.id;
  }
  if (job.singletonKey === null) return undefined;
  const bySingleton = sql.engine === 'postgres' ? BY_SINGLETON_LOCKED : BY_SINGLETON;
  const [row] = await sql.all<{ id: string }>(bySingleton, [job.singletonKey]);
  return row?.id;
};

const insertOrFind = async (sql: Sql, job: NewJob): Promise<string> => {
  for (let tries = 0; tries < JOB_RACE_TRIES; tries++) {
    const found = await existing(sql, job);
    if (found !== undefined) return found;
    if ((await insertRows(sql, [job])) === 1) return job.id;
  }
  throw new AppError('transient', 'queue.key-contended', 'A job with the same key kept coming and going');
};

/**
 * Inserts the jobs; for each, the id of the job that stands for it: its own, or that of an earlier one with the same
 * idempotency key, or of a waiting one with the same singleton key.
 */
export const insertJobs = async (sql: Sql, jobs: readonly NewJob[]): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < jobs.length; i += JOB_INSERT_ROWS) {
    const part = jobs.slice(i, i + JOB_INSERT_ROWS);
    if ((await insertRows(sql, part)) === part.length) {
      for (const job of part) ids.push(job.id);
      continue;
    }
    const text = sql.engine === 'postgres' ? IDS_POSTGRES : IDS_SQLITE;
    const rows = await sql.all<{ id: string }>(text, [JSON.stringify(part.map((j) => j.id))]);
    const made = new Set(rows.map((r) => r.id));
    for (const job of part) ids.push(made.has(job.id) ? job.id : await insertOrFind(sql, job));
  }
  return ids;
};
