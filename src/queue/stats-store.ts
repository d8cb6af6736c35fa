import { JOB_COUNT_ROWS, JOB_OLDEST_ROWS } from '#config/limits.ts';
import type { Sql } from '#db/db.ts';

export const COUNTED = ['ready', 'delayed', 'running', 'failed', 'canceled'] as const;
export type Counted = (typeof COUNTED)[number];

/** The jobs of one type. */
export interface TypeStats extends Record<Counted, number> {
  type: string;
  /** Those of the counts that are more than told: counting ends at JOB_COUNT_ROWS. */
  more: Counted[];
  /** When the job of this type that has been due the longest became due; null when none is. */
  oldestDue: string | null;
}

/** What waits, runs and failed. Jobs that ended well are not counted: there may be millions. */
export interface QueueStats {
  types: TypeStats[];
  /** When the job that has been due the longest became due; null when none is. */
  oldestDue: string | null;
}

const READY = "state = 'queued' and not_before <= updated_at";

/**
 * The types of ready jobs, and the priorities of each, found by leaping from one to the next through the index. In each
 * lane the oldest stand in front; but for turns between fair keys the very first would do.
 */
const ready = (rows: string, oldest: string): string => `with recursive
  types(type) as (
    select min(type) from jobs where ${READY}
    union all select (select min(j.type) from jobs j where ${READY} and j.type > types.type) from types
      where types.type is not null),
  lanes(type, priority) as (
    select type, (select min(j.priority) from jobs j where ${READY} and j.type = types.type) from types
      where type is not null
    union all select type, (select min(j.priority) from jobs j
      where ${READY} and j.type = lanes.type and j.priority > lanes.priority) from lanes where priority is not null)
  select type, priority, null as n, (select min(due) from (select j.not_before as due from jobs j
      where ${READY} and j.type = lanes.type and j.priority = lanes.priority
      order by j.turn limit ${oldest}) as f) as first
    from lanes where priority is not null
  union all select type, null, (select count(*) from (select 1 as one from jobs j
      where ${READY} and j.type = types.type limit ${rows}) as c), null
    from types where type is not null`;

const whole = (place: number): string => `cast($${place} as integer)`;
const READY_SQL = ready(whole(1), whole(2));

interface ReadyRow {
  type: string;
  n: number | null;
  first: string | null;
}

const grouped = (
  where: string,
  due: string,
  order: string,
): string => `select type, count(*) as n, min(due) as first
  from (select type, ${due} as due from jobs where ${where} order by ${order} limit ${whole(1)}) as few group by type`;

/** States without an index by type are counted for all types together: what is due first, what was made last. */
const TOGETHER: readonly [Exclude<Counted, 'ready'>, string][] = [
  ['delayed', grouped("state = 'queued' and not_before > updated_at", 'not_before', 'not_before')],
  ['running', grouped("state = 'running'", 'null', 'worker_id')],
  ['failed', grouped("state = 'failed'", 'null', 'id desc')],
  ['canceled', grouped("state = 'canceled'", 'null', 'id desc')],
];

const earlier = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b < a) ? b : a;

/** Counts through the indexes of what has not ended well, with a bound on each, so that it stays quick whatever waits. */
export const queueStats = async (sql: Sql, now: string): Promise<QueueStats> => {
  const types = new Map<string, TypeStats>();
  const of = (type: string): TypeStats => {
    let entry = types.get(type);
    if (!entry) {
      entry = { type, ready: 0, delayed: 0, running: 0, failed: 0, canceled: 0, more: [], oldestDue: null };
      types.set(type, entry);
    }
    return entry;
  };
  const set = (type: string, kind: Counted, n: number): void => {
    const entry = of(type);
    entry[kind] = Math.min(n, JOB_COUNT_ROWS);
    if (n > JOB_COUNT_ROWS) entry.more.push(kind);
  };
  const due = (type: string, first: string | null): void => {
    const entry = of(type);
    if (first !== null && first <= now) entry.oldestDue = earlier(entry.oldestDue, first);
  };
  for (const { type, n, first } of await sql.all<ReadyRow>(READY_SQL, [
    JOB_COUNT_ROWS + 1,
    JOB_OLDEST_ROWS,
  ])) {
    if (n === null) due(type, first);
    else set(type, 'ready', Number(n));
  }
  for (const [kind, text] of TOGETHER) {
    const rows = await sql.all<{ type: string; n: number; first: string | null }>(text, [JOB_COUNT_ROWS + 1]);
    const full = rows.reduce((sum, row) => sum + Number(row.n), 0) > JOB_COUNT_ROWS;
    for (const { type, n, first } of rows) {
      set(type, kind, Number(n));
      due(type, first);
      const { more } = of(type);
      if (full && kind !== 'running' && !more.includes(kind)) more.push(kind);
    }
  }
  const all = [...types.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  return {
    types: all,
    oldestDue: all.reduce<string | null>((first, t) => earlier(first, t.oldestDue), null),
  };
};
