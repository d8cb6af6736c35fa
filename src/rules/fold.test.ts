import { expect, test } from 'vitest';
import { fold, plainWidth } from './fold.ts';

test.each([
  ['Invoice 12', 'invoice 12'],
  ['ＩＮＶＯＩＣＥ　１２', 'invoice 12'],
  ['Straße', 'strasse'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['in\u200bvo\u00adice', 'invoice'],
  ['please\r\n  pay\tnow  please', 'please pay now please'],
  ['ﬁnal', 'final'],
])('%j folds to %j', (text, folded) => {
  expect(fold(text)).toBe(folded);
});

test('plain width keeps case and line breaks', () => {
  expect(plainWidth('Ａbc\nDéf')).toBe('Abc\nDéf');
});

test('a combining accent is the same as a composed letter', () => {
  expect(fold('cafe\u0301')).toBe(fold('caf\u00e9'));
});
