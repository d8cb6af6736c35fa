const LINES_KEPT = 200_000;

interface Due {
  at: number;
  order: number;
  fn: () => void;
}

/** Three turns of the event loop without news: whatever was set off has come to rest. */
const RESTING_TURNS = 3;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Time itself, for everything in one simulation: it moves from one thing that is due to the next, and only when all that
 * the last one set off has come to rest. So a run is the same whenever it is run, on whatever machine.
 */
export class World {
  /** Milliseconds since the start: what timers count. No clock's date has to agree with it. */
  ms = 0;
  readonly log: string[] = [];
  #due: Due[] = [];
  #order = 0;
  #news = 0;

  /** Something happened, so that others may follow. */
  stir(): void {
    this.#news++;
  }

  say(line: string): void {
    this.stir();
    if (this.log.length < LINES_KEPT) this.log.push(`${this.ms} ${line}`);
  }

  /** Calls `fn` after `ms` milliseconds. Returns a function that cancels it. */
  after(ms: number, fn: () => void): () => void {
    this.stir();
    const due = { at: this.ms + Math.max(0, Math.round(ms)), order: this.#order++, fn };
    let at = this.#due.length;
    // Most timers are for later than most others: looking from the end is quick.
    while (at > 0 && (this.#due[at - 1]?.at ?? 0) > due.at) at--;
    this.#due.splice(at, 0, due);
    return () => {
      const found = this.#due.indexOf(due);
      if (found >= 0) this.#due.splice(found, 1);
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  async rest(): Promise<void> {
    let seen = -1;
    for (let quiet = 0; quiet < RESTING_TURNS; quiet++) {
      if (this.#news !== seen) quiet = 0;
      seen = this.#news;
      await turn();
    }
  }

  /** Lets time go on until `ms` milliseconds from now. */
  async pass(ms: number): Promise<void> {
    const end = this.ms + Math.round(ms);
    await this.rest();
    for (let next = this.#due[0]; next && next.at <= end; next = this.#due[0]) {
      this.#due.shift();
      this.ms = Math.max(this.ms, next.at);
      next.fn();
      await this.rest();
    }
    this.ms = end;
  }
}
