import type { Account } from '#accounts/account.ts';
import { SEND_ATTACHMENT_BYTES, SEND_ATTACHMENTS, SEND_TEXT_CHARS } from '#config/limits-sending.ts';
import { answerReferences, forwardSubject, replySubject } from '#mail/answering.ts';
import { type Composition, compose, type OutgoingFile } from '#mail/compose.ts';
import type { AttachmentInfo, ParsedMail } from '#mail/message.ts';
import { findMail, type MailHandle } from '#mail/message-store.ts';
import { sendableAddress } from '#mail/outgoing-address.ts';
import { plainLine } from '#mail/plain-line.ts';
import type { Mailbox } from '#mail/port.ts';
import { threadKeyOf } from '#mail/thread-store.ts';
import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import type { Action } from './action.ts';
import type { Letter } from './kinds/define.ts';
import type { ActionPorts } from './ports.ts';
import { recipientsOf } from './recipients.ts';

/** What a letter is written from. */
export interface Desk {
  ports: Pick<ActionPorts, 'db'>;
  action: Action;
  account: Account;
  mailbox: Mailbox;
  target: MailHandle;
}

/** A letter as bytes, and what is known of it outside of them. */
export interface Written {
  raw: Uint8Array;
  messageId: string;
  sender: string;
  recipients: string[];
  /** Of the thread that it answers in; null for a new one. */
  threadKey: string | null;
  /** The message that it is about. */
  mail: ParsedMail;
}

const LINE_CHARS = 500;

const gone = () =>
  new AppError('permanent', 'actions.no-message', 'The message is no longer in the mailbox.');

/** A file name that fits into a header. */
const fileName = ({ filename, index }: AttachmentInfo): string =>
  plainLine(filename, 200) || `attachment-${index + 1}`;

const filesOf = async ({ mailbox, target }: Desk, mail: ParsedMail): Promise<OutgoingFile[]> => {
  const files: OutgoingFile[] = [];
  for (const info of mail.attachments) {
    const bytes = await mailbox.attachment(target.providerMessageId, info.index);
    if (bytes === null) throw gone();
    files.push({ filename: fileName(info), mimeType: info.mimeType, bytes });
  }
  return files;
};

const wholeMessage = async ({ mailbox, target }: Desk): Promise<Uint8Array> => {
  const raw = await mailbox.raw(target.providerMessageId);
  if (raw === null) throw gone();
  return raw;
};

const nameAndAddress = (all: ParsedMail['to']): string =>
  plainLine(
    all.map(({ name, address }) => (name === '' ? address : `${name} <${address}>`)).join(', '),
    LINE_CHARS,
  );

/** What every mail program writes above a message that it sends on. */
const forwardHead = (mail: ParsedMail): string =>
  [
    '---------- Forwarded message ----------',
    `From: ${nameAndAddress(mail.from)}`,
    ...(mail.date === null ? [] : [`Date: ${mail.date}`]),
    `Subject: ${plainLine(mail.subject, LINE_CHARS)}`,
    `To: ${nameAndAddress(mail.to)}`,
  ].join('\n');

type Contents = Pick<Composition, 'subject' | 'text' | 'inReplyTo' | 'references' | 'files' | 'original'>;

const answer = (text: string, mail: ParsedMail): Contents => ({
  subject: replySubject(mail.subject),
  text,
  inReplyTo: mail.rfc822MessageId,
  references: answerReferences(mail),
  files: [],
  original: null,
});

const forwarded = async (
  desk: Desk,
  letter: Extract<Letter, { form: 'forward' }>,
  mail: ParsedMail,
): Promise<Contents> => {
  const contents = { subject: forwardSubject(mail.subject), inReplyTo: null, references: [] };
  const text = `${letter.note === '' ? '' : `${letter.note}\n\n`}${forwardHead(mail)}\n\n${mail.text}`;
  const bytes = mail.attachments.reduce((sum, file) => sum + file.sizeBytes, 0);
  const fits =
    text.length <= SEND_TEXT_CHARS &&
    mail.attachments.length <= SEND_ATTACHMENTS &&
    bytes <= SEND_ATTACHMENT_BYTES;
  // What was cut when it was read goes along whole.
  if (letter.attached || !fits || mail.notes.length > 0) {
    return { ...contents, text: letter.note, files: [], original: await wholeMessage(desk) };
  }
  return { ...contents, text, files: await filesOf(desk, mail), original: null };
};

/** Writes a letter about the message of an action. Reads only. Throws an input error for what cannot be sent. */
export const writeLetter = async (
  desk: Desk,
  letter: Letter,
  stamp: { opId: string; date: Instant },
): Promise<Written> => {
  const { ports, action, account, target } = desk;
  const stored = await findMail(ports.db, action.userId, target.id);
  if (!stored) throw gone();
  const mail = stored.mail.reveal();
  const recipients = recipientsOf(letter, mail);
  const sender = sendableAddress(account.email);
  if (sender === null) {
    throw new AppError('input', 'actions.no-sender', 'The account has no address that mail could come from', {
      help: 'Send from an account that has one.',
    });
  }
  if (recipients.length === 0) {
    throw new AppError('input', 'actions.no-recipient', 'The message has no address that could be answered.');
  }
  const messageId = `${stamp.opId}@${sender.slice(sender.lastIndexOf('@') + 1)}`;
  const contents =
    letter.form === 'forward' ? await forwarded(desk, letter, mail) : answer(letter.text, mail);
  const raw = await compose({
    ...contents,
    ...stamp,
    messageId,
    from: { name: plainLine(account.displayName, 100), address: sender },
    to: recipients.map((address) => ({ name: '', address })),
    automatic: letter.form === 'auto_reply',
  });
  const threadKey = letter.form === 'forward' ? null : await threadKeyOf(ports.db, target.threadId);
  return { raw, messageId, sender, recipients, threadKey, mail };
};
