import { JOB_STALE_MS } from '#config/limits.ts';
import type { Machine } from './machine.ts';
import type { World } from './world.ts';

/** One run of a handler, from its first line to its last, or to when it was told to stop. */
export interface Run {
  /** Counts all runs of a simulation. */
  number: number;
  jobId: string;
  n: number;
  serialKey: string | undefined;
  machine: Machine;
  over: boolean;
}

/** What the outside saw: who ran when, and whatever must not have been. */
export class Ledger {
  readonly problems: string[] = [];
  /** How often each trigger's cause came up; see the kind `sim.trigger`. */
  readonly causes = new Map<string, number>();
  readonly starts = new Map<number, number>();
  /** How often a clock was set, each of which may make one run of a schedule due. */
  clocksSet = 0;
  /** The jobs of the schedule of every minute that began, each once however often its worker died. */
  readonly ticks = new Set<string>();
  readonly #world: World;
  #runs: Run[] = [];
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  problem(what: string): void {
    this.#world.say(`PROBLEM ${what}`);
    this.problems.push(`at ${this.#world.ms} ms: ${what}`);
  }

  /** How often the job with this number was begun, this time included. */
  startsOf(n: number): number {
    const starts = (this.starts.get(n) ?? 0) + 1;
    this.starts.set(n, starts);
    return starts;
  }

  begin(run: Omit<Run, 'number' | 'over'>, signal: AbortSignal): Run {
    this.#runs = this.#runs.filter((r) => !r.over && !r.machine.dead);
    for (const other of this.#runs) {
      const same = other.jobId === run.jobId;
      const serial = other.serialKey !== undefined && other.serialKey === run.serialKey;
      // Who was away for longer than a lease may find, when it comes back, that another has its job.
      if ((same || serial) && other.machine.soundFor(JOB_STALE_MS)) {
        this.problem(
          `job ${run.n} begins on ${run.machine.name} while ${other.machine.name} runs ${same ? 'it' : `job ${other.n} of the same serial key`}`,
        );
      }
    }
    const begun: Run = { ...run, number: ++this.#count, over: false };
    signal.addEventListener('abort', () => this.end(begun), { once: true });
    this.#runs.push(begun);
    this.#world.say(`${run.machine.name} begins ${run.n}`);
    return begun;
  }

  tick(machine: Machine, jobId: string): void {
    this.ticks.add(jobId);
    this.#world.say(`${machine.name} ticks`);
  }

  end(run: Run): void {
    run.over = true;
  }

  /** An operator took the job out of its worker's hands: what that still does is no fault of the queue's. */
  excuse(jobId: string): void {
    for (const run of this.#runs) if (run.jobId === jobId) run.over = true;
  }
}
