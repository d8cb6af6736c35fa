import { isUtf8 } from 'node:buffer';
import { MAIL_HEADER_BYTES, MAIL_HEADERS } from '#config/limits.ts';
import { decodeText } from './encoded-word.ts';

/** One header as it stands: lower-case name, unfolded value, encoded words not yet decoded. */
export type RawHeader = [name: string, value: string];

export interface HeaderBlock {
  headers: RawHeader[];
  /** Offset of the first header: blank lines and an mbox `From ` line before it are skipped. */
  start: number;
  /** Offset of the body. */
  end: number;
  notes: string[];
}

const LF = 10;
const CR = 13;
const legacy = new TextDecoder('windows-1252');
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads the headers of a raw message (RFC 5322 §2.2) and forgives what it can: any line ends, 8-bit text in UTF-8 or
 * else Windows-1252, lines that are no header. Stops at the limits, with a note. Never throws; linear.
 */
export const readHeaders = (raw: Uint8Array): HeaderBlock => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const start = firstHeader(bytes);
  const window = bytes.subarray(start, start + MAIL_HEADER_BYTES);
  const { length, bodyAt } = headerEnd(window);
  const notes: string[] = [];
  if (length === window.length && start + length < bytes.length) notes.push('the headers were cut at 256 KB');
  const block = window.subarray(0, length);
  const headers = isUtf8(block)
    ? split(utf8.decode(block))
    : split(block.toString('latin1')).map(decodeBytes);
  if (headers.length > MAIL_HEADERS) {
    headers.length = MAIL_HEADERS;
    notes.push('only the first 1,000 headers were kept');
  }
  return { headers, start, end: start + bodyAt, notes };
};

const firstHeader = (bytes: Buffer): number => {
  let at = 0;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
  while (bytes[at] === LF || bytes[at] === CR) at++;
  const isMboxLine = /^>?From /.test(bytes.toString('latin1', at, at + 6));
  if (!isMboxLine) return at;
  const end = bytes.indexOf(LF, at);
  return end === -1 ? bytes.length : end + 1;
};

/** The length of the headers up to the empty line, and where the body starts. */
const headerEnd = (window: Buffer): { length: number; bodyAt: number } => {
  if (window[0] === LF) return { length: 0, bodyAt: 1 };
  if (window[0] === CR && window[1] === LF) return { length: 0, bodyAt: 2 };
  const bare = window.indexOf('\n\n', 0, 'latin1');
  // What comes first ends the headers, so the other form need not be searched for beyond it.
  const before = bare === -1 ? window : window.subarray(0, bare + 2);
  const crlf = before.indexOf('\n\r\n', 0, 'latin1');
  if (crlf !== -1) return { length: crlf + 1, bodyAt: crlf + 3 };
  if (bare !== -1) return { length: bare + 1, bodyAt: bare + 2 };
  return { length: window.length, bodyAt: window.length };
};

/** Each value by itself, since one broken header is no reason to misread the others. */
const decodeBytes = ([name, value]: RawHeader): RawHeader => {
  const bytes = Buffer.from(value, 'latin1');
  return [name, isUtf8(bytes) ? utf8.decode(bytes) : legacy.decode(bytes)];
};

const split = (text: string): RawHeader[] => {
  const headers: RawHeader[] = [];
  const lines = text.includes('\n') ? text.split(/\r?\n/) : text.split('\r');
  let last: { name: string; parts: string[] } | undefined;
  const finish = (): void => {
    if (last)
      headers.push([last.name, tidy(last.parts.length === 1 ? (last.parts[0] ?? '') : last.parts.join(' '))]);
    last = undefined;
  };
  for (const line of lines) {
    const first = line.charCodeAt(0);
    if (first === 32 || first === 9) {
      last?.parts.push(line.trim());
      continue;
    }
    finish();
    if (headers.length > MAIL_HEADERS) break;
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trimEnd().toLowerCase();
    if (FIELD_NAME.test(name)) last = { name, parts: [line.slice(colon + 1).trim()] };
  }
  finish();
  return headers;
};

/** RFC 5322 §3.6.8: printable ASCII without the colon. */
const FIELD_NAME = /^[!-9;-~]+$/;

/** NUL and bare line breaks never get into a value. */
const BAD = /[\0\r\n]/g;
const tidy = (value: string): string => value.replace(BAD, ' ').trim();

/** The headers with their encoded words decoded, and every line break in them turned into a space. */
export const decodeHeaders = (headers: readonly RawHeader[]): RawHeader[] =>
  headers.map(([name, value]) => [name, value.includes('=?') ? tidy(decodeText(value)) : value]);
