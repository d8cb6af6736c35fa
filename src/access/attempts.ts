import {
  SIGN_IN_ATTEMPTS,
  SIGN_IN_ATTEMPTS_ALL,
  SIGN_IN_SOURCES,
  SIGN_IN_WINDOW_MS,
} from '#config/limits.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';

/** Counts sign-ins that failed, in this process, by where they came from and all together. */
export interface Attempts {
  /**
   * Counts an attempt before it is tried, so that many at once can't slip through. Throws `access.too-many-attempts`.
   * Returns a function to call when it went well.
   */
  begin(source: string): () => void;
}

interface Window {
  startedMs: number;
  failed: number;
}

const refuse = (retryAfterMs: number): never => {
  throw new AppError('limit', 'access.too-many-attempts', 'Too many sign-ins have failed', {
    help: 'Wait a quarter of an hour, or run `ashford open` for a sign-in link.',
    retryAfterMs,
  });
};

export const signInAttempts = (clock: Clock): Attempts => {
  const bySource = new Map<string, Window>();
  let all: Window = { startedMs: clock.ms(), failed: 0 };

  const current = (window: Window | undefined): Window =>
    window && clock.ms() - window.startedMs < SIGN_IN_WINDOW_MS
      ? window
      : { startedMs: clock.ms(), failed: 0 };

  const remember = (source: string, window: Window): void => {
    bySource.delete(source);
    bySource.set(source, window);
    const [oldest] = bySource.keys();
    if (bySource.size > SIGN_IN_SOURCES && oldest !== undefined) bySource.delete(oldest);
  };

  return {
    begin: (source) => {
      all = current(all);
      const own = current(bySource.get(source));
      for (const [window, most] of [
        [own, SIGN_IN_ATTEMPTS],
        [all, SIGN_IN_ATTEMPTS_ALL],
      ] as const) {
        if (window.failed >= most) refuse(window.startedMs + SIGN_IN_WINDOW_MS - clock.ms());
      }
      const overall = all;
      own.failed++;
      overall.failed++;
      remember(source, own);
      return () => {
        own.failed = 0;
        overall.failed--;
      };
    },
  };
};
