import type { MailItem } from './mail-item.ts';

/** Where a message stands in the order of time. */
export interface Place {
  internalMs: number;
  id: string;
}

/** True when `a` stands before `b` with the oldest first. */
export const isOlder = (a: Place, b: Place): boolean =>
  a.internalMs < b.internalMs || (a.internalMs === b.internalMs && a.id < b.id);

/** All items by their date. What is gone is skipped, and swept out when there is much of it. */
export class TimeOrder {
  #oldestFirst: MailItem[] = [];
  #gone = 0;

  add(item: MailItem): void {
    const last = this.#oldestFirst.at(-1);
    if (!last || isOlder(last, item)) {
      this.#oldestFirst.push(item);
      return;
    }
    this.#oldestFirst.splice(this.#indexOf(item), 0, item);
  }

  removed(): void {
    this.#gone++;
    if (this.#gone * 4 < this.#oldestFirst.length) return;
    this.#oldestFirst = this.#oldestFirst.filter((one) => !one.gone);
    this.#gone = 0;
  }

  /** With `after`, only what stands behind that place: older, or as old with a smaller id. */
  *newestFirst(after?: Place): Generator<MailItem> {
    for (let at = (after ? this.#indexOf(after) : this.#oldestFirst.length) - 1; at >= 0; at--) {
      const item = this.#oldestFirst[at];
      if (item && !item.gone) yield item;
    }
  }

  /** The first index that does not stand before that place, with the oldest first. */
  #indexOf(place: Place): number {
    let low = 0;
    let high = this.#oldestFirst.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.#oldestFirst[middle];
      if (there && isOlder(there, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
