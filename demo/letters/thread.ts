/** Conversations: replies with their references, and with what they answer quoted the way each writer's program does it. */
import { dayName, dottedDate, headerDate, moment } from './dates.ts';
import { wrap } from './encode.ts';
import { type Letter, type Person, robin } from './letter.ts';
import { messageId } from './render.ts';

/** One turn: who, which day, what time, what they wrote, and anything unusual about that letter. */
type Turn = [who: Person, day: number, time: string, text: string, more?: Partial<Letter>];

const QUOTE_DEPTH = 3;
/** Older mail than this has been read, even where nobody answered. */
const FRESH_DAYS = 4;

const introduction = (reader: Person, earlier: Letter, subject: string): string => {
  const { from, day, time } = earlier;
  const date = headerDate(moment(day, time), from.zone).slice(0, -9);
  switch (reader.quotes) {
    case 'de':
      return `Am ${dottedDate(day)} um ${time} schrieb ${from.name}:`;
    case 'fr':
      return `Le ${dottedDate(day).replaceAll('.', '/')} à ${time}, ${from.name} a écrit :`;
    case 'es':
      return `El ${dottedDate(day).replaceAll('.', '/')}, ${from.name} escribió:`;
    case 'outlook':
      return `-----Original Message-----\nFrom: ${from.name} <${from.address}>\nSent: ${dayName(day)} ${time}\nSubject: ${subject}\n`;
    default:
      return `On ${date}, ${from.name} <${from.address}> wrote:`;
  }
};

const quote = (text: string): string =>
  wrap(text, 70)
    .split('\n')
    .filter((line) => !line.startsWith('> '.repeat(QUOTE_DEPTH)))
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const paragraphs = (text: string): string =>
  text
    .split('\n\n')
    .map((p) => `<p>${escapeText(p).replaceAll('\n', '<br>')}</p>`)
    .join('\n');

const signed = (who: Person, text: string): string =>
  who.signature
    ? `${text}\n\n${who.signature.includes('\n') ? `-- \n${who.signature}` : who.signature}`
    : text;

const htmlOf = (own: string, lead: string, earlier: string | undefined): string => {
  const rest = earlier
    ? `\n<div class="gmail_quote"><div dir="ltr">${escapeText(lead)}</div>\n<blockquote style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">${paragraphs(earlier)}</blockquote></div>`
    : '';
  return `<div dir="ltr">${paragraphs(own)}</div>${rest}`;
};

/** The letters of one conversation. Everybody in it gets every letter; the first turn opens it. */
export const thread = (subject: string, others: readonly Person[], turns: readonly Turn[]): Letter[] => {
  const everyone = [robin, ...others];
  const letters: Letter[] = [];
  const own: string[] = [];
  for (const [i, [from, day, time, text, more]] of turns.entries()) {
    const earlier = letters.at(-1);
    const heading =
      earlier && !/^(re|aw|fwd?):/i.test(subject)
        ? `${from.quotes === 'de' ? 'AW' : 'Re'}: ${subject}`
        : subject;
    const mine = signed(from, text);
    const lead = earlier ? introduction(from, earlier, earlier.subject) : '';
    const readers = everyone.filter((p) => p.address !== from.address);
    const first = earlier && earlier.from.address !== from.address ? earlier.from : readers[0];
    const to = first ? [first] : [];
    letters.push({
      from,
      to,
      cc: readers.filter((p) => p.address !== first?.address),
      day,
      time,
      read: day < -FRESH_DAYS || turns.slice(i).some(([who]) => who.address === robin.address),
      subject: heading,
      text: earlier ? `${mine}\n\n${lead}\n${quote(earlier.text)}` : mine,
      id: messageId(from, heading, moment(day, time)),
      ...(from.html ? { html: htmlOf(mine, lead, own.at(-1)) } : {}),
      ...(earlier?.id ? { inReplyTo: earlier.id, references: letters.map((l) => l.id ?? '') } : {}),
      ...more,
    });
    own.push(mine);
  }
  return letters;
};
