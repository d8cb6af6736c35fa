import { type Instant, toDate, toMs } from '#std/time.ts';
import type { Address, ParsedMail } from './message.ts';
import { plainLine } from './plain-line.ts';

/** Characters of a line that says who wrote, to whom or about what. */
const LINE_CHARS = 500;
const NAME_CHARS = 150;

/** `Thu, 15 Jan 2026 at 09:00 UTC`: whoever reads it may be anywhere. */
const shownDate = (at: Instant): string =>
  toDate(toMs(at))
    .toUTCString()
    .replace(/ (\d\d:\d\d):\d\d GMT$/, ' at $1 UTC');

const nameAndAddress = ({ name, address }: Address): string =>
  name === '' ? address : `${name} <${address}>`;

const addresses = (all: readonly Address[]): string =>
  plainLine(all.map(nameAndAddress).join(', '), LINE_CHARS);

/** What every mail program writes above a message that it sends on. */
export const forwardHead = (mail: Pick<ParsedMail, 'from' | 'to' | 'cc' | 'date' | 'subject'>): string =>
  [
    '---------- Forwarded message ----------',
    `From: ${addresses(mail.from)}`,
    ...(mail.date === null ? [] : [`Date: ${shownDate(mail.date)}`]),
    `Subject: ${plainLine(mail.subject, LINE_CHARS)}`,
    `To: ${addresses(mail.to)}`,
    ...(mail.cc.length === 0 ? [] : [`Cc: ${addresses(mail.cc)}`]),
  ].join('\n');

const UNSEEN = /[^\P{Cc}\t]/gu;
const CUT = '> […]';

/** RFC 3676 §4.5: quoted once more, without a space between the marks. */
const quotedLine = (line: string): string => {
  const shown = line.replaceAll(UNSEEN, '').trimEnd();
  return shown === '' || shown.startsWith('>') ? `>${shown}` : `> ${shown}`;
};

/** Whole lines, as many as fit into so many characters, and a mark where there were more. */
const quotedText = (text: string, chars: number): string => {
  const lines: string[] = [];
  let left = chars - CUT.length;
  for (const line of text
    .slice(0, chars + 1)
    .trimEnd()
    .split(/\r?\n/)) {
    const quoted = quotedLine(line);
    left -= quoted.length + 1;
    if (left < 0) return [...lines, CUT].join('\n');
    lines.push(quoted);
  }
  return lines.join('\n');
};

/**
 * What stands below an answer: who wrote the message, when, and its text, each line marked. Of at most `chars` characters;
 * empty where not even the first line fits.
 */
export const quoted = (
  mail: Pick<ParsedMail, 'from' | 'date' | 'text'>,
  receivedAt: Instant,
  chars: number,
): string => {
  const [from = { name: '', address: '' }] = mail.from;
  const who = plainLine(from.name || from.address, NAME_CHARS) || 'somebody';
  const head = `On ${shownDate(mail.date ?? receivedAt)}, ${who} wrote:`;
  const room = chars - head.length - 1;
  return room < 2 * LINE_CHARS || mail.text.trim() === '' ? '' : `${head}\n${quotedText(mail.text, room)}`;
};
