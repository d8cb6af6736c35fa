import { JOB_TALLY_KEEP_MS, JOB_TALLY_MS } from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';
import type { EndingCounts } from './ending-counts.ts';
import { errorText } from './outcome.ts';
import type { QueueLog } from './ports.ts';
import { dropTallies, noteTally, type Tally } from './tally-store.ts';

interface TallyPorts {
  db: Db;
  clock: Clock;
  log: QueueLog;
}

interface Counted {
  counts: Readonly<EndingCounts>;
  running: number;
}

const tallyOf = ({ counts, running }: Counted): Tally => {
  let ended = 0;
  for (const n of Object.values(counts)) ended += n;
  return {
    started: ended + running,
    completed: counts.completed,
    failed: counts.failed + counts.exhausted,
    retried: counts.retried,
  };
};

/**
 * Notes every few seconds what a worker did, for whoever watches from another process. While nothing happens it writes
 * nothing; while much happens, one row.
 */
export class TallyKeeper {
  readonly #ports: TallyPorts;
  readonly #workerId: string;
  #noted = 0;
  #notedMs = Number.NEGATIVE_INFINITY;
  #tidy = false;

  constructor(ports: TallyPorts, workerId: string) {
    this.#ports = ports;
    this.#workerId = workerId;
  }

  /** Writes it when it is time and something changed, or at once when it is the `last`. Never rejects. */
  async note(counted: Counted, { last = false } = {}): Promise<void> {
    const { db, clock, log } = this.#ports;
    const tally = tallyOf(counted);
    const sum = tally.started + tally.completed + tally.failed + tally.retried;
    const nowMs = clock.ms();
    if (sum === this.#noted || (!last && nowMs - this.#notedMs < JOB_TALLY_MS)) return;
    this.#noted = sum;
    this.#notedMs = nowMs;
    try {
      await db.write(async (tx) => {
        if (!this.#tidy) await dropTallies(tx, toInstant(nowMs - JOB_TALLY_KEEP_MS));
        await noteTally(tx, { id: this.#workerId, now: toInstant(nowMs) }, tally);
      });
      this.#tidy = true;
    } catch (e) {
      log.warn({ worker: this.#workerId, error: errorText(e) }, 'what the worker did could not be noted');
    }
  }
}
