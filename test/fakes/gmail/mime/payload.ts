import { decodeCharset } from './charset.ts';
import { decodeWords } from './encoded-words.ts';
import type { HeaderLine } from './header-lines.ts';
import { contentOf, type Part } from './part.ts';

export interface PayloadBody {
  size: number;
  data?: string;
  attachmentId?: string;
}

/** A part as the API shows it (users.messages, MessagePart). */
export interface Payload {
  partId: string;
  mimeType: string;
  filename: string;
  headers: HeaderLine[];
  body: PayloadBody;
  parts?: Payload[];
}

export interface PayloadOptions {
  /** Makes the id under which the bytes of a part can be fetched. */
  attachmentId: (partId: string) => string;
  /** The API gives encoded words decoded; false leaves them as they came. */
  decodeHeaders: boolean;
  /** Text parts above this many bytes become attachments. */
  inlineTextBytes: number;
}

export const shownHeaders = (headers: readonly HeaderLine[], decode: boolean): HeaderLine[] =>
  decode ? headers.map(({ name, value }) => ({ name, value: decodeWords(value) })) : [...headers];

const isContainer = (part: Part): boolean => part.mimeType.startsWith('multipart/');

/** The bytes of a part as the API hands them out: text in UTF-8 whatever its charset was, everything else as it is. */
export const servedBytes = (part: Part): Buffer => {
  const bytes = contentOf(part);
  if (!part.mimeType.startsWith('text/') || part.filename) return bytes;
  return Buffer.from(decodeCharset(bytes, part.charset), 'utf8');
};

const bodyOf = (part: Part, partId: string, options: PayloadOptions): PayloadBody => {
  if (isContainer(part)) return { size: 0 };
  const isMail = part.mimeType === 'message/rfc822';
  // An enclosed mail without a name is only shown through its parts, as in a delivery report.
  if (isMail && !part.filename && part.disposition !== 'attachment') return { size: 0 };
  const bytes = servedBytes(part);
  const isText = /^(text|message)\//.test(part.mimeType) && !isMail;
  if (part.filename || !isText || bytes.length > options.inlineTextBytes) {
    return { attachmentId: options.attachmentId(partId), size: bytes.length };
  }
  return bytes.length === 0 ? { size: 0 } : { size: bytes.length, data: bytes.toString('base64url') };
};

/** The tree of parts as `format=full` shows it. The root's id is empty, its parts are 0, 1 …, theirs 0.0, 0.1 …. */
export const payloadOf = (part: Part, options: PayloadOptions, partId = ''): Payload => {
  const shown: Payload = {
    partId,
    mimeType: part.mimeType,
    filename: part.filename,
    headers: shownHeaders(part.headers, options.decodeHeaders),
    body: bodyOf(part, partId, options),
  };
  if (part.parts.length > 0) {
    const prefix = partId === '' ? '' : `${partId}.`;
    shown.parts = part.parts.map((one, index) => payloadOf(one, options, `${prefix}${index}`));
  }
  return shown;
};

/** The part with that id; undefined when there is none. */
export const partById = (root: Part, partId: string): Part | undefined => {
  if (partId === '') return root;
  return partId.split('.').reduce<Part | undefined>((part, index) => part?.parts[Number(index)], root);
};
