import { SEND_SUBJECT_CHARS } from '#config/limits-sending.ts';
import { parseAddresses } from './address.ts';
import type { Address, ParsedMail } from './message.ts';
import { sendableAddress } from './outgoing-address.ts';
import { cutText, plainLine } from './plain-line.ts';

const RE = /^(?:re\s*(?:\[\d+\]|\^\d+)?\s*:\s*)+/i;
const FWD = /^(?:fwd?\s*:\s*)+/i;

/** With one `Re:` before it, however many it had: providers compare subjects to keep threads together. */
export const replySubject = (subject: string): string =>
  cutText(`Re: ${plainLine(subject, SEND_SUBJECT_CHARS).replace(RE, '')}`, SEND_SUBJECT_CHARS);

export const forwardSubject = (subject: string): string =>
  cutText(`Fwd: ${plainLine(subject, SEND_SUBJECT_CHARS).replace(FWD, '')}`, SEND_SUBJECT_CHARS);

/** The References of an answer to it (RFC 5322 §3.6.4). */
export const answerReferences = (
  mail: Pick<ParsedMail, 'references' | 'inReplyTo' | 'rfc822MessageId'>,
): string[] => {
  const before =
    mail.references.length > 0 ? mail.references : mail.inReplyTo === null ? [] : [mail.inReplyTo];
  return mail.rfc822MessageId === null
    ? before
    : [...before.filter((id) => id !== mail.rfc822MessageId), mail.rfc822MessageId];
};

type Origin = Pick<ParsedMail, 'from' | 'replyTo' | 'headers'>;

const firstSendable = (addresses: readonly Address[]): string | null => {
  for (const { address } of addresses) {
    const sendable = sendableAddress(address);
    if (sendable !== null) return sendable;
  }
  return null;
};

/** Whom a reply goes to: the first address of Reply-To, else of From; null where neither can be answered. */
export const replyRecipient = (mail: Origin): string | null =>
  firstSendable(mail.replyTo) ?? firstSendable(mail.from);

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/** One is the other, or lies under it. */
const related = (a: string, b: string): boolean => a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);

/** The first Return-Path, which the last server writes at the top; null where there is none. `''`: the empty one of bounces. */
export const returnPath = (headers: ParsedMail['headers']): string | null => {
  const value = headers.find(([name]) => name === 'return-path')?.[1];
  if (value === undefined) return null;
  if (/^\s*(?:<\s*>)?\s*$/.test(value)) return '';
  return parseAddresses(value, 1)[0]?.address ?? '';
};

/**
 * Whom an automatic answer goes to: the Return-Path, as RFC 3834 §4 asks, where it lies in the domain of From, for only that
 * domain has vouched for the mail; else From. Reply-To is not asked: anybody may be named there.
 */
export const autoReplyRecipient = (mail: Origin): string | null => {
  const from = firstSendable(mail.from);
  const path = sendableAddress(returnPath(mail.headers) ?? '');
  if (path === null || from === null) return from;
  return related(domainOf(path), domainOf(from)) ? path : from;
};
