import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SILENCE_LEAST_MS, SILENCE_MOST_MS } from '#config/limits-ingest.ts';
import { silenceLimit } from './rhythm.ts';

const HOUR = 3_600_000;

test('the silence that a mailbox is not used to follows its pauses, the rare long ones left out', () => {
  const hourly = Array.from({ length: 50 }, (_, i) => i * HOUR);
  expect(silenceLimit(hourly)).toBe(2 * HOUR);
  const withHoliday = [...hourly.slice(0, 25), ...hourly.slice(25).map((at) => at + 300 * HOUR)];
  expect(silenceLimit(withHoliday)).toBe(2 * HOUR);
  const withNights = Array.from({ length: 50 }, (_, i) => (Math.floor(i / 10) * 24 + (i % 10)) * HOUR);
  expect(silenceLimit(withNights)).toBe(SILENCE_MOST_MS);
});

test('it is within its bounds whatever came, and the order does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4e12 }), { maxLength: 60 }), (times) => {
      const limit = silenceLimit(times);
      expect(limit).toBeGreaterThanOrEqual(SILENCE_LEAST_MS);
      expect(limit).toBeLessThanOrEqual(SILENCE_MOST_MS);
      expect(silenceLimit([...times].reverse())).toBe(limit);
    }),
  );
});
