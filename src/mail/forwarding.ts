import {
  SEND_ATTACHMENT_BYTES,
  SEND_ATTACHMENTS,
  SEND_HTML_CHARS,
  SEND_TEXT_CHARS,
} from '#config/limits-sending.ts';
import type { OutgoingFile } from './compose.ts';
import type { AttachmentInfo, ParsedMail } from './message.ts';
import { attachmentsOf } from './mime.ts';
import { plainLine } from './plain-line.ts';
import { forwardHead } from './quoting.ts';
import { escapeText, sanitizeHtml } from './sanitize.ts';

const FILE_NAME_CHARS = 200;

const asHtml = (text: string): string => `<div>${escapeText(text).replaceAll(/\r?\n/g, '<br>')}</div>`;

/**
 * A message as it stands in another one, below a note: its text, and its HTML where it has some, without anything that
 * acts. null when it does not fit, or was cut when it was read: then it goes along whole, as a file.
 */
export const inlineForward = (note: string, mail: ParsedMail): { text: string; html?: string } | null => {
  const bytes = mail.attachments.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (mail.notes.length > 0 || mail.attachments.length > SEND_ATTACHMENTS || bytes > SEND_ATTACHMENT_BYTES)
    return null;
  const head = `${note === '' ? '' : `${note}\n\n`}${forwardHead(mail)}\n\n`;
  const text = head + mail.text;
  if (text.length > SEND_TEXT_CHARS) return null;
  if (mail.html === null) return { text };
  if (mail.html.length > SEND_HTML_CHARS) return null;
  const html = `${asHtml(head)}\n<div>${sanitizeHtml(mail.html, { sentOn: true })}</div>\n`;
  return html.length > SEND_HTML_CHARS ? null : { text, html };
};

/** A file name that fits into a header. */
const fileName = ({ filename, index }: AttachmentInfo): string =>
  plainLine(filename, FILE_NAME_CHARS) || `attachment-${index + 1}`;

/** The files of a message as they go along with its HTML. null when its bytes do not hold all of them. */
export const filesOf = async (
  raw: Uint8Array,
  mail: ParsedMail,
  html: string,
): Promise<OutgoingFile[] | null> => {
  const all = await attachmentsOf(raw);
  const files: OutgoingFile[] = [];
  for (const info of mail.attachments) {
    const bytes = all?.[info.index];
    if (!bytes) return null;
    const { contentId, mimeType } = info;
    const isShown =
      contentId !== null && mimeType.startsWith('image/') && html.includes(`"cid:${escapeText(contentId)}"`);
    files.push({ filename: fileName(info), mimeType, bytes, ...(isShown ? { contentId } : {}) });
  }
  return files;
};
