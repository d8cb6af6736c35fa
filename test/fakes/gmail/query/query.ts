/** A search as it was understood. */
export type Query =
  | { kind: 'and' | 'or'; of: Query[] }
  | { kind: 'not'; of: Query }
  | { kind: 'words'; text: string }
  | { kind: 'operator'; name: string; value: string };

/** Operators that the fake knows. Any other `name:value` is looked for as plain words. */
const OPERATORS = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'deliveredto',
  'list',
  'subject',
  'label',
  'in',
  'is',
  'has',
  'filename',
  'newer_than',
  'older_than',
  'newer',
  'older',
  'after',
  'before',
  'rfc822msgid',
  'size',
  'larger',
  'smaller',
  'category',
]);

const TOKEN = /\s*(-?)(?:([({])|([)}])|([\w]+):(?=[^\s])|"([^"]*)"|([^\s(){}"]+))/y;

interface Reader {
  text: string;
  at: number;
}

const either = (kind: 'and' | 'or', of: Query[]): Query => (of.length === 1 && of[0] ? of[0] : { kind, of });

const negated = (no: boolean, query: Query): Query => (no ? { kind: 'not', of: query } : query);

/** The value behind `name:`: a word, a phrase in quotes, or a group that the operator holds for. */
const readValue = (reader: Reader, name: string): Query => {
  const rest = reader.text.slice(reader.at);
  const quoted = /^"([^"]*)"/.exec(rest);
  if (quoted) {
    reader.at += quoted[0].length;
    return { kind: 'operator', name, value: quoted[1] ?? '' };
  }
  if (/^[({]/.test(rest)) {
    const isOr = rest.startsWith('{');
    reader.at++;
    return applied(readAll(reader, isOr), name);
  }
  const word = /^[^\s(){}"]+/.exec(rest)?.[0] ?? '';
  reader.at += word.length;
  return { kind: 'operator', name, value: word };
};

/** Makes every word of a group a value of the operator before it. */
const applied = (query: Query, name: string): Query => {
  switch (query.kind) {
    case 'words':
      return { kind: 'operator', name, value: query.text };
    case 'not':
      return { kind: 'not', of: applied(query.of, name) };
    case 'operator':
      return query;
    default:
      return { kind: query.kind, of: query.of.map((one) => applied(one, name)) };
  }
};

/** One term; null at the end of the group or of the text. */
const readTerm = (reader: Reader): { query: Query } | { or: true } | null => {
  TOKEN.lastIndex = reader.at;
  const match = TOKEN.exec(reader.text);
  if (!match) {
    reader.at = reader.text.length;
    return null;
  }
  reader.at = TOKEN.lastIndex;
  const [, minus, open, close, operator, quoted, word] = match;
  if (close !== undefined) return null;
  const no = minus === '-';
  if (open !== undefined) return { query: negated(no, readAll(reader, open === '{')) };
  if (operator !== undefined) {
    const name = operator.toLowerCase();
    if (OPERATORS.has(name)) return { query: negated(no, readValue(reader, name)) };
    const value = /^\S+/.exec(reader.text.slice(reader.at))?.[0] ?? '';
    reader.at += value.length;
    return { query: negated(no, { kind: 'words', text: `${operator}:${value}`.toLowerCase() }) };
  }
  if (quoted === undefined && word === 'OR' && !no) return { or: true };
  return { query: negated(no, { kind: 'words', text: (quoted ?? word ?? '').toLowerCase() }) };
};

const readAll = (reader: Reader, isOrGroup: boolean): Query => {
  const groups: Query[][] = [];
  let joinNext = false;
  for (let term = readTerm(reader); term; term = readTerm(reader)) {
    if ('or' in term) {
      joinNext = groups.length > 0;
      continue;
    }
    const last = groups.at(-1);
    if (joinNext && last) last.push(term.query);
    else groups.push([term.query]);
    joinNext = false;
  }
  const all = groups.map((group) => either('or', group));
  return either(isOrGroup ? 'or' : 'and', all);
};

/** Reads a search as one types it into Gmail. Never throws; an empty one finds everything. */
export const parseQuery = (text: string): Query => {
  const reader = { text, at: 0 };
  const found: Query[] = [];
  // A closing bracket too many ends nothing.
  while (reader.at < text.length) found.push(readAll(reader, false));
  return either('and', found);
};
