import { JOB_DEATHS } from '#config/limits.ts';
import type { Db, Tx } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { Random } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import { backoffMs } from './backoff.ts';
import type { LeaseClock } from './claim-store.ts';
import { blamed, deathError, deathsOf } from './deaths.ts';
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
  /** Times in a row that its worker may die with a job. */
  maxDeaths?: number;
}

const endingOf = (row: RunningRow, ports: RescuePorts, toBlame: boolean): Ending => {
  const nowMs = ports.clock.ms();
  if (!toBlame) return { to: 'queued', atMs: nowMs, counted: false, error: null };
  const deaths = deathsOf(row);
  const error = deathError(deaths, row.heartbeat_at);
  const givenUp = row.attempts >= row.max_attempts || deaths >= (ports.maxDeaths ?? JOB_DEATHS);
  if (givenUp) return { to: 'failed', kind: 'exhausted', error };
  const atMs = nowMs + backoffMs(row.attempts, ports.random.next());
  return { to: 'queued', atMs, counted: true, error };
};

/**
 * Takes running jobs from workers that are gone. Who may have caused it is queued again after a wait, or failed when its
 * attempts ran out or its worker died with it too often; who was only held is queued as if it had never been claimed.
 */
const takeBack = async (ports: RescuePorts, find: (tx: Tx) => Promise<RunningRow[]>): Promise<number> => {
  const rescued = await writeRacing(ports.db, async (tx) => {
    const rows = await find(tx);
    const toBlame = blamed(rows);
    const settlements = rows.map((row) => ({
      row,
      id: row.id,
      token: row.claim_token,
      ending: endingOf(row, ports, toBlame.has(row.id)),
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

/** Part of a heartbeat by which one may come late. */
export const LATE_BEAT = 0.25;

/** What a running job last showed of life: whoever lives shows another a heartbeat later. */
const signOf = ({ id, claim_token, heartbeat_at }: RunningRow): string =>
  `${id} ${claim_token} ${heartbeat_at}`;

/**
 * Jobs whose worker gave no sign of life for `staleMs`. Returns how many were taken back. `silent`: of these only, which
 * showed the same when they were looked at before; then a clock that was set since takes nothing from the living.
 */
export const rescueStale = (
  ports: RescuePorts,
  staleMs: number,
  silent?: ReadonlySet<string>,
): Promise<number> =>
  takeBack(ports, async (tx) => {
    const rows = await staleJobs(tx, silentSince(ports, staleMs));
    return silent ? rows.filter((row) => silent.has(signOf(row))) : rows;
  });

/** The last signs of jobs whose worker gave none for `staleMs`. */
export const silentJobs = async (
  ports: Pick<RescuePorts, 'db' | 'clock' | 'lease'>,
  staleMs: number,
): Promise<ReadonlySet<string>> =>
  new Set((await staleJobs(ports.db, silentSince(ports, staleMs))).map(signOf));

/** Jobs of workers on this machine whose process is gone, without waiting for their time to run out. */
export const rescueDead = async (ports: RescuePorts): Promise<number> => {
  let taken = 0;
  for (const worker of await busyWorkers(ports.db)) {
    if (isCertainlyDead(worker)) taken += await takeBack(ports, (tx) => jobsOfWorker(tx, worker));
  }
  return taken;
};
