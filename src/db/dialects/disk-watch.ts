import { DB_DISK_FULL_MS } from '#config/limits.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';

const OF_THE_DISK = new Set(['db.disk-full', 'db.io']);

/** Remembers that a write found no room. A small one that still fits says nothing of the next, so only time forgets it. */
export class DiskWatch {
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes an error that a write ended with. */
  note(e: unknown): void {
    if (e instanceof AppError && OF_THE_DISK.has(e.code)) this.#lastMs = this.#clock.ms();
  }

  get full(): boolean {
    return this.#clock.ms() - this.#lastMs < DB_DISK_FULL_MS;
  }
}
