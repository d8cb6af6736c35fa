import { decodeCharset } from './charset.ts';
import { decodeQuotedPrintable } from './transfer.ts';

const WORD = /=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?\s]*)\?=/g;

const bytesOf = (kind: string, text: string): Buffer =>
  kind.toLowerCase() === 'b'
    ? Buffer.from(text.replace(/[^A-Za-z0-9+/]/g, ''), 'base64')
    : decodeQuotedPrintable(Buffer.from(text.replace(/_/g, ' '), 'latin1'));

/** Decodes the encoded words of RFC 2047; white space between two of them goes, and split characters join. */
export const decodeWords = (value: string): string => {
  if (!value.includes('=?')) return value;
  let out = '';
  let end = 0;
  let pending: { charset: string; bytes: Buffer } | undefined;
  const flush = (): void => {
    if (pending) out += decodeCharset(pending.bytes, pending.charset);
    pending = undefined;
  };
  for (const match of value.matchAll(WORD)) {
    const between = value.slice(end, match.index);
    const charset = (match[1] ?? '').toLowerCase();
    const bytes = bytesOf(match[2] ?? 'q', match[3] ?? '');
    if (pending && /^\s*$/.test(between)) {
      if (pending.charset === charset) {
        pending.bytes = Buffer.concat([pending.bytes, bytes]);
      } else {
        flush();
        pending = { charset, bytes };
      }
    } else {
      flush();
      out += between;
      pending = { charset, bytes };
    }
    end = match.index + match[0].length;
  }
  flush();
  return out + value.slice(end);
};
