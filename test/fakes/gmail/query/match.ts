import type { MailItem, SearchHeaders } from '#test/fakes/gmail/mailbox/mail-item.ts';
import type { Mailbox } from '#test/fakes/gmail/mailbox/mailbox.ts';
import type { Query } from './query.ts';

export interface MatchContext {
  mailbox: Mailbox;
  nowMs: number;
}

type Test = (item: MailItem) => boolean;

const DAY_MS = 86_400_000;
const UNIT_DAYS: Readonly<Record<string, number>> = { d: 1, m: 30, y: 365 };
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20 };
const FOLDERS: Readonly<Record<string, string>> = {
  inbox: 'INBOX',
  sent: 'SENT',
  drafts: 'DRAFT',
  draft: 'DRAFT',
  trash: 'TRASH',
  spam: 'SPAM',
  starred: 'STARRED',
  important: 'IMPORTANT',
  unread: 'UNREAD',
};

const always: Test = () => true;
const never: Test = () => false;

const isWordChar = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}]/u.test(char);

/** True when the phrase stands in the text as whole words. */
export const hasPhrase = (text: string, phrase: string): boolean => {
  if (phrase === '') return true;
  for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
    if (!isWordChar(text[at - 1]) && !isWordChar(text[at + phrase.length])) return true;
  }
  return false;
};

const header =
  (name: keyof SearchHeaders, value: string): Test =>
  (item) =>
    hasPhrase(item.search()[name], value);

const age = (value: string, newer: boolean, nowMs: number): Test => {
  const match = /^(\d+)([dmy])$/i.exec(value);
  if (!match) return never;
  const edge = nowMs - Number(match[1]) * (UNIT_DAYS[(match[2] ?? '').toLowerCase()] ?? 1) * DAY_MS;
  return (item) => (newer ? item.internalMs >= edge : item.internalMs < edge);
};

/** A day as in 2026/01/31, 2026-01-31 or 01/31/2026, or seconds since 1970. */
const momentOf = (value: string): number | undefined => {
  if (/^\d{9,}$/.test(value)) return Number(value) * 1_000;
  const yearFirst = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/.exec(value);
  if (yearFirst) return Date.UTC(Number(yearFirst[1]), Number(yearFirst[2]) - 1, Number(yearFirst[3]));
  const yearLast = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(value);
  return yearLast ? Date.UTC(Number(yearLast[3]), Number(yearLast[1]) - 1, Number(yearLast[2])) : undefined;
};

const date = (value: string, after: boolean): Test => {
  const edge = momentOf(value);
  if (edge === undefined) return never;
  return (item) => (after ? item.internalMs >= edge : item.internalMs < edge);
};

const size = (value: string, larger: boolean): Test => {
  const match = /^(\d+)([km]?)b?$/i.exec(value);
  if (!match) return never;
  const edge = Number(match[1]) * (SIZE_UNITS[(match[2] ?? '').toLowerCase()] ?? 1);
  return (item) => (larger ? item.sizeBytes() > edge : item.sizeBytes() < edge);
};

/** Labels in a search: blanks and slashes may be written as hyphens. */
const spelled = (name: string): string => name.toLowerCase().replace(/[\s/]/g, '-');

export const labelIdOf = (value: string, mailbox: Mailbox): string | undefined => {
  const folder = FOLDERS[value.toLowerCase()];
  if (folder) return folder;
  const wanted = spelled(value);
  return mailbox.labels.all().find((one) => spelled(one.name) === wanted || one.id.toLowerCase() === wanted)
    ?.id;
};

const label = (value: string, mailbox: Mailbox): Test => {
  const id = labelIdOf(value, mailbox);
  return id === undefined ? never : (item) => item.labels.has(id);
};

const place = (value: string, mailbox: Mailbox): Test => {
  if (value === 'anywhere') return always;
  if (value === 'archive')
    return (item) => !['INBOX', 'TRASH', 'SPAM', 'SENT', 'DRAFT'].some((one) => item.labels.has(one));
  return label(value, mailbox);
};

const state = (value: string, mailbox: Mailbox): Test => {
  if (value === 'read') return (item) => !item.labels.has('UNREAD');
  return label(value, mailbox);
};

const has = (value: string): Test => {
  if (value === 'attachment') return (item) => item.filenames().length > 0;
  if (value === 'userlabels') return (item) => [...item.labels].some((one) => one.startsWith('Label_'));
  if (value === 'nouserlabels') return (item) => ![...item.labels].some((one) => one.startsWith('Label_'));
  return never;
};

const anybody = (value: string, names: readonly (keyof SearchHeaders)[], me: string): Test => {
  const wanted = value === 'me' ? me : value;
  return (item) => names.some((name) => header(name, wanted)(item));
};

const messageId = (value: string): Test => {
  const wanted = value.replace(/^<|>$/g, '');
  return (item) => item.head.messageId.toLowerCase() === wanted;
};

const operatorTest = (name: string, given: string, { mailbox, nowMs }: MatchContext): Test => {
  const value = given.toLowerCase();
  switch (name) {
    case 'from':
      return anybody(value, ['from'], mailbox.email);
    case 'to':
      return anybody(value, ['to', 'cc', 'bcc'], mailbox.email);
    case 'cc':
    case 'bcc':
      return anybody(value, [name], mailbox.email);
    case 'subject':
    case 'list':
      return header(name, value);
    case 'deliveredto':
      return header('deliveredTo', value);
    case 'label':
      return label(value, mailbox);
    case 'category':
      return label(`category_${value === 'primary' ? 'personal' : value}`, mailbox);
    case 'in':
      return place(value, mailbox);
    case 'is':
      return state(value, mailbox);
    case 'has':
      return has(value);
    case 'filename':
      return (item) =>
        item.filenames().some((one) => one === value || one.endsWith(`.${value}`) || hasPhrase(one, value));
    case 'newer_than':
    case 'older_than':
      return age(value, name === 'newer_than', nowMs);
    case 'after':
    case 'newer':
      return date(value, true);
    case 'before':
    case 'older':
      return date(value, false);
    case 'rfc822msgid':
      return messageId(value);
    case 'larger':
    case 'size':
      return size(value, true);
    case 'smaller':
      return size(value, false);
    default:
      return never;
  }
};

const words =
  (text: string): Test =>
  (item) => {
    const { subject, from, to, cc } = item.search();
    return [subject, from, to, cc].some((one) => hasPhrase(one, text)) || hasPhrase(item.searchText(), text);
  };

/** The search as one test of a message. */
export const testOf = (query: Query, context: MatchContext): Test => {
  switch (query.kind) {
    case 'words':
      return words(query.text);
    case 'operator':
      return operatorTest(query.name, query.value, context);
    case 'not': {
      const inner = testOf(query.of, context);
      return (item) => !inner(item);
    }
    case 'and': {
      const all = query.of.map((one) => testOf(one, context));
      return (item) => all.every((test) => test(item));
    }
    default: {
      const any = query.of.map((one) => testOf(one, context));
      return (item) => any.some((test) => test(item));
    }
  }
};
