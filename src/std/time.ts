import { AppError } from './errors.ts';

/** ISO 8601 UTC with milliseconds, always 24 characters: text order is time order. */
export type Instant = string & { readonly __instant: true };

const LAST_FOUR_DIGIT_YEAR_MS = Date.parse('9999-12-31T23:59:59.999Z');

// What happens at once asks for the same instant again and again.
let latestMs = Number.NaN;
let latest = '' as Instant;

/** Milliseconds since 1970 → Instant. Values outside years 0–9999 are clamped, since fixed width is what makes text sortable. */
export const toInstant = (ms: number): Instant => {
  if (ms === latestMs) return latest;
  const safe = Number.isFinite(ms) ? Math.min(Math.max(ms, -62_167_219_200_000), LAST_FOUR_DIGIT_YEAR_MS) : 0;
  latest = new Date(safe).toISOString() as Instant;
  latestMs = ms;
  return latest;
};

export const toMs = (instant: string): number => Date.parse(instant);

/** For a library that wants it so. */
export const toDate = (ms: number): Date => new Date(ms);

/** Any date text that JavaScript reads → Instant, or undefined. */
export const parseInstant = (text: string): Instant | undefined => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : toInstant(ms);
};

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** '30s', '10m', '2h', '7d', '1w', '500ms' → milliseconds. Throws an input error for anything else. */
export const parseDuration = (text: string): number => {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/.exec(text.trim());
  if (!found) {
    throw new AppError('input', 'time.bad-duration', `"${text}" is not a duration`, {
      help: 'Write a number and a unit, such as 30s, 10m, 2h or 7d.',
    });
  }
  return Number(found[1]) * UNIT_MS[found[2] as keyof typeof UNIT_MS];
};
