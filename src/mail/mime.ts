import type { Attachment } from 'postal-mime';
import { decodeWords } from 'postal-mime';
import {
  ATTACHMENT_NAME_CHARS,
  MAIL_DEPTH,
  MAIL_HEADER_BYTES,
  MAIL_PARTS,
  MAIL_RAW_BYTES,
  MAIL_TEXT_CHARS,
  SNIPPET_CHARS,
} from '#config/limits.ts';
import { envelopeOf, envelopeOnly } from './envelope.ts';
import { readHeaders } from './headers.ts';
import { htmlToText } from './html.ts';
import type { AttachmentInfo, ParsedMail } from './message.ts';
import { type MimeTree, readMimeTree } from './mime-tree.ts';
import { hasMoreParts } from './part-count.ts';
import { newTextOf } from './quotes.ts';

/**
 * Raw bytes → the message in our normal form. Never rejects, whatever the bytes: a message that breaks a limit, or that
 * can't be taken apart, comes back as its headers alone, and `notes` says why. The bytes are not changed.
 */
export const parseMail = async (raw: Uint8Array): Promise<ParsedMail> => {
  if (raw.length > MAIL_RAW_BYTES) return envelopeOnly(raw, 'larger than 50 MB: only the headers were read');
  const block = readHeaders(raw);
  const mail = envelopeOf(block);
  const broken = hasMoreParts(raw, MAIL_PARTS) ? 'more than 1,000 parts: only the headers were read' : null;
  if (broken !== null) {
    mail.notes.push(broken);
    return mail;
  }
  try {
    const tree = await readMimeTree(raw.subarray(block.start), LIMITS);
    addBody(mail, tree);
  } catch (e) {
    mail.notes.push(noteOf(e));
  }
  return mail;
};

const LIMITS = { depth: MAIL_DEPTH, headerBytes: MAIL_HEADER_BYTES };

const noteOf = (e: unknown): string => {
  const message = e instanceof Error ? e.message : '';
  if (message.includes('nesting depth')) return 'more than 20 levels of parts: only the headers were read';
  if (message.includes('header size')) return 'more than 256 KB of headers: only the headers were read';
  return 'the body could not be read';
};

const addBody = (mail: ParsedMail, tree: MimeTree): void => {
  mail.html = tree.html === null ? null : cut(tree.html, mail.notes, 'the HTML was cut at 2 MB');
  mail.text = cut(readableText(tree), mail.notes, 'the text was cut at 2 MB');
  mail.newText = newTextOf(mail.text);
  mail.snippet = snippetOf(mail.newText === '' ? mail.text : mail.newText);
  mail.attachments = tree.attachments.map(describe);
  mail.hasCalendar = mail.attachments.some((a) => isCalendar(a.mimeType, a.filename));
};

/** The plain part; HTML is turned into text only where there is nothing else. */
const readableText = (tree: MimeTree): string => {
  const plain = tree.texts.filter((t) => t.kind === 'plain' && t.text.trim() !== '');
  const parts = plain.length > 0 && tree.texts.every((t) => t.kind === 'plain') ? plain : tree.texts;
  if (parts.length === 0 && tree.html !== null) return htmlToText(tree.html);
  return parts
    .map((part) => (part.kind === 'plain' ? part.text : htmlToText(part.text)))
    .join('\n')
    .replaceAll('\0', '');
};

const cut = (text: string, notes: string[], note: string): string => {
  if (text.length <= MAIL_TEXT_CHARS) return text;
  notes.push(note);
  return text.slice(0, MAIL_TEXT_CHARS);
};

/** The first words, on one line. */
const snippetOf = (text: string): string => {
  // Most of a long text can't get into it, so most is not looked at.
  const line = text
    .slice(0, SNIPPET_CHARS * 4)
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= SNIPPET_CHARS) return line;
  return line.slice(0, SNIPPET_CHARS).replace(/[\ud800-\udbff]$/, '');
};

const describe = (part: Attachment, index: number): AttachmentInfo => ({
  index,
  filename: fileName(part, index),
  mimeType: part.mimeType || 'application/octet-stream',
  sizeBytes: contentOf(part).length,
  contentId: part.contentId === undefined ? null : part.contentId.replace(/^<|>$/g, ''),
  inline: part.disposition === 'inline' || part.related === true,
});

const contentOf = ({ content }: Attachment): Uint8Array => {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
};

/** The name for people, on one line. Never a path to write to: see how attachments are stored and served. */
const fileName = (part: Attachment, index: number): string => {
  const name = part.filename === null ? '' : decodeWords(part.filename);
  const clean = name
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, ATTACHMENT_NAME_CHARS);
  if (clean !== '') return clean;
  return part.mimeType === 'message/rfc822' ? `message-${index + 1}.eml` : `attachment-${index + 1}`;
};

const isCalendar = (mimeType: string, filename: string): boolean =>
  mimeType === 'text/calendar' || mimeType === 'application/ics' || filename.toLowerCase().endsWith('.ics');

/** The decoded bytes of every attachment, in order; null when the message can't be taken apart. */
export const attachmentsOf = async (raw: Uint8Array): Promise<Uint8Array[] | null> => {
  if (raw.length > MAIL_RAW_BYTES || hasMoreParts(raw, MAIL_PARTS)) return null;
  try {
    const tree = await readMimeTree(raw.subarray(readHeaders(raw).start), LIMITS);
    return tree.attachments.map(contentOf);
  } catch {
    return null;
  }
};

/** The decoded bytes of one attachment; null when the message has no such, or can't be taken apart. */
export const attachmentBytes = async (raw: Uint8Array, index: number): Promise<Uint8Array | null> =>
  (await attachmentsOf(raw))?.[index] ?? null;
