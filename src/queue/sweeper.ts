import { JOB_DEAD_WORKER_MS } from '#config/limits.ts';
import { errorText } from './outcome.ts';
import { type RescuePorts, rescueDead, rescueStale } from './rescue.ts';

export interface SweepTimes {
  sweepMs: number;
  staleMs: number;
  heartbeatMs: number;
}

/** Looks for jobs whose worker is gone: at the start, and again and again. */
export class Sweeper {
  readonly #ports: RescuePorts;
  readonly #times: SweepTimes;
  /** Shows our own jobs to be alive, before anybody's are judged. */
  readonly #beat: () => Promise<void>;
  #on = false;
  #cancel = () => {};
  #lastLookMs: number | undefined;
  #nextSweepMs = 0;

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
      await this.#once(every);
    } catch (e) {
      log.warn({ error: errorText(e) }, 'looking for jobs of workers that are gone failed');
    }
    if (this.#on) this.#cancel = clock.after(every, () => void this.#look());
  }

  async #once(every: number): Promise<void> {
    const { clock } = this.#ports;
    const now = clock.ms();
    const since = now - (this.#lastLookMs ?? now);
    this.#lastLookMs = now;
    await rescueDead(this.#ports);
    if (since < 0 || since > every + this.#times.heartbeatMs) {
      // The machine slept or its clock was set: everybody looks silent, and gets the time to show life.
      this.#nextSweepMs = now + this.#times.heartbeatMs + every;
    }
    if (now < this.#nextSweepMs) return;
    this.#nextSweepMs = now + this.#times.sweepMs;
    await this.#beat();
    await rescueStale(this.#ports, this.#times.staleMs);
  }
}
