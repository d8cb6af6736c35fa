import { COUNT_KEEP_MS } from '#config/limits.ts';
import type { Clock } from '#std/clock.ts';

/** How many times longer than it took an answer is kept. */
const KEEP_FACTOR = 20;
const MOST_KEYS = 1_000;

interface Kept {
  untilMs: number;
  value: Promise<unknown>;
}

/**
 * Keeps what is dear to count: the longer it took, the longer it is shown again, so that counting never takes more than a
 * twentieth of the time. What is cheap is counted anew each time. One a server.
 */
export const keptCounts = (clock: Clock) => {
  const kept = new Map<string, Kept>();
  return async <T>(key: string, count: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    if (known && clock.ms() < known.untilMs) return known.value as Promise<T>;
    const startMs = clock.ms();
    const entry: Kept = { untilMs: Number.POSITIVE_INFINITY, value: count() };
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEYS && oldest !== undefined) kept.delete(oldest);
    try {
      const value = (await entry.value) as T;
      entry.untilMs = clock.ms() + Math.min(COUNT_KEEP_MS, (clock.ms() - startMs) * KEEP_FACTOR);
      return value;
    } catch (e) {
      if (kept.get(key) === entry) kept.delete(key);
      throw e;
    }
  };
};

export type KeptCounts = ReturnType<typeof keptCounts>;
