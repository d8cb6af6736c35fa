const TICK_MS = 30_000;

class Now {
  /** Milliseconds since the epoch, renewed twice a minute, for "5 minutes ago". */
  ms = $state(Date.now());

  constructor() {
    setInterval(() => {
      this.ms = Date.now();
    }, TICK_MS);
  }
}

export const now = new Now();
