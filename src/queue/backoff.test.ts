import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test.each([
  [1, 2_000],
  [2, 4_000],
  [3, 8_000],
  [7, 128_000],
  [8, 256_000],
  [9, 300_000],
  [50, 300_000],
  [5_000, 300_000],
])('after attempt %i the wait is %i ms in the middle of its jitter', (attempt, ms) => {
  expect(backoffMs(attempt, 0.5)).toBe(ms);
});

test('jitter is a quarter either way', () => {
  expect(backoffMs(1, 0)).toBe(1_500);
  expect(backoffMs(1, 0.999_999)).toBe(2_500);
});

test('whatever the attempt number, the wait is a whole number between 1.5 s and 375 s', () => {
  const attempts = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.constantFrom(0, -1, Number.MAX_VALUE, Infinity, NaN),
  );
  const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(attempts, randoms, (attempt, random) => {
      const ms = backoffMs(attempt, random);
      expect(Number.isInteger(ms)).toBe(true);
      expect(ms).toBeGreaterThanOrEqual(1_500);
      expect(ms).toBeLessThanOrEqual(375_000);
    }),
  );
});
