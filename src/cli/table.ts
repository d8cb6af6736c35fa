import { paint, type Terminal } from './terminal.ts';
import { cut, widthOf } from './text.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Gives way when the terminal is narrow, down to `LEAST` columns. */
  shrinks?: boolean;
}

const GAP = 2;
const LEAST = 8;

/** How wide each column is: what it holds, and less for those that shrink when all do not fit. */
const narrowed = (columns: readonly Column[], widths: number[], room: number): number[] => {
  const out = [...widths];
  for (;;) {
    const over = out.reduce((a, b) => a + b, 0) + GAP * (columns.length - 1) - room;
    if (over <= 0) return out;
    const widest = columns.reduce(
      (best, column, i) =>
        column.shrinks && (out[i] ?? 0) > LEAST && (best < 0 || (out[i] ?? 0) > (out[best] ?? 0)) ? i : best,
      -1,
    );
    if (widest < 0) return out;
    // Down to the next widest one at most, so that the columns that shrink end up alike.
    out[widest] = (out[widest] ?? 0) - 1;
  }
};

const pad = (text: string, width: number, align: Column['align']): string => {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? blanks + text : text + blanks;
};

/** Rows under their titles, aligned, as wide as the terminal is at most. Cells must be one line each. */
export const table = (
  term: Pick<Terminal, 'columns' | 'color'>,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string => {
  const held = columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[i] ?? '')), widthOf(title)),
  );
  const widths = narrowed(columns, held, term.columns);
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align, shrinks }, i) => {
        const width = widths[i] ?? 0;
        const cell = shrinks ? cut(cells[i] ?? '', width) : (cells[i] ?? '');
        return pad(cell, width, align);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = paint(term, 'bold', line(columns.map((c) => c.title)));
  return `${[head, ...rows.map(line)].join('\n')}\n`;
};

/** Names beside their values, aligned. */
export const pairs = (entries: readonly (readonly [string, string])[]): string => {
  const width = entries.reduce((most, [name]) => Math.max(most, widthOf(name)), 0);
  return entries.map(([name, value]) => `${`${pad(name, width, 'left')}  ${value}`.trimEnd()}\n`).join('');
};
