import { expect, test } from 'vitest';
import { DEFAULT_RATE_LIMITS, rateExceeded } from './rate.ts';

test.each([
  ['archive', true, { changes: 199, trashes: 99 }, false],
  ['archive', true, { changes: 200, trashes: 0 }, true],
  ['apply_label', true, { changes: 500, trashes: 0 }, true],
  ['trash', true, { changes: 999, trashes: 49 }, false],
  ['trash', true, { changes: 0, trashes: 50 }, true],
  ['delete', true, { changes: 0, trashes: 50 }, true],
  ['add_note', true, { changes: 999, trashes: 999 }, false],
  ['trash', false, { changes: 999, trashes: 999 }, false],
])('%s (live: %s) after %j: stopped %s', (type, live, counts, stopped) => {
  expect(rateExceeded({ type, live }, counts, DEFAULT_RATE_LIMITS)).toBe(stopped);
});
