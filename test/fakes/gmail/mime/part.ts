import { type HeaderLine, headerOf, splitHead } from './header-lines.ts';
import { parseParameters } from './parameters.ts';
import { decodeTransfer } from './transfer.ts';

/** One entity of a mail: a leaf with bytes, a multipart with parts, or an enclosed mail with one part. */
export interface Part {
  headers: HeaderLine[];
  /** Lower case; `text/plain` when nothing is said. */
  mimeType: string;
  charset: string;
  /** Decoded; empty when there is none. */
  filename: string;
  /** `attachment`, `inline` or empty. */
  disposition: string;
  /** Still in its transfer encoding. */
  encoded: Buffer;
  encoding: string;
  parts: Part[];
}

const MAX_DEPTH = 40;
const MAX_PARTS = 2_000;
const LF = 0x0a;
const CR = 0x0d;

/** The start of the delimiter's line and what follows it, from `from` on; null when there is no further one. */
const nextDelimiter = (
  body: Buffer,
  mark: Buffer,
  from: number,
): { at: number; next: number; last: boolean } | null => {
  for (let at = body.indexOf(mark, from); at >= 0; at = body.indexOf(mark, at + 1)) {
    if (at > 0 && body[at - 1] !== LF) continue;
    let end = at + mark.length;
    const last = body[end] === 0x2d && body[end + 1] === 0x2d;
    if (last) end += 2;
    while (body[end] === 0x20 || body[end] === 0x09 || body[end] === CR) end++;
    if (end < body.length && body[end] !== LF) continue;
    return { at, next: Math.min(end + 1, body.length), last };
  }
  return null;
};

/** The bytes between the delimiters; the line break before a delimiter belongs to it (RFC 2046 section 5.1.1). */
const sectionsOf = (body: Buffer, boundary: string): Buffer[] => {
  const mark = Buffer.from(`--${boundary}`, 'utf8');
  const sections: Buffer[] = [];
  let open = nextDelimiter(body, mark, 0);
  while (open && !open.last && sections.length < MAX_PARTS) {
    const close = nextDelimiter(body, mark, open.next);
    let end = close ? close.at : body.length;
    if (close && end > open.next && body[end - 1] === LF) end--;
    if (close && end > open.next && body[end - 1] === CR) end--;
    sections.push(body.subarray(open.next, end));
    open = close;
  }
  return sections;
};

const partsOf = (of: Omit<Part, 'parts'>, boundary: string | undefined, depth: number): Part[] => {
  if (depth >= MAX_DEPTH) return [];
  if (of.mimeType.startsWith('multipart/')) {
    return boundary ? sectionsOf(of.encoded, boundary).map((bytes) => parsePart(bytes, depth + 1)) : [];
  }
  if (of.mimeType !== 'message/rfc822') return [];
  return [parsePart(decodeTransfer(of.encoded, of.encoding), depth + 1)];
};

/** Takes one entity apart, with all that is in it. Never throws. */
export const parsePart = (raw: Buffer, depth = 0): Part => {
  const { headers, body } = splitHead(raw);
  const type = parseParameters(headerOf(headers, 'content-type') ?? 'text/plain');
  const disposition = parseParameters(headerOf(headers, 'content-disposition') ?? '');
  const leaf: Omit<Part, 'parts'> = {
    headers,
    mimeType: /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type.value) ? type.value : 'text/plain',
    charset: type.parameters.get('charset') ?? '',
    filename: disposition.parameters.get('filename') ?? type.parameters.get('name') ?? '',
    disposition: disposition.value,
    encoded: body,
    encoding: headerOf(headers, 'content-transfer-encoding') ?? '',
  };
  return { ...leaf, parts: partsOf(leaf, type.parameters.get('boundary'), depth) };
};

/** The bytes that the part stands for, out of their transfer encoding. */
export const contentOf = (part: Part): Buffer => decodeTransfer(part.encoded, part.encoding);
