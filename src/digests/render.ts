import { DIGEST_TEXT_COLUMNS } from '#config/limits-digests.ts';
import { timeIn } from '#std/zone.ts';
import type { DigestContent, Section } from './digest.ts';
import { SECTIONS } from './sections/catalog.ts';
import { counted, minutes } from './unread-text.ts';

const totalOf = (digest: DigestContent, name: Section['section']): number =>
  digest.sections.find((s) => s.section === name)?.total ?? 0;

/** One line that says what is in it, for the top of a text and the title of a message. */
export const digestTitle = (digest: DigestContent): string => {
  const unread = totalOf(digest, 'unread');
  const waiting = totalOf(digest, 'waiting');
  const reading = minutes(digest.readingSeconds);
  const parts = [
    unread === 0 ? 'Nothing new' : counted(unread, 'new message'),
    ...(reading === '' ? [] : [`${reading} to read`]),
    ...(waiting === 0 ? [] : [`${counted(waiting, 'action')} waiting for you`]),
  ];
  return parts.join(', ');
};

/** Wraps a line between words, its continuation as far in as it began and two more. */
const wrapped = (line: string): string[] => {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const hang = indent.length === 0 ? '    ' : `${indent}${line.trimStart().startsWith('- ') ? '  ' : ''}`;
  const out: string[] = [];
  let open = indent;
  for (const word of line.trim().split(' ')) {
    if (open.trim() !== '' && open.length + 1 + word.length > DIGEST_TEXT_COLUMNS) {
      out.push(open);
      open = hang + word;
    } else open += open.trim() === '' ? word : ` ${word}`;
  }
  return [...out, open];
};

const sectionLines = (section: Section, { timeZone, from }: DigestContent): string[] => {
  const kind = SECTIONS.find((s) => s.name === section.section);
  if (!kind || section.items.length === 0) return [];
  const items = section.items.map((item) => kind.lines(item as never, { timeZone }).flatMap(wrapped));
  // Items of one line stand close together, longer ones apart.
  const gap = items.some((lines) => lines.length > 1) ? [''] : [];
  const more = section.more > 0 ? [...gap, `And ${section.more.toLocaleString('en')} more.`] : [];
  return [
    kind.title,
    '-'.repeat(kind.title.length),
    ...items.flatMap((lines, i) => (i === 0 ? lines : [...gap, ...lines])),
    ...more,
    ...(kind.hint ? ['', kind.hint({ from })] : []),
    '',
  ];
};

/**
 * A digest as plain text, from nothing but the digest. Everything that a stranger wrote has been made plain and short
 * before it came in here.
 */
export const renderDigest = (digest: DigestContent): string => {
  const { timeZone } = digest;
  const from = timeIn(Date.parse(digest.from), timeZone);
  const to = timeIn(Date.parse(digest.to), timeZone);
  const lines = [
    digestTitle(digest),
    `${from} to ${to} (${timeZone})`,
    '',
    ...digest.sections.flatMap((section) => sectionLines(section, digest)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
};
