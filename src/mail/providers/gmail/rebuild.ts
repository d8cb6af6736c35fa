import { isUtf8 } from 'node:buffer';
import { MAIL_DEPTH, MAIL_PARTS } from '#config/limits.ts';
import type { HeaderAnswer, PartAnswer } from './answers.ts';

/** A message put together again from its parts, for the parser that reads all mail. */
export interface Rebuilt {
  raw: Buffer;
  /** Its own headers as bytes, as Gmail tells them. */
  head: Buffer;
  /** The parts without parts, in order. */
  leaves: PartAnswer[];
}

/** What a leaf holds: what Gmail told of it, or its own number, by which the parser's attachments are recognized. */
export type Bodies = 'content' | 'numbers';

const CRLF = '\r\n';
const LEAF_HEADERS: ReadonlySet<string> = new Set(['content-type', 'content-transfer-encoding']);

/**
 * Puts the bytes of a message together from its payload. Text comes as Gmail told it; everything that it keeps apart as an
 * attachment is left empty. Returns null for what the parts do not tell in full, or that breaks a limit.
 */
export const rebuild = (payload: PartAnswer, bodies: Bodies = 'content'): Rebuilt | null => {
  const writer = new PartWriter(bodies);
  try {
    writer.part(payload, 0, null);
  } catch (e) {
    if (e instanceof NotTold) return null;
    throw e;
  }
  const raw = Buffer.from(writer.out.join(''));
  return { raw, head: headerBlock(payload.headers), leaves: writer.leaves };
};

/** Headers as they stand at the top of a message, with the empty line behind them. */
export const headerBlock = (headers: readonly HeaderAnswer[]): Buffer =>
  Buffer.from(headers.map(headerLine).join('') + CRLF);

class NotTold extends Error {}

class PartWriter {
  readonly out: string[] = [];
  readonly leaves: PartAnswer[] = [];
  readonly #bodies: Bodies;
  #boundaries = 0;
  #parts = 0;

  constructor(bodies: Bodies) {
    this.#bodies = bodies;
  }

  part(part: PartAnswer, depth: number, parent: string | null): void {
    if (depth > MAIL_DEPTH || ++this.#parts > MAIL_PARTS) throw new NotTold();
    if (part.mimeType.startsWith('multipart/')) this.#multipart(part, depth);
    else this.#leaf(part, parent);
  }

  #multipart(part: PartAnswer, depth: number): void {
    // No text in base64 can look like it.
    const boundary = `=_${this.#boundaries++}`;
    this.#headers(part, `${part.mimeType}; boundary="${boundary}"`, null);
    for (const inner of part.parts) {
      this.out.push(CRLF, `--${boundary}`, CRLF);
      this.part(inner, depth + 1, part.mimeType);
    }
    this.out.push(CRLF, `--${boundary}--`, CRLF);
  }

  #leaf(part: PartAnswer, parent: string | null): void {
    const number = this.leaves.push(part) - 1;
    const told = tellsAll(part);
    if (!told) throw new NotTold();
    const bytes = this.#bodies === 'numbers' ? Buffer.from(String(number)) : bytesOf(part);
    this.#headers(part, contentType(part, { bytes, parent }), 'base64');
    this.out.push(bytes.toString('base64'), CRLF);
  }

  #headers(part: PartAnswer, type: string | null, encoding: string | null): void {
    let hasType = false;
    for (const header of part.headers) {
      const name = header.name.trim().toLowerCase();
      if (!LEAF_HEADERS.has(name)) this.out.push(headerLine(header));
      else if (name === 'content-type' && !hasType && type !== null) {
        hasType = true;
        this.out.push(`Content-Type: ${type}${CRLF}`);
      }
    }
    if (!hasType && type !== null) this.out.push(`Content-Type: ${type}${CRLF}`);
    if (encoding !== null) this.out.push(`Content-Transfer-Encoding: ${encoding}${CRLF}`);
    this.out.push(CRLF);
  }
}

/** Lines of text end as the parser ends those that it reads itself; what came in base64 it leaves as it is. */
const bytesOf = (part: PartAnswer): Buffer => {
  const bytes = Buffer.from(part.body.data ?? '', 'base64url');
  const encoding = headerOf(part, 'content-transfer-encoding') ?? '';
  if (!part.mimeType.startsWith('text/') || /base64/i.test(encoding)) return bytes;
  return Buffer.from(`${bytes.toString('latin1').replaceAll('\r\n', '\n')}\n`, 'latin1');
};

const headerOf = (part: PartAnswer, name: string): string | undefined =>
  part.headers.find((header) => header.name.trim().toLowerCase() === name)?.value;

/** What the parser reads as text it must be given; a mail within the mail is told only by its parts unless it has an id. */
const tellsAll = (part: PartAnswer): boolean => {
  const { data, attachmentId, size } = part.body;
  if (data !== undefined || (size === 0 && part.parts.length === 0)) return true;
  if (attachmentId === undefined) return false;
  return !isReadText(part);
};

/** What the parser makes part of the text to read; everything else is an attachment to it. */
export const isReadText = (part: PartAnswer): boolean =>
  (part.mimeType === 'text/plain' || part.mimeType === 'text/html') &&
  !/^\s*attachment\b/i.test(headerOf(part, 'content-disposition') ?? '');

/** Charsets of seven bits, whose bytes are always UTF-8 too. */
const SHIFTING = /^\s*"?\s*(iso-2022|hz-gb|utf-?7|csiso2022)/i;
const CHARSET = /;\s*charset\s*=\s*("[^"]*"|[^;\s]*)/i;

/**
 * The type of a leaf. Gmail tells text in UTF-8 whatever its header says; should it not be, the header is believed. The
 * first of two parameters of a name counts, so that nothing else of the header need be understood.
 */
const contentType = (part: PartAnswer, o: { bytes: Buffer; parent: string | null }): string | null => {
  const written = headerOf(part, 'content-type');
  if (!part.mimeType.startsWith('text/'))
    return written === undefined ? defaultType(part, o.parent) : tidy(written);
  const value = tidy(written ?? part.mimeType);
  const declared = CHARSET.exec(value)?.[1] ?? '';
  if (!isUtf8(o.bytes) || (SHIFTING.test(declared) && o.bytes.includes(0x1b))) return value;
  const at = value.indexOf(';');
  const [type, rest] = at === -1 ? [value, ''] : [value.slice(0, at), value.slice(at)];
  return `${type}; charset=utf-8${rest}`;
};

/** RFC 2046 §5.1.5: in a digest, what does not say its type is a mail. */
const defaultType = (part: PartAnswer, parent: string | null): string | null =>
  parent === 'multipart/digest' && part.mimeType === 'message/rfc822' ? null : part.mimeType;

const BREAKS = /\s*[\r\n]+\s*|\0/g;
const tidy = (value: string): string => value.replace(BREAKS, ' ').trim();

/** One line each: nothing in a value can begin another header. */
const headerLine = ({ name, value }: HeaderAnswer): string => `${tidy(name)}: ${tidy(value)}${CRLF}`;

/** Whether the sender can be read for certain: Gmail tells headers decoded, and what was encoded may look like an address. */
export const hasPlainSender = (payload: PartAnswer): boolean => {
  const values = payload.headers.filter((h) => h.name.trim().toLowerCase() === 'from').map((h) => h.value);
  if (values.length !== 1) return values.length === 0;
  const value = (values[0] ?? '').trim();
  const [, name = '', address = ''] = PLAIN_SENDER.exec(value) ?? [];
  if (address === '') return /^[^\s@<>()",;:]+@[^\s@<>()",;:]+$/.test(value);
  const bare = /^"([^"\\]*)"$/.exec(name.trim())?.[1];
  return bare !== undefined ? bare === address || !bare.includes('@') : !/[@"\\(:;]/.test(name);
};

/** `Name <local@domain>` and nothing behind it. */
const PLAIN_SENDER = /^([^<>]*)<([^\s@<>()",;:]+@[^\s@<>()",;:]+)>$/;
