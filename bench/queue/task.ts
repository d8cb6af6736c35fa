import type { Surroundings } from './subject.ts';

export type ScenarioName =
  | 'prepare'
  | 'enqueue'
  | 'callers'
  | 'bulk'
  | 'drain'
  | 'pick-up'
  | 'idle'
  | 'fairness';

/** What one child process is asked to measure. */
export interface Task {
  subject: string;
  scenario: ScenarioName;
  where: Surroundings;
  jobs: number;
  concurrency: number;
  /** Worker processes; 1: in the measuring process itself. */
  processes: number;
  /** The job is enqueued by another process than the worker's. */
  other: boolean;
  samples: number;
  /** Seconds after which a measurement ends with what it has. */
  cap: number;
  /** Jobs of another account that wait: not a number, but which of them; see `fairness`. */
  backlog: 'none' | 'bulk' | 'equal';
  seed: { finished: number; delayed: number };
}

/** What it answers. Only what the scenario measures is there. */
export interface Answer {
  /** Jobs a second. */
  rate?: number;
  /** Milliseconds. */
  p50?: number;
  p99?: number;
  samples?: number;
  /** Percent of one core. */
  cpu?: number;
  /** Milliseconds of processor time that a thousand jobs took in the measuring process. */
  work?: number;
  /** Megabytes resident at the end of the measurement. */
  rss?: number;
  /** The time was up before all was done. */
  capped?: boolean;
  /** Jobs that ran more than once. */
  twice?: number;
  /** Errors of the store that reached a caller. */
  problems?: number;
  error?: string;
}

export const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
};
