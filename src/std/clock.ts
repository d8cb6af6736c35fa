import { type Instant, toInstant } from './time.ts';

/** The one source of time. Everything that waits or stamps takes a Clock, so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  ms(): number;
  now(): Instant;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms` milliseconds. Never keeps the process alive. Returns a function that cancels it. */
  after(ms: number, fn: () => void): () => void;
}

// setTimeout fires at once for anything longer than a signed 32-bit number of milliseconds.
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  ms: () => Date.now(),
  now: () => toInstant(Date.now()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(ms, MAX_TIMER_MS),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
  after: (ms, fn) => {
    const timer = setTimeout(fn, Math.min(ms, MAX_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told to move. Timers fire in order of their time while it advances. */
export class ManualClock implements Clock {
  #ms: number;
  #timers = new Set<{ at: number; fn: () => void }>();

  constructor(startMs = Date.parse('2026-01-15T09:00:00.000Z')) {
    this.#ms = startMs;
  }

  ms(): number {
    return this.#ms;
  }

  now(): Instant {
    return toInstant(this.#ms);
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#ms + Math.max(0, ms), fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const cancel = this.after(ms, resolve);
      signal?.addEventListener(
        'abort',
        () => {
          cancel();
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  /** Moves time on by `ms`, firing each timer at its own time. */
  advance(ms: number): void {
    const end = this.#ms + ms;
    for (;;) {
      let next: { at: number; fn: () => void } | undefined;
      for (const t of this.#timers) if (t.at <= end && (!next || t.at < next.at)) next = t;
      if (!next) break;
      this.#timers.delete(next);
      this.#ms = Math.max(this.#ms, next.at);
      next.fn();
    }
    this.#ms = end;
  }

  set(ms: number): void {
    this.#ms = ms;
  }
}
