import { JOB_WATCH_ENQUEUED_ROWS } from '#config/limits.ts';
import type { Sql } from '#db/db.ts';
import { firstIdAt } from '#std/ids.ts';

/** A worker that holds jobs now. */
export interface BusyWorker {
  workerId: string;
  running: number;
  /** The last sign of life. */
  heartbeatAt: string;
}

const BUSY = `select worker_id, count(*) as running, max(heartbeat_at) as beat from jobs
  where state = 'running' group by worker_id order by worker_id`;

export const workersThatRun = async (sql: Sql): Promise<BusyWorker[]> =>
  (await sql.all<{ worker_id: string; running: number; beat: string }>(BUSY)).map((r) => ({
    workerId: r.worker_id,
    running: Number(r.running),
    heartbeatAt: r.beat,
  }));

const MADE = `select count(*) as n from (
  select 1 as one from jobs where id >= $1 and id < $2 limit cast($3 as integer)) as made`;

/** How many jobs were made in a time, up to a bound. Ids begin with their time, so that their index tells. */
export const countMade = async (sql: Sql, fromMs: number, toMs: number): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(MADE, [
    firstIdAt(fromMs),
    firstIdAt(toMs),
    JOB_WATCH_ENQUEUED_ROWS,
  ]);
  return Number(row?.n ?? 0);
};
