import { JOB_BACKOFF_JITTER, JOB_BACKOFF_MAX_MS, JOB_BACKOFF_MS } from '#config/limits.ts';

/** From this exponent on the wait is at its longest; a larger one could overflow. */
const MAX_DOUBLINGS = 30;

/**
 * Milliseconds to wait after a failed attempt: min(5 min, 2 s × 2^(attempt-1)) × (1 ± 25 %).
 * `attempt` counts from 1 and may be any number; `random` is in [0, 1).
 */
export const backoffMs = (attempt: number, random: number): number => {
  const doublings = Number.isFinite(attempt)
    ? Math.min(Math.max(Math.floor(attempt) - 1, 0), MAX_DOUBLINGS)
    : MAX_DOUBLINGS;
  const delay = Math.min(JOB_BACKOFF_MAX_MS, JOB_BACKOFF_MS * 2 ** doublings);
  return Math.round(delay * (1 + (random * 2 - 1) * JOB_BACKOFF_JITTER));
};
