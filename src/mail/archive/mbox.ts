import { open } from 'node:fs/promises';
import { ARCHIVE_CHUNK_BYTES, MAIL_RAW_BYTES, MBOX_LINE_BYTES } from '#config/limits.ts';
import { readMailDate } from '#mail/mail-date.ts';
import type { Instant } from '#std/time.ts';
import { notRecognised } from './archive-errors.ts';

/** One message of an mbox file. */
export interface MboxMail {
  raw: Uint8Array;
  /** Of its `From ` line in the file. */
  offset: number;
  /** Where the next one starts. */
  endOffset: number;
  fromLineDate: Instant | null;
  /** It was larger than a message may be, and `raw` is its beginning. */
  cut: boolean;
}

/** Reads an mbox file (RFC 4155 and its elder kin) piece by piece: memory is bounded by the largest message. */
export async function* readMbox(path: string): AsyncGenerator<MboxMail> {
  const file = await open(path, 'r');
  try {
    const splitter = new MboxSplitter(path);
    for (;;) {
      const chunk = Buffer.allocUnsafe(ARCHIVE_CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) break;
      yield* splitter.push(chunk.subarray(0, bytesRead));
    }
    yield* splitter.finish();
  } finally {
    await file.close();
  }
}

const LF = 10;
const CR = 13;
const SEPARATOR = Buffer.from('\nFrom ');
const START = 'From ';

/**
 * Cuts a stream into messages. A message starts at a `From ` line after an empty line; where the first such line of the
 * file tells a time, the others must too, so that text which only begins with "From" is not taken for one. Content-Length
 * is not believed.
 */
export class MboxSplitter {
  readonly #name: string;
  /** Bytes of which it is not yet known where they belong. */
  #rest: Buffer = Buffer.alloc(0);
  /** Offset in the file of the first byte of `#rest`. */
  #at = 0;
  #message: { parts: Buffer[]; bytes: number; offset: number; date: Instant | null } | null = null;
  #wantsTime = true;

  /** `name` is the file's, for errors. */
  constructor(name: string) {
    this.#name = name;
  }

  /** @throws AppError `mail.not-an-mbox` when the first line is no `From ` line. */
  *push(chunk: Uint8Array): Generator<MboxMail> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const window = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    yield* this.#scan(window, false);
  }

  *finish(): Generator<MboxMail> {
    yield* this.#scan(this.#rest, true);
    if (this.#message) yield this.#end(this.#at, true);
  }

  *#scan(window: Buffer, last: boolean): Generator<MboxMail> {
    let from = 0;
    if (this.#message === null) {
      const line = this.#firstLine(window, last);
      if (line === 0) return;
      from = line;
    }
    let search = Math.max(0, from - 1);
    for (;;) {
      const newline = window.indexOf(SEPARATOR, search);
      if (newline === -1) break;
      const lineEnd = window.indexOf(LF, newline + SEPARATOR.length);
      if (lineEnd === -1 && !last) break;
      search = newline + SEPARATOR.length;
      const line = lineText(window, newline + 1, lineEnd);
      if (line === null || !isAfterEmptyLine(window, newline) || !this.#isStart(line)) continue;
      this.#take(window.subarray(from, newline - (window[newline - 1] === CR ? 1 : 0)));
      yield this.#end(this.#at + newline + 1, false);
      this.#begin(this.#at + newline + 1, line);
      from = lineEnd === -1 ? window.length : lineEnd + 1;
      // The newline of this line may be the one before the next.
      search = from - 1;
    }
    this.#keep(window, from, last);
  }

  /** Reads the line that the file starts with. Returns where the message begins, or 0 to wait for more bytes. */
  #firstLine(window: Buffer, last: boolean): number {
    const end = window.indexOf(LF);
    if (end === -1 && !last && window.length < MBOX_LINE_BYTES) {
      this.#rest = window;
      return 0;
    }
    if (window.length === 0) return 0;
    const line = lineText(window, 0, end);
    if (line === null || !line.startsWith(START))
      throw notRecognised(this.#name, 'a file whose first line does not start with "From "');
    this.#wantsTime = TIME.test(line);
    this.#begin(0, line);
    return end === -1 ? window.length : end + 1;
  }

  /** What is certainly part of this message goes to it; a line that may turn out to start the next one waits. */
  #keep(window: Buffer, from: number, last: boolean): void {
    const newline = window.lastIndexOf(LF);
    const waits = !last && newline !== -1 && window.length - newline <= MBOX_LINE_BYTES;
    // Two bytes more are kept, to know later whether the line before is empty.
    const keepFrom = last ? window.length : Math.max(from, (waits ? newline : window.length) - 2);
    this.#take(window.subarray(from, keepFrom));
    this.#rest = window.subarray(keepFrom);
    this.#at += keepFrom;
  }

  #begin(offset: number, line: string): void {
    this.#message = { parts: [], bytes: 0, offset, date: readMailDate(line.slice(START.length)) };
  }

  #take(part: Buffer): void {
    const message = this.#message;
    if (!message || part.length === 0) return;
    const room = MAIL_RAW_BYTES - message.bytes;
    if (room > 0) message.parts.push(part.subarray(0, room));
    message.bytes += part.length;
  }

  #end(endOffset: number, atEnd: boolean): MboxMail {
    const message = this.#message ?? { parts: [], bytes: 0, offset: 0, date: null };
    this.#message = null;
    const joined =
      message.parts.length === 1 && message.parts[0] ? message.parts[0] : Buffer.concat(message.parts);
    const whole = atEnd ? withoutLastEmptyLine(joined) : joined;
    return {
      raw: new Uint8Array(unquoted(whole)),
      offset: message.offset,
      endOffset,
      fromLineDate: message.date,
      cut: message.bytes > MAIL_RAW_BYTES,
    };
  }

  #isStart(line: string): boolean {
    return !this.#wantsTime || TIME.test(line);
  }
}

const TIME = /\d{1,2}:\d{2}/;

/** The line from `start`; null when it is longer than such a line can be. */
const lineText = (window: Buffer, start: number, end: number): string | null => {
  const stop = end === -1 ? window.length : end;
  return stop - start > MBOX_LINE_BYTES ? null : window.toString('latin1', start, stop);
};

/** Whether the line that ends at `newline` is empty. Nothing before it: it is the first of its message. */
const isAfterEmptyLine = (window: Buffer, newline: number): boolean => {
  const before = window[newline - 1] === CR ? newline - 2 : newline - 1;
  return before < 0 || window[before] === LF;
};

const withoutLastEmptyLine = (message: Buffer): Buffer => {
  const { length } = message;
  if (message.subarray(-4).equals(Buffer.from('\r\n\r\n'))) return message.subarray(0, length - 2);
  return message.subarray(-2).equals(Buffer.from('\n\n')) ? message.subarray(0, length - 1) : message;
};

const QUOTED = Buffer.from('>From ');

/** Takes one `>` from lines that were quoted to look like no separator: `>From `, `>>From ` … */
const unquoted = (message: Buffer): Buffer => {
  let quote = message.indexOf(QUOTED);
  if (quote === -1) return message;
  const parts: Buffer[] = [];
  let at = 0;
  for (; quote !== -1; quote = message.indexOf(QUOTED, quote + QUOTED.length)) {
    let start = quote;
    while (start > at && message[start - 1] === QUOTED[0]) start--;
    if (start > 0 && message[start - 1] !== LF) continue;
    parts.push(message.subarray(at, start));
    at = start + 1;
  }
  parts.push(message.subarray(at));
  return Buffer.concat(parts);
};
