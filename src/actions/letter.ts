import type { Account } from '#accounts/account.ts';
import { SEND_QUOTE_CHARS, SEND_TEXT_CHARS } from '#config/limits-sending.ts';
import { answerReferences, forwardSubject, replySubject } from '#mail/answering.ts';
import { type Composition, compose } from '#mail/compose.ts';
import { filesOf, inlineForward } from '#mail/forwarding.ts';
import type { ParsedMail } from '#mail/message.ts';
import { findMail, type MailHandle } from '#mail/message-store.ts';
import { sendableAddress } from '#mail/outgoing-address.ts';
import { plainLine } from '#mail/plain-line.ts';
import type { Mailbox } from '#mail/port.ts';
import { quoted } from '#mail/quoting.ts';
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

const gone = () =>
  new AppError('permanent', 'actions.no-message', 'The message is no longer in the mailbox.');

type Contents = Pick<
  Composition,
  'subject' | 'text' | 'html' | 'inReplyTo' | 'references' | 'files' | 'original'
>;

/** Below what a person writes stands what they answer; what a rule says by itself goes out alone. */
const answerText = (
  letter: Exclude<Letter, Forward>,
  mail: ParsedMail,
  { receivedAt }: MailHandle,
): string => {
  if (letter.form === 'auto_reply' || !letter.quote) return letter.text;
  const room = Math.min(SEND_QUOTE_CHARS, SEND_TEXT_CHARS - letter.text.length - 2);
  const below = quoted(mail, receivedAt, room);
  return below === '' ? letter.text : `${letter.text.trimEnd()}\n\n${below}\n`;
};

const answer = (text: string, mail: ParsedMail): Contents => ({
  subject: replySubject(mail.subject),
  text,
  inReplyTo: mail.rfc822MessageId,
  references: answerReferences(mail),
  files: [],
  original: null,
});

type Forward = Extract<Letter, { form: 'forward' }>;

const forwarded = async ({ mailbox, target }: Desk, letter: Forward, mail: ParsedMail): Promise<Contents> => {
  const contents = { subject: forwardSubject(mail.subject), inReplyTo: null, references: [] };
  const inline = letter.attached ? null : inlineForward(letter.note, mail);
  if (inline && mail.attachments.length === 0) return { ...contents, ...inline, files: [], original: null };
  const original = await mailbox.raw(target.providerMessageId);
  if (original === null) throw gone();
  const files = inline && (await filesOf(original, mail, inline.html ?? ''));
  return files
    ? { ...contents, ...inline, files, original: null }
    : { ...contents, text: letter.note, files: [], original };
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
    letter.form === 'forward'
      ? await forwarded(desk, letter, mail)
      : answer(answerText(letter, mail, target), mail);
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
