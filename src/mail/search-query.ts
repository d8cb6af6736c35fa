import { SEARCH_QUERY_CHARS, SEARCH_TERMS } from '#config/limits.ts';
import { AppError } from '#std/errors.ts';
import { parseInstant } from '#std/time.ts';
import { wordsOf } from './search-words.ts';

export type SearchField = 'subject' | 'sender' | 'recipients' | 'any';

/** Words next to each other, somewhere in a field. */
export interface SearchTerm {
  field: SearchField;
  words: string[];
  /** The last word may go on. */
  prefix: boolean;
  /** Messages that have it are left out. */
  not: boolean;
}

/** What a person looks for. All parts must hold. */
export interface SearchQuery {
  terms: SearchTerm[];
  /** Names, ids or roles, as written. */
  labels: string[];
  unread?: boolean;
  starred?: boolean;
  hasAttachment?: boolean;
  /** Received at or after, and before: Instants. */
  after?: string;
  before?: string;
}

const FIELDS: Readonly<Record<string, SearchField>> = {
  from: 'sender',
  to: 'recipients',
  cc: 'recipients',
  subject: 'subject',
};

/** `-key:"a phrase"*`, each part but the text left out at will. */
const TOKEN = /(-)?(?:([a-z]{2,10}):)?(?:"([^"]*)"?|([^\s"]+))(\*)?/giu;

const wrong = (message: string): AppError =>
  new AppError('input', 'search.bad-query', message, {
    help: 'Write words, "phrases", pre*, from:, to:, subject:, label:, is:unread, is:read, is:starred, has:attachment, after:2026-01-31.',
    fields: { path: 'q' },
  });

const setState = (query: SearchQuery, value: string, not: boolean): void => {
  switch (value.toLowerCase()) {
    case 'unread':
      query.unread = !not;
      return;
    case 'read':
      query.unread = not;
      return;
    case 'starred':
    case 'flagged':
      query.starred = !not;
      return;
    default:
      throw wrong(`is:${value} means nothing here`);
  }
};

const setKnown = (query: SearchQuery, key: string, o: { value: string; not: boolean }): boolean => {
  switch (key) {
    case 'is':
      setState(query, o.value, o.not);
      return true;
    case 'has':
      if (!/^attachments?$/i.test(o.value)) throw wrong(`has:${o.value} means nothing here`);
      query.hasAttachment = !o.not;
      return true;
    case 'label':
    case 'in':
      if (o.not) throw wrong('A label cannot be left out');
      query.labels.push(o.value);
      return true;
    case 'after':
    case 'before': {
      const at = parseInstant(o.value);
      if (at === undefined || o.not) throw wrong(`${key}: takes a date such as 2026-01-31`);
      query[key] = at;
      return true;
    }
    default:
      return false;
  }
};

/**
 * Reads what a person typed. Nothing of it ever becomes part of a statement: only words come out, and values that are
 * bound. Throws `search.bad-query`.
 */
export const parseSearch = (text: string): SearchQuery => {
  if (text.length > SEARCH_QUERY_CHARS) {
    throw wrong(`A search has at most ${SEARCH_QUERY_CHARS} characters`);
  }
  const query: SearchQuery = { terms: [], labels: [] };
  let words = SEARCH_TERMS;
  for (const [whole, minus, rawKey, phrase, bare, star] of text.matchAll(TOKEN)) {
    const key = rawKey?.toLowerCase();
    const value = phrase ?? bare ?? '';
    const not = minus === '-';
    if (key !== undefined && setKnown(query, key, { value, not })) continue;
    const field = key === undefined ? undefined : FIELDS[key];
    // What looks like a key but is none is text: a time, a web address.
    const term = key !== undefined && field === undefined ? whole : value;
    const found = wordsOf(term, words);
    words -= found.length;
    const prefix = star === '*' || (phrase === undefined && value.endsWith('*'));
    if (found.length > 0) query.terms.push({ field: field ?? 'any', words: found, prefix, not });
  }
  if (query.terms.length > 0 && query.terms.every((t) => t.not)) {
    throw wrong('A search says what to look for, not only what to leave out');
  }
  return query;
};

const quoted = (term: SearchTerm): string => `"${term.words.join(' ')}"${term.prefix ? ' *' : ''}`;

/** The query in FTS5's language. Words hold letters and digits only, so nothing in them can end the quotes. */
export const toFts5 = (terms: readonly SearchTerm[]): string => {
  const write = (t: SearchTerm) => (t.field === 'any' ? quoted(t) : `{${t.field}} : ${quoted(t)}`);
  const wanted = terms.filter((t) => !t.not).map(write);
  const unwanted = terms.filter((t) => t.not).map((t) => ` NOT (${write(t)})`);
  return `(${wanted.map((w) => `(${w})`).join(' AND ')})${unwanted.join('')}`;
};

const WEIGHTS: Readonly<Record<SearchField, string>> = {
  subject: 'A',
  sender: 'B',
  recipients: 'C',
  any: '',
};

/** The same as a PostgreSQL tsquery. */
export const toTsquery = (terms: readonly SearchTerm[]): string =>
  terms
    .map((t) => {
      const weight = WEIGHTS[t.field];
      const lexemes = t.words.map((word, i) => {
        const flags = (t.prefix && i === t.words.length - 1 ? '*' : '') + weight;
        return `'${word}'${flags === '' ? '' : `:${flags}`}`;
      });
      return `${t.not ? '!' : ''}(${lexemes.join(' <-> ')})`;
    })
    .join(' & ');
