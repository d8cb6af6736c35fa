import { stripVTControlCharacters } from 'node:util';

// Beside the controls of C0 and C1: line separators, and what turns the direction of text (Unicode UAX #9).
const STEERING = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const BLANKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** A stranger's text on one line, without anything that steers a terminal. */
export const oneLine = (text: string): string =>
  stripVTControlCharacters(text).replace(BLANKS, ' ').replace(STEERING, '').trim();

/** The same, line by line. */
export const manyLines = (text: string): string => text.split(/\r?\n/).map(oneLine).join('\n');

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Code points that take two columns (Unicode UAX #11, wide and fullwidth), in blocks. */
const WIDE: readonly [number, number][] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe4f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];

const graphemeWidth = (grapheme: string): number => {
  if (/\p{Emoji_Presentation}|\ufe0f/u.test(grapheme)) return 2;
  const point = grapheme.codePointAt(0) ?? 0;
  if (/^[\p{Mn}\p{Me}\p{Cf}]/u.test(grapheme)) return 0;
  return WIDE.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
};

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** Columns that a text takes on a terminal. It must hold no controls but those of colours. */
export const widthOf = (text: string): number => {
  const plain = stripVTControlCharacters(text);
  if (isPlain(plain)) return plain.length;
  let width = 0;
  for (const { segment } of segmenter.segment(plain)) width += graphemeWidth(segment);
  return width;
};

/** Cut to so many columns, with an ellipsis in place of what is missing. */
export const cut = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return '';
  let out = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += graphemeWidth(segment);
    if (width > columns - 1) break;
    out += segment;
  }
  return `${out.trimEnd()}…`;
};

/** 1234567 → 1,234,567. */
export const count = (n: number): string => Math.round(n).toLocaleString('en');

/** "1 message", "2 messages". */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

const SIZES = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** 1234567 → 1.2 MB. */
export const bytes = (n: number): string => {
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < SIZES.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${SIZES[unit]}`;
};

const parts = (large: number, name: string, rest: string): string =>
  rest.startsWith('0 ') ? `${large} ${name}` : `${large} ${name} ${rest}`;

/** 75_000 → 1 min 15 s. */
export const span = (ms: number): string => {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return parts(minutes, 'min', `${seconds % 60} s`);
  return parts(Math.floor(minutes / 60), 'h', `${minutes % 60} min`);
};
