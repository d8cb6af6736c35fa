import { JOB_DEATHS } from '#config/limits.ts';
import type { RunningRow } from './lease-store.ts';

/** What is looked at of a job to tell how often its worker died with it: `attempt` is the present one. */
interface Past {
  lastError: string | null;
  attempt: number;
}

const GONE = 'queue.worker-gone: its worker died with it';
const TIMES = new RegExp(`^${GONE.replace('.', '\\.')} (\\d+) time`);

/** What operators read, and what the queue itself goes by: there is no second place that counts. */
export const deathError = (deaths: number, lastSeen: string): string => {
  const times = `${deaths} time${deaths === 1 ? '' : 's'}`;
  return `${GONE} ${times}${deaths >= JOB_DEATHS ? ', so it is not run again' : ''}; it was last seen alive at ${lastSeen}`;
};

/** Times in a row before this attempt. An operator who queues the job again starts the count anew, with its attempts. */
export const deathsBefore = ({ lastError, attempt }: Past): number =>
  Math.min(Number(TIMES.exec(lastError ?? '')?.[1] ?? 0), attempt - 1);

/** A suspect runs while no other suspect of the same worker does, so that another death tells who was to blame. */
export const isSuspect = (job: Past): boolean => job.lastError !== null && deathsBefore(job) > 0;

const pastOf = (row: RunningRow): Past => ({ lastError: row.last_error, attempt: row.attempts });

/** The order in which a worker starts what it has claimed. */
const startsBefore = (a: RunningRow, b: RunningRow): number =>
  compare(a.started_at, b.started_at) ||
  a.priority - b.priority ||
  compare(a.turn, b.turn) ||
  compare(a.id, b.id);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Whom to blame for the death of a worker, by what it held: the suspect that it was running, or, when it had none, all.
 * A worker starts its suspects one at a time and in order, so the first is the one that ran; the others were only held.
 */
export const blamed = (rows: readonly RunningRow[]): Set<string> => {
  const all = new Set<string>();
  const suspects = new Map<string, RunningRow>();
  for (const row of rows) {
    if (!isSuspect(pastOf(row))) continue;
    const first = suspects.get(row.worker_id);
    if (!first || startsBefore(row, first) < 0) suspects.set(row.worker_id, row);
  }
  for (const row of rows) if ((suspects.get(row.worker_id) ?? row) === row) all.add(row.id);
  return all;
};

/** With this one. */
export const deathsOf = (row: RunningRow): number => deathsBefore(pastOf(row)) + 1;
