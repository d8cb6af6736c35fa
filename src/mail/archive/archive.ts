import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ARCHIVE_DEPTH, MAIL_RAW_BYTES } from '#config/limits.ts';
import { CopyCounter, contentHash } from '#mail/content-hash.ts';
import { type RawHeader, readHeaders } from '#mail/headers.ts';
import { readMailDate } from '#mail/mail-date.ts';
import type { Instant } from '#std/time.ts';
import { emptyArchive, notFound, notReadable, notRecognised } from './archive-errors.ts';
import { isMaildir, listMaildir, type MailFile } from './maildir.ts';
import { readMbox } from './mbox.ts';
import { type ArchivedState, readStateHeaders } from './state-headers.ts';

export type ArchiveFormat = 'mbox' | 'maildir' | 'eml';

/** One message of an archive. `labels` are names; none means archived. */
export interface ArchivedMail extends ArchivedState {
  raw: Uint8Array;
  /** When it was received, as far as the archive or its headers tell. */
  date: Instant | null;
  /** Bytes of the archive up to the end of this message. */
  endOffset: number;
  /** `contentHash(raw)`. */
  hash: string;
  /** Which of equal messages in this archive it is, from 1. */
  copy: number;
  /** It was larger than 50 MB, and `raw` is its beginning. */
  cut: boolean;
}

export interface Archive {
  format: ArchiveFormat;
  totalBytes: number;
  /** Every message, in the same order each time. */
  messages(): AsyncIterable<ArchivedMail>;
}

/**
 * Opens an mbox file of any size, a Maildir, an .eml file, or a folder of .eml files.
 * @throws AppError `input` that says what is at the path instead, and what to do.
 */
export const openArchive = async (path: string): Promise<Archive> => {
  try {
    const at = await stat(path);
    if (at.isDirectory()) return await openFolder(path);
    if (!at.isFile()) throw notRecognised(path, 'neither a file nor a folder');
    if (at.size === 0) throw emptyArchive(path, 'an empty file');
    return await openFile(path, at.size);
  } catch (e) {
    throw translate(path, e);
  }
};

const translate = (path: string, e: unknown): unknown => {
  const code = e instanceof Error && 'code' in e ? e.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path, e);
  if (code === 'EACCES' || code === 'EPERM') return notReadable(path, e);
  return e;
};

const openFile = async (path: string, sizeBytes: number): Promise<Archive> => {
  const start = await readHead(path);
  if (start.toString('latin1', 0, 5) === 'From ') return mboxArchive(path, sizeBytes);
  if (!looksLikeMail(start)) throw notRecognised(path, whatItIs(start));
  return fileArchive('eml', [{ path, sizeBytes, date: null, labels: ['Inbox'], flags: [] }]);
};

const looksLikeMail = (start: Buffer): boolean =>
  !start.includes(0) && /^(?:\xef\xbb\xbf)?\s*[!-9;-~]{1,80}[ \t]*:/.test(start.toString('latin1'));

const MAGIC: [start: string, what: string][] = [
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['%PDF', 'a PDF document'],
  ['PK\x03\x04', 'a ZIP archive: unpack it first'],
  ['\x1f\x8b', 'a gzip archive: unpack it first'],
  ['!BDN', 'an Outlook PST file: export it as mbox first'],
  ['SQLite format 3', 'a database'],
  ['\xd0\xcf\x11\xe0', 'an Outlook .msg file: save it as .eml first'],
];

const whatItIs = (start: Buffer): string => {
  const text = start.toString('latin1');
  const known = MAGIC.find(([magic]) => text.startsWith(magic))?.[1];
  return known ?? (start.includes(0) ? 'a binary file' : 'a text file without mail headers');
};

const openFolder = async (path: string): Promise<Archive> => {
  if (await isMaildir(path)) return nonEmpty(path, fileArchive('maildir', await listMaildir(path)));
  const files: MailFile[] = [];
  await findEml(path, 0, files);
  return nonEmpty(path, fileArchive('eml', files));
};

const nonEmpty = (path: string, archive: Archive): Archive => {
  if (archive.totalBytes === 0) throw emptyArchive(path, 'a folder without mail');
  return archive;
};

const findEml = async (folder: string, depth: number, files: MailFile[]): Promise<void> => {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < ARCHIVE_DEPTH) await findEml(path, depth + 1, files);
    else if (entry.isFile() && (entry.name.toLowerCase().endsWith('.eml') || (await startsLikeMail(path)))) {
      files.push({ path, sizeBytes: (await stat(path)).size, date: null, labels: ['Inbox'], flags: [] });
    }
  }
};

/** Mail is kept under names of many kinds; what begins with headers is taken for mail. */
const startsLikeMail = async (path: string): Promise<boolean> => looksLikeMail(await readHead(path));

const readHead = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(1_000);
    const { bytesRead } = await file.read(head, 0, head.length);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const mboxArchive = (path: string, totalBytes: number): Archive => ({
  format: 'mbox',
  totalBytes,
  messages: async function* () {
    const copies = new CopyCounter();
    for await (const { raw, endOffset, fromLineDate, cut } of readMbox(path)) {
      const { headers } = readHeaders(raw);
      if (isFolderData(headers)) continue;
      const hash = contentHash(raw);
      const date = fromLineDate ?? receivedDate(headers);
      yield { raw, date, endOffset, hash, copy: copies.next(hash), cut, ...readStateHeaders(headers) };
    }
  },
});

/** Mail servers of old keep notes of their own in a first message that is none. */
const isFolderData = (headers: readonly RawHeader[]): boolean =>
  headers.some(([name]) => name === 'x-imap' || name === 'x-imapbase') &&
  headers.some(([name, value]) => name === 'subject' && value.includes('FOLDER INTERNAL DATA'));

const fileArchive = (format: ArchiveFormat, files: readonly MailFile[]): Archive => ({
  format,
  totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
  messages: async function* () {
    const copies = new CopyCounter();
    let endOffset = 0;
    for (const file of files) {
      endOffset += file.sizeBytes;
      const raw = await readStart(file.path);
      if (raw.length === 0) continue;
      const hash = contentHash(raw);
      const cut = file.sizeBytes > MAIL_RAW_BYTES;
      const date = file.date ?? receivedDate(readHeaders(raw).headers);
      yield {
        raw,
        date,
        endOffset,
        hash,
        copy: copies.next(hash),
        cut,
        labels: file.labels,
        flags: file.flags,
      };
    }
  },
});

/** The bytes of a file, as far as a message may be long. A file that has gone meanwhile is empty. */
const readStart = async (path: string): Promise<Uint8Array> => {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (e) {
    if (e instanceof Error && 'code' in e && e.code === 'ENOENT') return new Uint8Array();
    throw translate(path, e);
  }
  try {
    const bytes = new Uint8Array(Math.min((await file.stat()).size, MAIL_RAW_BYTES));
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } finally {
    await file.close();
  }
};

/** The newest hop is told by the first Received header (RFC 5321 §4.4), after its last semicolon; else the Date header. */
const receivedDate = (headers: readonly RawHeader[]): Instant | null => {
  const received = headers.find(([name]) => name === 'received')?.[1];
  const date = received === undefined ? null : readMailDate(received.slice(received.lastIndexOf(';') + 1));
  return date ?? readMailDate(headers.find(([name]) => name === 'date')?.[1] ?? '');
};
