import { decodeCharset } from './charset.ts';
import { decodeWords } from './encoded-words.ts';

/** A value with its parameters, as in Content-Type and Content-Disposition. */
export interface Parametrised {
  /** Lower case. */
  value: string;
  /** Names in lower case; values decoded. */
  parameters: Map<string, string>;
}

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

const percentBytes = (text: string): Buffer =>
  Buffer.from(
    text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

/** Joins the pieces `name*0`, `name*1*` … of one parameter (RFC 2231). */
const joined = (pieces: Map<string, string>, name: string): string | undefined => {
  const whole = pieces.get(`${name}*`);
  const found: { text: string; encoded: boolean }[] = [];
  if (whole !== undefined) found.push({ text: whole, encoded: true });
  for (let n = 0; whole === undefined; n++) {
    const plain = pieces.get(`${name}*${n}`);
    const encoded = pieces.get(`${name}*${n}*`);
    if (plain === undefined && encoded === undefined) break;
    found.push({ text: encoded ?? plain ?? '', encoded: encoded !== undefined });
  }
  const first = found[0];
  if (!first) return undefined;
  const head = first.encoded ? /^([^']*)'[^']*'(.*)$/s.exec(first.text) : null;
  if (head) first.text = head[2] ?? '';
  const bytes = found.map((one) => (one.encoded ? percentBytes(one.text) : Buffer.from(one.text, 'utf8')));
  return decodeCharset(Buffer.concat(bytes), head?.[1] ?? '');
};

/** Takes a value and its parameters apart; never throws. */
export const parseParameters = (header: string): Parametrised => {
  const cut = header.indexOf(';');
  const value = (cut < 0 ? header : header.slice(0, cut)).trim().toLowerCase();
  const pieces = new Map<string, string>();
  if (cut >= 0) {
    for (const match of header.slice(cut).matchAll(PARAMETER)) {
      const name = (match[1] ?? '').toLowerCase();
      const text = match[2] === undefined ? (match[3] ?? '').trim() : match[2].replace(/\\(.)/g, '$1');
      if (!pieces.has(name)) pieces.set(name, text);
    }
  }
  const parameters = new Map<string, string>();
  for (const name of new Set([...pieces.keys()].map((one) => one.replace(/\*.*$/, '')))) {
    const text = joined(pieces, name) ?? pieces.get(name);
    if (text !== undefined) parameters.set(name, decodeWords(text));
  }
  return { value, parameters };
};
