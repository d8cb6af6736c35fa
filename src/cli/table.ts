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
/** What a column that shrinks is left with at least where a row takes several lines. */
const LEAST_FOLDED = 20;
const INDENT = 2;

/** How wide each column is: what it holds, and less for those that shrink when all do not fit. */
const narrowed = (columns: readonly Column[], widths: readonly number[], room: number): number[] => {
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

interface Sized extends Column {
  at: number;
  width: number;
}

const sized = (columns: readonly Sized[], room: number): Sized[] => {
  const widths = narrowed(
    columns,
    columns.map(({ width }) => width),
    room,
  );
  return columns.map((column, i) => ({ ...column, width: widths[i] ?? 0 }));
};

const isTooWide = (columns: readonly Sized[], room: number): boolean =>
  columns.reduce((sum, { width }) => sum + width + GAP, -GAP) > room;

/** The columns of each line of a row: one line where they fit, else as many to a line as do. */
const linesOf = (columns: readonly Sized[], room: number): Sized[][] => {
  const whole = sized(columns, room);
  if (!isTooWide(whole, room)) return [whole];
  const lines: Sized[][] = [];
  for (const column of columns) {
    const last = lines.at(-1);
    const least = [...(last ?? []), column].map((c) =>
      c.shrinks ? { ...c, width: Math.min(c.width, LEAST_FOLDED) } : c,
    );
    if (last && !isTooWide(least, room - INDENT)) last.push(column);
    else lines.push([column]);
  }
  return lines.map((line) => sized(line, room - INDENT));
};

const lineOf = (columns: readonly Sized[], cells: readonly string[]): string =>
  columns
    .map(({ at, align, shrinks, width }) => {
      const cell = cells[at] ?? '';
      return pad(shrinks ? cut(cell, width) : cell, width, align);
    })
    .join(' '.repeat(GAP))
    .trimEnd();

/**
 * Rows under their titles, aligned, as wide as the terminal is at most: where even columns that shrink do not fit, a row
 * goes on in the next line. Cells must be one line each.
 */
export const table = (
  term: Pick<Terminal, 'columns' | 'color'>,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string => {
  const held = columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[i] ?? '')), widthOf(title)),
  );
  const lines = linesOf(
    columns.map((column, at) => ({ ...column, at, width: held[at] ?? 0 })),
    term.columns,
  );
  const row = (cells: readonly string[]) =>
    lines.map((line, i) => ' '.repeat(i === 0 ? 0 : INDENT) + lineOf(line, cells)).join('\n');
  const head = row(columns.map((c) => c.title))
    .split('\n')
    .map((line) => paint(term, 'bold', line));
  return `${[...head, ...rows.map(row)].join('\n')}\n`;
};

/** Names beside their values, aligned. */
export const pairs = (entries: readonly (readonly [string, string])[]): string => {
  const width = entries.reduce((most, [name]) => Math.max(most, widthOf(name)), 0);
  return entries.map(([name, value]) => `${`${pad(name, width, 'left')}  ${value}`.trimEnd()}\n`).join('');
};
