import { expect, test } from 'vitest';
import { readingSeconds } from './reading-time.ts';

test.each([
  ['', 0],
  ['word', 1],
  ['word '.repeat(220), 60],
  ['two words, and — four more! '.repeat(44), 60],
])('%# takes its time', (text, seconds) => {
  expect(readingSeconds(text)).toBe(seconds);
});

test('a text of which only the beginning was read counts whole', () => {
  const text = 'word '.repeat(220);
  expect(readingSeconds(text, text.length * 3)).toBe(180);
  expect(readingSeconds('', 5_000)).toBe(0);
});

test('languages without spaces between words are read too', () => {
  const seconds = readingSeconds('潮位データの更新頻度について'.repeat(50));
  expect(seconds).toBeGreaterThan(30);
  expect(seconds).toBeLessThan(200);
});
