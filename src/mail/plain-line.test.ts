import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutText, plainAddress, plainLine } from './plain-line.ts';

test.each([
  ['two\r\nlines\tand a tab', 'two lines and a tab'],
  ['\u001b[31mred\u0007', '[31mred'],
  ['a\u202eb\u2066c', 'abc'],
  ['sp\u00adlit zero\u200bwidth', 'split zerowidth'],
  ['<b>markup</b> is text', '<b>markup</b> is text'],
  [`e${'\u0301'.repeat(50)}nd`, `e${'\u0301'.repeat(4)}nd`],
  ['lone \ud800 half', 'lone half'],
])('%j becomes %j', (text, plain) => {
  expect(plainLine(text, 200)).toBe(plain);
});

test('a cut never goes through a character', () => {
  expect(cutText('ab😀cd', 4)).toBe('ab…');
  expect(cutText('ab😀cd', 6)).toBe('ab😀cd');
});

test('addresses show their domain as it is resolved', () => {
  expect(plainAddress({ address: 'ann@exämple.example' }, 200)).toBe('ann@xn--exmple-cua.example');
  expect(plainAddress({ address: 'not an address' }, 200)).toBe('not an address');
  expect(plainAddress({ address: '' }, 200)).toBe('');
});

/** Any UTF-16 units, halves of pairs too. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 300 })
  .map((units) => String.fromCharCode(...units));

test('whatever the text, the line is plain and short enough, and plain text stays as it is', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, chars) => {
      const line = plainLine(text, chars);
      expect(line.length).toBeLessThanOrEqual(chars);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]|\s\s/u);
      expect(plainLine(line, chars)).toBe(line);
    }),
  );
});
