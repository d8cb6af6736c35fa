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

test('a terminal too narrow for a row has it go on in the next line, never in the middle of a cell', () => {
  const columns = [
    { title: 'ID' },
    { title: 'ADDRESS', shrinks: true },
    { title: 'STATUS' },
    { title: 'LAST LOOK' },
  ];
  const rows = [
    ['01a203d1-b2fc', 'ada@example.com', 'in sync', '2026-11-22 15:13'],
    ['01a203d1-b2fd', 'bob@example.com', 'paused', 'never'],
  ];
  expect(table(testTerminal({ columns: 36 }), columns, rows)).toBe(
    [
      'ID             ADDRESS',
      '  STATUS   LAST LOOK',
      '01a203d1-b2fc  ada@example.com',
      '  in sync  2026-11-22 15:13',
      '01a203d1-b2fd  bob@example.com',
      '  paused   never',
      '',
    ].join('\n'),
  );
  for (const columns of [20, 30, 60])
    for (const line of table(testTerminal({ columns }), COLUMNS, [['1', 'A long name', 'on']]).split('\n'))
      expect(widthOf(line)).toBeLessThanOrEqual(columns);
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
