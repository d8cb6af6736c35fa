import { createHash } from 'node:crypto';
import { IMAP_KEYWORD_CHARS } from '#config/limits-imap.ts';

/** The keywords under which Thunderbird keeps its five tags, and what it calls them. */
const TAGS = new Map([
  ['$label1', 'Important'],
  ['$label2', 'Work'],
  ['$label3', 'Personal'],
  ['$label4', 'To Do'],
  ['$label5', 'Later'],
]);

/** Keywords that mail clients and filters set for themselves. Those that begin with a dollar sign all are. */
const NOT_LABELS = new Set([
  'junk',
  'nonjunk',
  'notjunk',
  'forwarded',
  'redirected',
  'mdnsent',
  'recent',
  'oldmail',
]);

const PLAIN = /^[A-Za-z0-9.-]$/;

/**
 * A label's name as a keyword: an atom (RFC 9051 §9). A space is written `_`, whatever an atom may not hold `=` and two
 * hex digits for each byte, so that `nameOf` gives the name back. A name too long for that becomes a hash.
 */
export const keywordFor = (name: string): string => {
  let out = '';
  for (const char of name) {
    if (PLAIN.test(char)) out += char;
    else if (char === ' ') out += '_';
    else for (const byte of Buffer.from(char)) out += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out.length <= IMAP_KEYWORD_CHARS ? out : `label-${hashOf(name)}`;
};

const hashOf = (name: string): string =>
  createHash('sha256').update(name.toLowerCase()).digest('hex').slice(0, 20);

const strict = new TextDecoder('utf-8', { fatal: true });

/** The name that a keyword stands for. Of a keyword that `keywordFor` did not make: itself, as far as it can be read. */
export const nameOf = (keyword: string): string => {
  const tag = TAGS.get(keyword.toLowerCase());
  if (tag) return tag;
  const bytes = Buffer.from(
    keyword
      .replaceAll('_', ' ')
      .replace(/=([\dA-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  try {
    const name = strict.decode(bytes).trim();
    return name === '' || /\p{Cc}/u.test(name) ? keyword : name;
  } catch {
    return keyword;
  }
};

/** Whether a keyword is one that a person would call a label. */
export const isLabel = (keyword: string): boolean => {
  const plain = keyword.toLowerCase();
  if (keyword.length > IMAP_KEYWORD_CHARS * 2) return false;
  return TAGS.has(plain) || !(plain.startsWith('$') || plain.startsWith('\\') || NOT_LABELS.has(plain));
};

/** The id of the label of that keyword: the same in any case of letters, as servers compare keywords. */
export const labelIdOf = (keyword: string): string => {
  const plain = keyword.toLowerCase();
  if (TAGS.has(plain) || plain.startsWith('label-')) return `k:${plain}`;
  return `k:${keywordFor(nameOf(keyword).normalize('NFC').toLowerCase()).toLowerCase()}`;
};
