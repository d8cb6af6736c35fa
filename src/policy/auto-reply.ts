import { AUTO_REPLY_AGE_MS } from '#config/limits-sending.ts';
import { returnPath } from '#mail/answering.ts';
import type { ParsedMail } from '#mail/message.ts';
import { type Instant, toMs } from '#std/time.ts';

/** All that is looked at before a mail is answered without a person. */
export interface AutoReplyInput {
  mail: Pick<ParsedMail, 'headers' | 'from' | 'to' | 'cc' | 'bcc'>;
  /** Whom the answer would go to; null where nobody can be answered. */
  recipient: string | null;
  /** Every address that is ours. */
  own: readonly string[];
  /** Addresses of the account that the mail came to. */
  account: readonly string[];
  receivedAt: Instant;
  now: Instant;
  /** DMARC passed, or a person has looked and said yes. */
  authenticated: boolean;
  /** It lies in spam or trash. */
  discarded: boolean;
}

type Headers = ParsedMail['headers'];

const valuesOf = (headers: Headers, name: string): string[] =>
  headers.filter(([n]) => n === name).map(([, value]) => value);

/** RFC 2369 and RFC 2919. */
const LIST_HEADERS: ReadonlySet<string> = new Set([
  'list-id',
  'list-post',
  'list-unsubscribe',
  'list-help',
  'list-owner',
  'list-subscribe',
  'list-archive',
]);

const firstWord = (value: string): string => /^[\w-]*/.exec(value.trim().toLowerCase())?.[0] ?? '';

/** RFC 3834 §5: parameters and comments may follow the keyword. An empty value says nothing good. */
const isAutoSubmitted = (headers: Headers): boolean =>
  valuesOf(headers, 'auto-submitted').some((value) => firstWord(value) !== 'no');

const isList = (headers: Headers): boolean => headers.some(([name]) => LIST_HEADERS.has(name));

const isBulk = (headers: Headers): boolean =>
  valuesOf(headers, 'precedence').some((value) => ['bulk', 'list', 'junk'].includes(firstWord(value)));

const isSuppressed = (headers: Headers): boolean =>
  valuesOf(headers, 'x-auto-response-suppress').some((value) =>
    value.split(/[,;]/).some((word) => ['all', 'autoreply', 'oof'].includes(word.trim().toLowerCase())),
  );

const isReport = (headers: Headers): boolean =>
  valuesOf(headers, 'content-type').some((value) => /^\s*multipart\/report\b/i.test(value));

/** `no-reply`, `noreply+x`, `do_not.reply`, `shop-noreply2` and their like. */
const NO_REPLY = /^(?:.*[._+-])?(?:no|do[._-]?not|dont)[._-]?(?:reply|respond|answer)(?:[._+-].*|\d*)$/;
const MACHINES: ReadonlySet<string> = new Set([
  'mailer-daemon',
  'listserv',
  'majordomo',
  'postmaster',
  'bounce',
  'bounces',
]);

const isMachine = (address: string): boolean => {
  const local = address.slice(0, Math.max(0, address.lastIndexOf('@'))).toLowerCase();
  return (
    MACHINES.has(local) ||
    local.startsWith('owner-') ||
    local.endsWith('-request') ||
    /^bounces?[+-]/.test(local) ||
    NO_REPLY.test(local)
  );
};

const among = (all: readonly string[], address: string): boolean =>
  all.some((one) => one.toLowerCase() === address.toLowerCase());

const addressedTo = ({ to, cc, bcc }: AutoReplyInput['mail'], account: readonly string[]): boolean =>
  [...to, ...cc, ...bcc].some(({ address }) => among(account, address));

type Refusal = (input: AutoReplyInput) => false | string;

const when =
  (is: (input: AutoReplyInput) => boolean, sentence: string): Refusal =>
  (input) =>
    is(input) && sentence;

/** RFC 3834, RFC 5230 and what Exchange and others ask for beside them. */
const REFUSALS: readonly Refusal[] = [
  when((i) => isAutoSubmitted(i.mail.headers), 'A program sent it, and says so.'),
  when((i) => isList(i.mail.headers), 'It came over a mailing list.'),
  when((i) => isBulk(i.mail.headers), 'It was sent in bulk.'),
  when((i) => returnPath(i.mail.headers) === '', 'It is a notice of a mail server, which takes no answer.'),
  when((i) => isReport(i.mail.headers), 'It is a report of a mail server.'),
  when((i) => isSuppressed(i.mail.headers), 'It asks not to be answered automatically.'),
  when(
    (i) => i.mail.headers.some(([name]) => name === 'x-autoreply' || name === 'x-autorespond'),
    'It is an automatic answer itself.',
  ),
  when((i) => i.recipient === null, 'It has no address that could be answered.'),
  when(
    (i) => i.mail.from.some((a) => isMachine(a.address)) || (i.recipient !== null && isMachine(i.recipient)),
    'Nobody reads what its sender is answered.',
  ),
  when(
    (i) =>
      i.mail.from.some((a) => among(i.own, a.address)) || (i.recipient !== null && among(i.own, i.recipient)),
    'It came from an address of ours.',
  ),
  when((i) => !addressedTo(i.mail, i.account), 'It names the account in none of To, Cc and Bcc.'),
  when((i) => i.discarded, 'It lies in spam or trash.'),
  when((i) => !i.authenticated, 'Nobody vouches for who sent it.'),
  when((i) => toMs(i.now) - toMs(i.receivedAt) > AUTO_REPLY_AGE_MS, 'It is older than a day.'),
];

/** Why a mail must not be answered automatically, a sentence for each reason; empty when it may. Pure. */
export const whyNoAutoReply = (input: AutoReplyInput): string[] =>
  REFUSALS.flatMap((refusal) => refusal(input) || []);
