import type { Random } from '#std/random.ts';

/** Which database a trial runs on: a file, a libSQL server, or PostgreSQL. */
export type TrialEngine = 'embedded' | 'remote' | 'postgres';

export const ENGINES: readonly TrialEngine[] = ['embedded', 'remote', 'postgres'];

/** A database that several processes may open at the same time. */
export interface TrialDatabase {
  /** As `paths.database` takes it. */
  url: string;
  authToken?: string;
  /** A data folder to go with it, empty unless the database is a file in it. */
  dir: string;
}

/** One promise about what survives, and how it is put to the test. */
export interface Trial {
  /** As in the programme: R6. */
  id: string;
  /** One line in plain words. */
  title: string;
  /** What must hold, with its figure. */
  promise: string;
  engines: readonly TrialEngine[];
  /** The engines of the quick form; default: the first of `engines`. */
  quickEngines?: readonly TrialEngine[];
  /** Milliseconds after which a run counts as hanging. */
  maxMs?: number;
  maxQuickMs?: number;
  run(t: TrialRun): Promise<void>;
}

/** What one run of a trial on one engine works with. */
export interface TrialRun {
  engine: TrialEngine;
  quick: boolean;
  seed: number;
  /** Repeats with the seed. */
  random: Random;
  /** A temporary folder of its own, removed afterwards. */
  dir: string;
  /** Fires when the time of the trial is over. */
  signal: AbortSignal;
  /** A fresh and empty database, without tables; it goes away with the run. */
  database(): Promise<TrialDatabase>;
  /** Runs at the end in reverse order, whether the trial failed or not. */
  onEnd(clean: () => Promise<void> | void): void;
  /** Something that was measured. */
  figure(name: string, value: number | string, unit?: string): void;
  /** A promise: a false one makes the trial fail, and it goes on. */
  check(what: string, ok: boolean, detail?: string): void;
  /** Progress, for whoever waits. */
  note(text: string): void;
}

export const defineTrial = (trial: Trial): Trial => trial;
