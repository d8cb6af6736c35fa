import fc from 'fast-check';
import { expect, test } from 'vitest';
import { snoozeTimes } from './snooze-times.ts';

const HOUR_MS = 3_600_000;

test('every time on offer is still to come, and none is more than eight days away', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_700_000_000_000, max: 2_000_000_000_000 }), (now) => {
      for (const { at } of snoozeTimes(now)) {
        expect(at.getTime()).toBeGreaterThan(now);
        expect(at.getTime() - now).toBeLessThan(8 * 24 * HOUR_MS);
      }
    }),
  );
});

test('next week is always a Monday', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_700_000_000_000, max: 2_000_000_000_000 }), (now) => {
      expect(snoozeTimes(now).at(-1)?.at.getDay()).toBe(1);
    }),
  );
});
