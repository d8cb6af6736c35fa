import MailComposer from 'nodemailer/lib/mail-composer';
import {
  SEND_ATTACHMENT_BYTES,
  SEND_BYTES,
  SEND_HTML_CHARS,
  SEND_MESSAGE_ID_CHARS,
  SEND_RECIPIENTS,
  SEND_REFERENCES,
  SEND_SUBJECT_CHARS,
  SEND_TEXT_CHARS,
} from '#config/limits-sending.ts';
import { AppError } from '#std/errors.ts';
import { type Instant, toDate, toMs } from '#std/time.ts';
import type { Address } from './message.ts';
import { headerValue, outgoingAddress } from './outgoing-address.ts';

/** A file that goes with a mail. */
export interface OutgoingFile {
  filename: string;
  mimeType: string;
  bytes: Uint8Array;
  /** Under which the HTML shows it, without the angle brackets. */
  contentId?: string;
}

/** All that a mail is made of. The same values give the same bytes. */
export interface Composition {
  /** 128 bits as hex: stands in `X-Op-Id`, and between the parts. */
  opId: string;
  /** Without the angle brackets. */
  messageId: string;
  date: Instant;
  from: Address;
  to: readonly Address[];
  subject: string;
  text: string;
  /** The same for programs that show HTML. It is sent as it is: whoever writes it has sanitised it. */
  html?: string;
  /** Without the angle brackets. */
  inReplyTo: string | null;
  references: readonly string[];
  /** No person wrote it just now: says so, so that no other program answers (RFC 3834 §5). */
  automatic: boolean;
  files: readonly OutgoingFile[];
  /** A whole message that goes along as it came. */
  original: Uint8Array | null;
}

const OP_ID = /^[0-9a-f]{32}$/;
const MESSAGE_ID = /^[!-;=?-~]+@[!-;=?-~]+$/;
const MIME_TYPE = /^[a-z\d!#$&^_.+-]{1,100}\/[a-z\d!#$&^_.+-]{1,100}$/i;

/** RFC 2392: an id like that of a message, though many programs leave out the @. */
const CONTENT_ID = /^[!-;=?-~]{1,200}$/;

const isMessageId = (id: string): boolean => id.length <= SEND_MESSAGE_ID_CHARS && MESSAGE_ID.test(id);

const tooMuch = (what: string, help: string): AppError =>
  new AppError('input', 'mail.too-large-to-send', what, { help });

const AUTOMATIC: Readonly<Record<string, string>> = {
  'Auto-Submitted': 'auto-replied',
  'X-Auto-Response-Suppress': 'All',
  Precedence: 'bulk',
};

/** The first says what the thread is, the last ones where in it we are (RFC 5322 §3.6.4). Ids that are none are left out. */
export const boundedReferences = (ids: readonly string[]): string[] => {
  const good = [...new Set(ids.filter(isMessageId))];
  return good.length <= SEND_REFERENCES ? good : [...good.slice(0, 1), ...good.slice(1 - SEND_REFERENCES)];
};

const checkSizes = (c: Composition): void => {
  if (c.to.length > SEND_RECIPIENTS) {
    throw tooMuch(`A mail may have ${SEND_RECIPIENTS} recipients`, 'Send it to fewer at a time.');
  }
  if (c.text.length > SEND_TEXT_CHARS) {
    throw tooMuch(`A text may have ${SEND_TEXT_CHARS} characters`, 'Shorten it.');
  }
  if ((c.html?.length ?? 0) > SEND_HTML_CHARS) {
    throw tooMuch(`HTML may have ${SEND_HTML_CHARS} characters`, 'Send the message along as a file.');
  }
  if (c.subject.length > SEND_SUBJECT_CHARS) {
    throw tooMuch(`A subject may have ${SEND_SUBJECT_CHARS} characters`, 'Shorten it.');
  }
  const attached = c.files.reduce((sum, file) => sum + file.bytes.length, c.original?.length ?? 0);
  if (attached > SEND_ATTACHMENT_BYTES) {
    throw tooMuch(
      `What goes along may have ${SEND_ATTACHMENT_BYTES / 1024 / 1024} MB`,
      'Leave some of it out.',
    );
  }
};

const attachments = (c: Composition) => [
  ...c.files.map((file) => ({
    filename: headerValue('file name', file.filename),
    contentType: MIME_TYPE.test(file.mimeType) ? file.mimeType : 'application/octet-stream',
    ...(file.contentId !== undefined && CONTENT_ID.test(file.contentId)
      ? { contentDisposition: 'inline', cid: file.contentId }
      : { contentDisposition: 'attachment' }),
    contentTransferEncoding: 'base64',
    content: Buffer.from(file.bytes),
  })),
  ...(c.original === null
    ? []
    : [
        {
          contentType: 'message/rfc822',
          contentDisposition: 'attachment',
          filename: 'forwarded.eml',
          content: Buffer.from(c.original),
        },
      ]),
];

const idHeader = (name: string, id: string): string => {
  if (isMessageId(id)) return `<${id}>`;
  throw new AppError('input', 'mail.bad-message-id', `The ${name} is no message id`);
};

/** A message as RFC 5322 and MIME have it. Throws an input error for what no header may hold, and for what is too large. */
export const compose = async (c: Composition): Promise<Uint8Array> => {
  if (!OP_ID.test(c.opId)) throw new Error('An op id is 32 hex digits');
  if (c.to.length === 0) throw new AppError('input', 'mail.no-recipient', 'The mail has no recipient');
  checkSizes(c);
  const references = boundedReferences(c.references).map((id) => `<${id}>`);
  const composer = new MailComposer({
    baseBoundary: c.opId,
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
    date: toDate(toMs(c.date)),
    from: outgoingAddress('sender', c.from),
    to: c.to.map((address) => outgoingAddress('recipients', address)),
    subject: headerValue('subject', c.subject),
    messageId: idHeader('Message-ID', c.messageId),
    ...(c.inReplyTo !== null && isMessageId(c.inReplyTo) ? { inReplyTo: `<${c.inReplyTo}>` } : {}),
    ...(references.length > 0 ? { references } : {}),
    headers: { 'X-Op-Id': c.opId, ...(c.automatic ? AUTOMATIC : {}) },
    text: c.text.toWellFormed(),
    ...(c.html === undefined ? {} : { html: c.html.toWellFormed() }),
    attachments: attachments(c),
  });
  const raw = await composer.compile().build();
  if (raw.length > SEND_BYTES) {
    throw tooMuch(`A mail may have ${SEND_BYTES / 1024 / 1024} MB`, 'Leave some of it out.');
  }
  return raw;
};
