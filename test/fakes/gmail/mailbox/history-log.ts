import type { SeededRandom } from '#test/fakes/gmail/seeded-random.ts';

export const HISTORY_TYPES = ['messageAdded', 'messageDeleted', 'labelAdded', 'labelRemoved'] as const;
export type HistoryType = (typeof HISTORY_TYPES)[number];

export interface HistoryRecord {
  id: bigint;
  atMs: number;
  type: HistoryType;
  messageId: string;
  threadId: string;
  /** The labels that were added or removed; of an added message, those it had. */
  labels: readonly string[];
  /** All labels of the message after it. */
  labelsAfter: readonly string[];
}

const MAX_GAP = 40;

/** All changes of one mailbox. Ids grow, with gaps. */
export class HistoryLog {
  readonly #random: SeededRandom;
  readonly #records: HistoryRecord[] = [];
  #last: bigint;
  /** The oldest id that is still good to start from. */
  #oldestGood: bigint;
  /** Scripted: this much is taken off every current id that is told. */
  #wentBackBy = 0n;

  constructor(firstId: bigint, random: SeededRandom) {
    this.#last = firstId;
    this.#oldestGood = firstId;
    this.#random = random;
  }

  /** The id that the mailbox tells as its present one. */
  current(): bigint {
    return this.#last - this.#wentBackBy;
  }

  /** A new id without a record of its own. */
  nextId(): bigint {
    this.#last += BigInt(1 + this.#random.below(MAX_GAP));
    return this.#last;
  }

  add(record: Omit<HistoryRecord, 'id'>): bigint {
    const id = this.nextId();
    this.#records.push({ ...record, id });
    return id;
  }

  /** Ids before the present one no longer work, unless `keepMs` spares the newest records. */
  expire(now: { atMs: number; keepMs: number }): void {
    const kept = this.#records.findIndex((one) => one.atMs > now.atMs - now.keepMs);
    const first = kept < 0 ? undefined : this.#records[kept];
    this.#oldestGood = first ? first.id - 1n : this.nextId();
    this.#records.splice(0, kept < 0 ? this.#records.length : kept);
  }

  goBack(by: bigint): void {
    this.#wentBackBy = by;
  }

  /** false: from the future, or too old: something that came after it happened before `oldestMs`. */
  isGood(startId: bigint, oldestMs: number): boolean {
    if (startId < this.#oldestGood || startId > this.#last) return false;
    const next = this.at(this.indexAfter(startId));
    return next === undefined || next.atMs >= oldestMs;
  }

  /** The index of the first record after that id. */
  indexAfter(startId: bigint): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle]?.id ?? 0n) <= startId) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(index: number): HistoryRecord | undefined {
    return this.#records[index];
  }
}
