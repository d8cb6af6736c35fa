import PostalMime, { type Attachment } from 'postal-mime';
import { Base64Part, type PartDecoder } from './base64-part.ts';

/** What a message is made of, as far as its parts go: the headers are read elsewhere. */
export interface MimeTree {
  /** The plain text to read; of what comes only as HTML, the HTML stands in `htmlOnly`. */
  texts: { kind: 'plain' | 'html'; text: string }[];
  /** Every HTML part, joined; null when there is none. */
  html: string | null;
  attachments: Attachment[];
}

type TextKind = 'plain' | 'html';
type TextEntries = Partial<Record<TextKind, { type: string; value: unknown }[]>>;

interface PartNode {
  contentTransferEncoding: { encoding: string };
  contentDecoder: PartDecoder | null;
  feed(line: Uint8Array): void;
}

/** What is used of the parser's inside, which its types leave out. A test fails when another version lacks any of it. */
interface Inside {
  readPos: number;
  av: Uint8Array;
  buf: ArrayBufferLike;
  boundaries: unknown[];
  currentNode: PartNode;
  root: unknown;
  textMap: Map<unknown, TextEntries>;
  attachments: Attachment[];
  readLine(): { bytes: Uint8Array; done: boolean };
  processLine(line: Uint8Array, isFinal: boolean): Promise<void>;
  collectNode(node: unknown, alternative: false, related: boolean): Promise<void>;
}

const DASH = 0x2d;

/**
 * postal-mime, driven by hand. Of its result the parts are taken as they are; it would convert HTML to text with what is
 * hidden still in it, wait once per line, decode base64 letter by letter, and read addresses that are read elsewhere.
 */
class PartReader extends PostalMime {
  async readParts(raw: Uint8Array): Promise<MimeTree> {
    const inside = this as unknown as Inside;
    inside.buf = raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength);
    inside.av = new Uint8Array(inside.buf);
    inside.readPos = 0;
    while (inside.readPos < inside.av.length) {
      const { bytes, done } = inside.readLine();
      const mayBeBoundary = bytes[0] === DASH && bytes[1] === DASH && inside.boundaries.length > 0;
      if (done || mayBeBoundary) await inside.processLine(bytes, done);
      else feed(inside.currentNode, bytes);
    }
    await inside.collectNode(inside.root, false, false);
    return treeOf(inside.textMap, inside.attachments);
  }
}

const feed = (node: PartNode, line: Uint8Array): void => {
  node.feed(line);
  // An empty line may have ended the headers, which choose the decoder.
  if (line.length > 0 || node.contentTransferEncoding.encoding !== 'base64') return;
  const { contentDecoder } = node;
  if (contentDecoder && !(contentDecoder instanceof Base64Part))
    node.contentDecoder = new Base64Part(contentDecoder);
};

const treeOf = (entries: Map<unknown, TextEntries>, attachments: Attachment[]): MimeTree => {
  const texts: MimeTree['texts'] = [];
  const html: string[] = [];
  for (const entry of entries.values()) {
    const kind: TextKind = entry.plain ? 'plain' : 'html';
    for (const { value } of entry[kind] ?? [])
      if (typeof value === 'string') texts.push({ kind, text: value });
    for (const { value } of entry.html ?? []) if (typeof value === 'string') html.push(value);
  }
  return { texts, html: html.length === 0 ? null : html.join('\n'), attachments };
};

export interface TreeLimits {
  depth: number;
  headerBytes: number;
}

/**
 * Reads the parts of a message. Embedded messages are attachments.
 * @throws Error when there are more levels or header bytes than `limits` allow.
 */
export const readMimeTree = (raw: Uint8Array, limits: TreeLimits): Promise<MimeTree> => {
  const reader = new PartReader({
    forceRfc822Attachments: true,
    maxRfc822NestingDepth: 0,
    maxNestingDepth: limits.depth,
    maxHeadersSize: limits.headerBytes,
  });
  // Set by the parser's own parse(), which is not called.
  (reader as unknown as { forceRfc822Attachments: boolean }).forceRfc822Attachments = true;
  return reader.readParts(raw);
};
