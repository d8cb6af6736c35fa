import { JOB_DEAD_WORKER_MS } from '#config/limits.ts';
import { errorText } from './outcome.ts';
import { LATE_BEAT, type RescuePorts, rescueDead, rescueStale, silentJobs } from './rescue.ts';

export interface SweepTimes {
  sweepMs: number;
  staleMs: number;
  heartbeatMs: number;
}

/**
 * Looks for jobs whose worker is gone, from the start on and again and again. Silence is watched, not reckoned: only a job
 * that showed nothing new during a whole heartbeat of looks is taken back, so that no clock that was set, and no machine
 * that slept, makes the living look dead.
 *
 * It is part of each worker and no recurring job: a job waits for a free place, may itself be held by the dead, and would
 * then keep its own kind from running. Where a worker lives it looks, so that `doctor` warns of what nobody took back.
 */
export class Sweeper {
  readonly #ports: RescuePorts;
  readonly #times: SweepTimes;
  /** Shows our own jobs to be alive, before anybody's are judged. */
  readonly #beat: () => Promise<void>;
  #on = false;
  #cancel = () => {};
  /** For how many looks each of the silent has shown the same. */
  #looks = new Map<string, number>();

  constructor(ports: RescuePorts, times: SweepTimes, beat: () => Promise<void>) {
    this.#ports = ports;
    this.#times = times;
    this.#beat = beat;
  }

  start(): void {
    this.#on = true;
    void this.#look();
  }

  stop(): void {
    this.#on = false;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { clock, log } = this.#ports;
    const every = Math.min(JOB_DEAD_WORKER_MS, this.#times.sweepMs);
    try {
      await rescueDead(this.#ports);
      await this.#watch(every);
    } catch (e) {
      log.warn({ error: errorText(e) }, 'looking for jobs of workers that are gone failed');
    }
    if (this.#on) this.#cancel = clock.after(every, () => void this.#look());
  }

  async #watch(every: number): Promise<void> {
    const { staleMs, heartbeatMs } = this.#times;
    const patience = heartbeatMs * (1 + LATE_BEAT);
    // Watched from before its lease is over, so that it is not held for longer than that.
    const silent = await silentJobs(this.#ports, Math.max(0, staleMs - patience));
    this.#looks = new Map([...silent].map((sign) => [sign, (this.#looks.get(sign) ?? -1) + 1]));
    const sure = new Set([...silent].filter((sign) => (this.#looks.get(sign) ?? 0) * every >= patience));
    if (sure.size === 0) return;
    await this.#beat();
    await rescueStale(this.#ports, staleMs, sure);
  }
}
