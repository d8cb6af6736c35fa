import { SCHEDULE_OVERDUE_ROWS } from '#config/limits.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import type { JobState, SchedulesTable } from '#db/queue-tables.ts';
import { type LastJob, type Schedule, scheduleFromRow } from './schedule.ts';

const INSERT = `insert into schedules (id, user_id, type, cron, time_zone, payload_json, enabled, missed, next_run_at,
    created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict do nothing`;

export type NewSchedule = Pick<
  SchedulesTable,
  | 'id'
  | 'user_id'
  | 'type'
  | 'cron'
  | 'time_zone'
  | 'payload_json'
  | 'enabled'
  | 'missed'
  | 'next_run_at'
  | 'created_at'
>;

/** False when the user has one of this type and cron. */
export const insertSchedule = async (sql: Sql, s: NewSchedule): Promise<boolean> => {
  const { user_id, type, cron, time_zone, payload_json, enabled, missed, next_run_at } = s;
  const values = [
    s.id,
    user_id,
    type,
    cron,
    time_zone,
    payload_json,
    enabled,
    missed,
    next_run_at,
    s.created_at,
  ];
  return (await sql.run(INSERT, values)) === 1;
};

const GET = 'select * from schedules where id = $1';
// Whoever changes a row must not do it from what it was before a worker fired it.
const GET_LOCKED = `${GET} for update`;

export const findSchedule = async (sql: Sql, id: string): Promise<Schedule | undefined> => {
  const [row] = await sql.all<SchedulesTable>(GET, [id]);
  return row && scheduleFromRow(row);
};

/** The row as it stays until the end of this transaction, but for what it changes itself. */
export const lockSchedule = async (sql: Sql, id: string): Promise<SchedulesTable | undefined> =>
  (await sql.all<SchedulesTable>(sql.engine === 'postgres' ? GET_LOCKED : GET, [id]))[0];

const LIST = `select * from schedules where user_id = $1 or (user_id is null and $2 = 1)
  order by user_id is not null, id`;
const LIST_OWN = 'select * from schedules where user_id is null order by id';

/** Those of a user, and the program's own before them when they are asked for. */
export const listSchedules = async (sql: Sql, o: { userId: string; own: boolean }): Promise<Schedule[]> =>
  (await sql.all<SchedulesTable>(LIST, [o.userId, o.own ? 1 : 0])).map(scheduleFromRow);

export const ownSchedules = (sql: Sql): Promise<SchedulesTable[]> => sql.all(LIST_OWN);

const COUNT = 'select count(*) as n from schedules where user_id = $1';

export const countSchedules = async (sql: Sql, userId: string): Promise<number> =>
  Number((await sql.all<{ n: number }>(COUNT, [userId]))[0]?.n ?? 0);

const CHANGE = `update schedules set cron = $2, time_zone = $3, payload_json = $4, missed = $5, enabled = $6,
    next_run_at = $7, last_error = $8, updated_at = $9
  where id = $1`;

/** Writes what people change of a schedule. Breaks the unique index when the user has one of this type and cron. */
export const changeSchedule = async (sql: Sql, s: SchedulesTable): Promise<void> => {
  const values: SqlValue[] = [s.id, s.cron, s.time_zone, s.payload_json, s.missed, s.enabled];
  await sql.run(CHANGE, [...values, s.next_run_at, s.last_error, s.updated_at]);
};

const SAME = `select id from schedules where coalesce(user_id, '') = coalesce($1, '') and type = $2 and cron = $3`;

/** The one schedule of this user, type and cron. */
export const findSame = async (
  sql: Sql,
  s: Pick<SchedulesTable, 'user_id' | 'type' | 'cron'>,
): Promise<string | undefined> => (await sql.all<{ id: string }>(SAME, [s.user_id, s.type, s.cron]))[0]?.id;

export const removeSchedule = async (sql: Sql, id: string): Promise<boolean> =>
  (await sql.run('delete from schedules where id = $1', [id])) === 1;

const among = (place: string, sql: Sql): string =>
  sql.engine === 'postgres'
    ? `select json_array_elements_text(${place}::json)`
    : `select value from json_each(${place})`;

const NEXT = (sql: Sql): string =>
  `select min(next_run_at) as next from schedules where enabled = 1 and type in (${among('$1', sql)})`;

/** When the first schedule of these types is due. A read: it takes no lock. */
export const firstDue = async (sql: Sql, typesJson: string): Promise<string | null> =>
  (await sql.all<{ next: string | null }>(NEXT(sql), [typesJson]))[0]?.next ?? null;

const DUE = (sql: Sql): string => `select * from schedules
  where enabled = 1 and next_run_at <= $2 and type in (${among('$1', sql)})
  order by next_run_at limit cast($3 as integer)${sql.engine === 'postgres' ? ' for update skip locked' : ''}`;

/** Due schedules of these types that no other process is firing at this moment. */
export const dueSchedules = (
  sql: Sql,
  o: { typesJson: string; now: string; rows: number },
): Promise<SchedulesTable[]> => sql.all(DUE(sql), [o.typesJson, o.now, o.rows]);

const AHEAD = (sql: Sql): string => `select * from schedules
  where enabled = 1 and next_run_at > $2 and type in (${among('$1', sql)}) order by id`;

/** Schedules of these types that are not due yet. */
export const schedulesAhead = (sql: Sql, o: { typesJson: string; now: string }): Promise<SchedulesTable[]> =>
  sql.all(AHEAD(sql), [o.typesJson, o.now]);

const FIRED = `update schedules set next_run_at = $2, last_run_at = $3, last_job_id = $4, last_error = null, updated_at = $3
  where id = $1`;

export const noteFired = async (
  sql: Sql,
  s: { id: string; next: string | null; now: string; jobId: string },
): Promise<void> => {
  await sql.run(FIRED, [s.id, s.next, s.now, s.jobId]);
};

const CORRECTED = `update schedules set next_run_at = $2, last_error = $3, updated_at = $4
  where id = $1 and next_run_at = $5`;

/** Another next time, unless somebody else changed it meanwhile. */
export const noteCorrected = async (
  sql: Sql,
  s: { id: string; from: string; next: string | null; error: string | null; now: string },
): Promise<void> => {
  await sql.run(CORRECTED, [s.id, s.next, s.error, s.now, s.from]);
};

const MOVED = 'update schedules set next_run_at = $2, last_error = $3, updated_at = $4 where id = $1';

/** It did not run: on to the next time, with the reason when it should have. */
export const noteMoved = async (
  sql: Sql,
  s: { id: string; next: string | null; error: string | null; now: string },
): Promise<void> => {
  await sql.run(MOVED, [s.id, s.next, s.error, s.now]);
};

const RUN_NOW = 'update schedules set last_run_at = $2, last_job_id = $3, updated_at = $2 where id = $1';

export const noteRunNow = async (sql: Sql, s: { id: string; now: string; jobId: string }): Promise<void> => {
  await sql.run(RUN_NOW, [s.id, s.now, s.jobId]);
};

const LAST_FAILED = "exists (select 1 from jobs j where j.id = s.last_job_id and j.state = 'failed')";

const OVERDUE = `s.enabled = 1 and (s.next_run_at is null or s.next_run_at < $1 or s.last_error is not null or ${LAST_FAILED})`;
const COUNT_OVERDUE = `select count(*) as n from schedules s where ${OVERDUE}`;
const LIST_OVERDUE = `select s.type, s.cron, s.last_error, ${LAST_FAILED} as failed from schedules s
  where ${OVERDUE} order by s.id limit cast($2 as integer)`;

/** Schedules that should have run before this instant and have not, or whose last run failed for good. */
export const countOverdue = async (sql: Sql, before: string): Promise<number> =>
  Number((await sql.all<{ n: number }>(COUNT_OVERDUE, [before]))[0]?.n ?? 0);

export interface OverdueSchedule {
  type: string;
  cron: string;
  last_error: string | null;
  /** Whether its last run failed for good. */
  failed: boolean;
}

/** The first of those that are overdue. */
export const overdueSchedules = async (sql: Sql, before: string): Promise<OverdueSchedule[]> => {
  type Row = Omit<OverdueSchedule, 'failed'> & { failed: boolean | number };
  const rows = await sql.all<Row>(LIST_OVERDUE, [before, SCHEDULE_OVERDUE_ROWS]);
  return rows.map((row) => ({ ...row, failed: Boolean(row.failed) }));
};

const LAST_JOBS = (sql: Sql): string =>
  `select id, state, last_error as error from jobs where id in (${among('$1', sql)})`;

/** What became of these jobs; those that are no longer kept are missing. */
export const lastJobs = async (sql: Sql, ids: readonly string[]): Promise<Map<string, LastJob>> => {
  if (ids.length === 0) return new Map();
  const rows = await sql.all<{ id: string; state: JobState; error: string | null }>(LAST_JOBS(sql), [
    JSON.stringify(ids),
  ]);
  return new Map(rows.map((row) => [row.id, row]));
};
