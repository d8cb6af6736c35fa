const TICK_MS = 30_000;

class Now {
  #ticks = $state(0);

  constructor() {
    setInterval(() => {
      this.#ticks += 1;
    }, TICK_MS);
  }

  /** Milliseconds since the epoch; what is made of it is renewed twice a minute, for "5 minutes ago". */
  get ms(): number {
    // Read so that the reader hears of the next tick. The clock itself is asked: what just came is not in the future.
    void this.#ticks;
    return Date.now();
  }
}

export const now = new Now();
