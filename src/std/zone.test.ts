import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOf, isTimeZone, startOfDay } from './zone.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  ['2026-06-15T12:00:00Z', 'UTC', 0, '2026-06-15T00:00:00Z'],
  ['2026-06-15T12:00:00Z', 'Europe/Berlin', 0, '2026-06-14T22:00:00Z'],
  ['2026-06-15T23:30:00Z', 'Asia/Tokyo', 0, '2026-06-15T15:00:00Z'],
  // Clocks went forward that morning, so the day has 23 hours.
  ['2026-03-29T20:00:00Z', 'Europe/Berlin', 0, '2026-03-28T23:00:00Z'],
  ['2026-03-30T20:00:00Z', 'Europe/Berlin', 1, '2026-03-28T23:00:00Z'],
  ['2026-03-30T20:00:00Z', 'Europe/Berlin', 0, '2026-03-29T22:00:00Z'],
  ['2026-06-15T12:00:00Z', 'UTC', -1, '2026-06-16T00:00:00Z'],
  ['2026-06-15T12:00:00Z', 'Asia/Kathmandu', 0, '2026-06-14T18:15:00Z'],
])('the day of %s in %s, %i days before, began at %s', (ms, zone, days, start) => {
  expect(startOfDay(at(ms), zone, days)).toBe(at(start));
});

test('a day begins where the calendar turns, in every zone and at every change of clocks', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Asia/Beirut',
    'Pacific/Apia',
    'Africa/Cairo',
  ];
  fc.assert(
    fc.property(
      fc.integer({ min: at('2012-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') }),
      fc.constantFrom(...zones),
      (ms, zone) => {
        const start = startOfDay(ms, zone);
        expect(start).toBeLessThanOrEqual(ms);
        expect(dayOf(start, zone)).toBe(dayOf(ms, zone));
        expect(dayOf(start - 1, zone)).not.toBe(dayOf(ms, zone));
      },
    ),
    { numRuns: 500 },
  );
});

test('a name that is no zone is told apart', () => {
  expect(isTimeZone('Europe/Berlin')).toBe(true);
  expect(isTimeZone('Mars/Olympus')).toBe(false);
  expect(() => dayOf(0, 'Mars/Olympus')).toThrow(expect.objectContaining({ code: 'time.bad-zone' }));
});
