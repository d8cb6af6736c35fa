import { expect, test } from 'vitest';
import { testTerminal } from '#test/kit/terminal.ts';
import { pairs, table } from './table.ts';
import { widthOf } from './text.ts';

const COLUMNS = [
  { title: 'N', align: 'right' as const },
  { title: 'NAME', shrinks: true },
  { title: 'STATE' },
];

test('columns are aligned', () => {
  expect(
    table(testTerminal(), COLUMNS, [
      ['1', 'Receipts', 'on'],
      ['20', '日本', 'off'],
    ]),
  ).toBe(' N  NAME      STATE\n 1  Receipts  on\n20  日本      off\n');
});

test('a narrow terminal cuts what may be cut and nothing else', () => {
  const text = table(testTerminal({ columns: 24 }), COLUMNS, [['1', 'A rule with a very long name', 'on']]);
  for (const line of text.trimEnd().split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(24);
  expect(text).toContain('…');
  expect(text).toContain('on');
});

test('values stand under each other', () => {
  expect(
    pairs([
      ['a', '1'],
      ['long', '2'],
      ['empty', ''],
    ]),
  ).toBe('a      1\nlong   2\nempty\n');
});
