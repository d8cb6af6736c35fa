import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes, counted, cut, manyLines, oneLine, span, widthOf } from './text.ts';

test('a subject can not steer the terminal', () => {
  expect(oneLine('\u001b[2J\u001b]0;owned\u0007Hello\u001b[31m red')).toBe('Hello red');
  expect(oneLine('a\r\nb\tc\u0085d')).toBe('a b c d');
  expect(oneLine('evil\u202egnp.exe\u200f')).toBe('evilgnp.exe');
});

test('whatever a stranger writes, one line without controls comes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      expect(oneLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});

test('lines stay lines', () => {
  expect(manyLines('one\n\u001b[1mtwo\r\nthree')).toBe('one\ntwo\nthree');
});

test('wide and combined characters are counted as they are drawn', () => {
  expect(widthOf('abc')).toBe(3);
  expect(widthOf('日本')).toBe(4);
  expect(widthOf('e\u0301')).toBe(1);
  expect(widthOf('👩‍👩‍👧')).toBe(2);
  expect(widthOf('\u001b[1mbold\u001b[0m')).toBe(4);
});

test('what is cut fits, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
      expect(widthOf(cut(oneLine(text), columns))).toBeLessThanOrEqual(columns);
    }),
  );
  expect(cut('Newsletter', 5)).toBe('News…');
});

test('amounts read well', () => {
  expect([counted(1, 'message'), counted(1234, 'message')]).toEqual(['1 message', '1,234 messages']);
  expect([bytes(999), bytes(1234), bytes(21_900_000), bytes(123_456_789)]).toEqual([
    '999 bytes',
    '1.2 kB',
    '21.9 MB',
    '123 MB',
  ]);
  expect([span(400), span(42_000), span(75_000), span(600_000), span(7_380_000)]).toEqual([
    '0.4 s',
    '42 s',
    '1 min 15 s',
    '10 min',
    '2 h 3 min',
  ]);
});
