import type { Db, Tx } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { Random } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import { backoffMs } from './backoff.ts';
import type { LeaseClock } from './claim-store.ts';
import { busyWorkers, jobsOfWorker, type RunningRow, staleJobs } from './lease-store.ts';
import type { Ending } from './outcome.ts';
import type { QueueHooks, QueueLog } from './ports.ts';
import { settle } from './settle-store.ts';
import type { Signals } from './signals.ts';
import { isCertainlyDead } from './worker-id.ts';
import { writeRacing } from './write-racing.ts';

export interface RescuePorts {
  db: Db;
  clock: Clock;
  random: Random;
  log: QueueLog;
  hooks: QueueHooks;
  signals: Signals;
  lease: LeaseClock;
}

const endingOf = (row: RunningRow, ports: RescuePorts): Ending => {
  const error = `queue.worker-gone: its worker gave no sign of life since ${row.heartbeat_at}`;
  if (row.attempts >= row.max_attempts) return { to: 'failed', kind: 'exhausted', error };
  const atMs = ports.clock.ms() + backoffMs(row.attempts, ports.random.next());
  return { to: 'queued', atMs, counted: true, error };
};

/** Takes running jobs from workers that are gone: queued again after a wait, or failed when their attempts ran out. */
const takeBack = async (ports: RescuePorts, find: (tx: Tx) => Promise<RunningRow[]>): Promise<number> => {
  const rescued = await writeRacing(ports.db, async (tx) => {
    const rows = await find(tx);
    const settlements = rows.map((row) => ({
      row,
      id: row.id,
      token: row.claim_token,
      ending: endingOf(row, ports),
    }));
    const lost = await settle(tx, settlements, ports.clock.now());
    crashpoint('rescue.settled');
    return settlements.filter((s) => !lost.has(s.id));
  });
  crashpoint('rescue.committed');
  for (const { row, ending } of rescued) {
    const { id: job, type, attempts: attempt, worker_id: worker } = row;
    ports.log.warn(
      { job, type, attempt, worker, becomes: ending.to },
      'took a job back from a worker that is gone',
    );
    if (ending.to === 'queued') ports.signals.ready(ending.atMs);
  }
  if (rescued.length > 0) ports.hooks.onRescued?.(rescued.length);
  return rescued.length;
};

const silentSince = ({ clock, lease }: Pick<RescuePorts, 'clock' | 'lease'>, staleMs: number) => ({
  before: toInstant(clock.ms() - staleMs),
  staleMs,
  lease,
});

/** Jobs whose worker gave no sign of life for `staleMs`. Returns how many were taken back. */
export const rescueStale = (ports: RescuePorts, staleMs: number): Promise<number> =>
  takeBack(ports, (tx) => staleJobs(tx, silentSince(ports, staleMs)));

/** How many jobs have a worker that gave no sign of life for `staleMs`. */
export const countStale = async (
  ports: Pick<RescuePorts, 'db' | 'clock' | 'lease'>,
  staleMs: number,
): Promise<number> => (await staleJobs(ports.db, silentSince(ports, staleMs))).length;

/** Jobs of workers on this machine whose process is gone, without waiting for their time to run out. */
export const rescueDead = async (ports: RescuePorts): Promise<number> => {
  let taken = 0;
  for (const worker of await busyWorkers(ports.db)) {
    if (isCertainlyDead(worker)) taken += await takeBack(ports, (tx) => jobsOfWorker(tx, worker));
  }
  return taken;
};
