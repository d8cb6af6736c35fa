import { JOB_DEAD_WORKER_MS } from '#config/limits.ts';
import { toMs } from '#std/time.ts';
import { errorText } from './outcome.ts';
import { type RescuePorts, rescueDead, rescueStale, silentJobs } from './rescue.ts';
import { lastRunOf } from './schedule-store.ts';
import { sweepJob } from './sweep.job.ts';

export interface SweepTimes {
  sweepMs: number;
  staleMs: number;
  heartbeatMs: number;
}

/** Parts of the time between two sweeps after which a sweep counts as not made by a job. */
const LATE_SWEEPS = 2;

/**
 * Looks for jobs whose worker is gone: at the start, and again and again. Where `queue.sweep` is on a schedule, that job does
 * it once for all workers, and this one only looks for processes that died, as long as it has a place for that job.
 */
export class Sweeper {
  readonly #ports: RescuePorts;
  readonly #times: SweepTimes;
  /** Shows our own jobs to be alive, before anybody's are judged. */
  readonly #beat: () => Promise<void>;
  readonly #hasPlace: () => boolean;
  #on = false;
  #cancel = () => {};
  #lastLookMs: number | undefined;
  #nextSweepMs = 0;

  constructor(
    ports: RescuePorts,
    times: SweepTimes,
    worker: { beat: () => Promise<void>; hasPlace: () => boolean },
  ) {
    this.#ports = ports;
    this.#times = times;
    this.#beat = worker.beat;
    this.#hasPlace = worker.hasPlace;
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
    const first = this.#nextSweepMs === 0;
    this.#nextSweepMs = now + this.#times.sweepMs;
    if (!first && this.#hasPlace() && (await this.#isSweptByJob(now))) return;
    await this.#beat();
    await rescueStale(this.#ports, this.#times.staleMs);
  }

  async #isSweptByJob(nowMs: number): Promise<boolean> {
    const last = await lastRunOf(this.#ports.db, sweepJob.type);
    const isMade = last !== null && Math.abs(nowMs - toMs(last)) < this.#times.sweepMs * LATE_SWEEPS;
    if (!isMade) return false;
    // That job may itself be held by a worker that is gone: then nobody but us would ever take it back.
    const { sweepMs, staleMs } = this.#times;
    return (await silentJobs(this.#ports, staleMs + sweepMs * LATE_SWEEPS)).size === 0;
  }
}
