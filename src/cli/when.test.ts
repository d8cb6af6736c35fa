import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toInstant } from '#std/time.ts';
import { UsageError } from './usage-error.ts';
import { parseWhen, shownTime } from './when.ts';

// A Thursday: 14:30 in Berlin.
const nowMs = Date.parse('2026-01-15T13:30:00.000Z');
const at = (text: string, timeZone = 'Europe/Berlin', now = nowMs) =>
  parseWhen(text, { nowMs: now, timeZone });

test.each([
  ['5 pm', '2026-01-14T16:00:00.000Z'],
  ['5pm', '2026-01-14T16:00:00.000Z'],
  ['12 am', '2026-01-14T23:00:00.000Z'],
  ['9:15', '2026-01-15T08:15:00.000Z'],
  ['14:30', '2026-01-15T13:30:00.000Z'],
  ['noon', '2026-01-15T11:00:00.000Z'],
  ['today', '2026-01-14T23:00:00.000Z'],
  ['yesterday', '2026-01-13T23:00:00.000Z'],
  ['Yesterday 5 PM', '2026-01-14T16:00:00.000Z'],
  ['yesterday at 17:00', '2026-01-14T16:00:00.000Z'],
  ['monday', '2026-01-11T23:00:00.000Z'],
  ['thursday', '2026-01-14T23:00:00.000Z'],
  ['thu 18:00', '2026-01-08T17:00:00.000Z'],
  ['fri', '2026-01-08T23:00:00.000Z'],
  ['2 hours ago', '2026-01-15T11:30:00.000Z'],
  ['90m', '2026-01-15T12:00:00.000Z'],
  ['3 days', '2026-01-12T13:30:00.000Z'],
  ['now', '2026-01-15T13:30:00.000Z'],
  ['2026-01-02', '2026-01-01T23:00:00.000Z'],
  ['2026-01-02 17:05', '2026-01-02T16:05:00.000Z'],
  ['2026-01-02T17:05:00Z', '2026-01-02T17:05:00.000Z'],
  ['2026-01-02T17:05:00+05:30', '2026-01-02T11:35:00.000Z'],
])('"%s" on a Thursday afternoon in Berlin', (text, expected) => {
  expect(at(text)).toBe(expected);
});

test.each([
  '',
  'soon',
  '5',
  '25:00',
  '13 pm',
  '0 am',
  '10:75',
  '2026-02-30',
  'monday half five',
  'in 2 hours',
])('"%s" is refused with what is understood', (text) => {
  expect(() => at(text)).toThrow(UsageError);
});

test('the day on which the clock goes forward has its hours where they are', () => {
  const summer = Date.parse('2026-03-29T10:00:00.000Z');
  expect(at('1:30', 'Europe/Berlin', summer)).toBe('2026-03-29T00:30:00.000Z');
  expect(at('3:30', 'Europe/Berlin', summer)).toBe('2026-03-29T01:30:00.000Z');
  expect(at('yesterday 3:30', 'Europe/Berlin', summer)).toBe('2026-03-28T02:30:00.000Z');
});

test('what is shown is understood again, in every zone', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Pacific/Chatham',
  );
  const minutes = fc.integer({ min: 0, max: 30_000_000 }).map((n) => n * 60_000);
  fc.assert(
    fc.property(zones, minutes, (zone, ms) => {
      const shown = shownTime(toInstant(ms), zone);
      const again = parseWhen(shown, { nowMs, timeZone: zone });
      expect(shownTime(again, zone)).toBe(shown);
    }),
  );
});
