import { expect, test } from 'vitest';
import { bytes, duration, humanize, plural } from './format.ts';

test('durations use at most two units', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [9_640, '2 h 41 min'],
    [7_200, '2 h'],
    [259_200, '3 d'],
  ];
  for (const [seconds, text] of cases) expect(duration(seconds)).toBe(text);
});

test('catalog names and field names become words', () => {
  expect(humanize('apply_label')).toBe('Apply label');
  expect(humanize('accountId')).toBe('Account id');
});

test('one is singular, everything else plural', () => {
  expect(plural(1, 'message')).toBe('1 message');
  expect(plural(0, 'message')).toBe('0 messages');
  expect(plural(2, 'reply', 'replies')).toBe('2 replies');
});

test('sizes use decimal units', () => {
  expect([bytes(999), bytes(184_220), bytes(2_500_000)]).toEqual(['999 B', '184 kB', '2.5 MB']);
});
