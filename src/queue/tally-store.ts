import type { Sql } from '#db/db.ts';
import type { JobWorkersTable } from '#db/queue-tables.ts';

/** What a worker did since it began. */
export interface Tally {
  started: number;
  completed: number;
  failed: number;
  retried: number;
}

const NOTE = `insert into job_workers (worker_id, seen_at, started, completed, failed, retried)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (worker_id) do update set seen_at = excluded.seen_at, started = excluded.started,
    completed = excluded.completed, failed = excluded.failed, retried = excluded.retried`;

export const noteTally = async (
  sql: Sql,
  worker: { id: string; now: string },
  { started, completed, failed, retried }: Tally,
): Promise<void> => {
  await sql.run(NOTE, [worker.id, worker.now, started, completed, failed, retried]);
};

/** Of workers that are long gone. */
export const dropTallies = (sql: Sql, seenBefore: string): Promise<number> =>
  sql.run('delete from job_workers where seen_at < $1', [seenBefore]);

/** Of workers that did something since an instant. */
export const talliesSince = async (
  sql: Sql,
  seenSince: string,
): Promise<(Tally & { workerId: string; seenAt: string })[]> =>
  (await sql.all<JobWorkersTable>('select * from job_workers where seen_at >= $1', [seenSince])).map((r) => ({
    workerId: r.worker_id,
    seenAt: r.seen_at,
    started: Number(r.started),
    completed: Number(r.completed),
    failed: Number(r.failed),
    retried: Number(r.retried),
  }));
