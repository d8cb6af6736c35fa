import type { Entry, Person } from './sections/entry.ts';
import type { Group } from './sections/unread.ts';

export const nameOf = ({ name, address }: Person): string => name || address || 'an unknown sender';

const fullName = ({ name, address }: Person): string =>
  name && address ? `${name} <${address}>` : nameOf({ name, address });

export const subjectOf = (subject: string): string => subject || '(no subject)';

export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** 75 → `2 min`; what is less than half a minute is not worth telling. */
export const minutes = (seconds: number): string =>
  seconds < 30 ? '' : `${Math.max(1, Math.round(seconds / 60)).toLocaleString('en')} min`;

const SIZES = ['bytes', 'kB', 'MB', 'GB'];

const sizeOf = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < SIZES.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${SIZES[unit]}`;
};

const attachmentsText = ({ attachments, moreAttachments }: Entry): string[] => {
  if (attachments.length === 0) return [];
  const named = attachments.map((a) => `${a.filename || 'unnamed'} (${sizeOf(a.sizeBytes)})`);
  const more = moreAttachments > 0 ? [`and ${moreAttachments} more`] : [];
  return [`  Attached: ${[...named, ...more].join(', ')}`];
};

const factsOf = (entry: Entry): string => {
  const facts = [
    entry.messageCount > 1 ? counted(entry.messageCount, 'new message') : '',
    minutes(entry.readingSeconds),
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
};

const summaryLines = ({ summary }: Entry): string[] => (summary.text === '' ? [] : [`  ${summary.text}`]);

/** One thread: who and what, then the summary and the attachments. */
export const entryLines = (entry: Entry): string[] => [
  `${fullName(entry.from)}: ${subjectOf(entry.subject)}${factsOf(entry)}`,
  ...summaryLines(entry),
  ...attachmentsText(entry),
];

/** Threads of one sender under one line. */
export const groupLines = (group: Extract<Group, { kind: 'sender' }>): string[] => [
  `${fullName(group.from)}: ${counted(group.threadCount, 'thread')}, ${counted(group.messageCount, 'new message')}`,
  ...group.threads.flatMap((entry) => [
    `  - ${subjectOf(entry.subject)}${factsOf(entry)}`,
    ...[...summaryLines(entry), ...attachmentsText(entry)].map((line) => `  ${line}`),
  ]),
  ...(group.more > 0 ? [`  - and ${counted(group.more, 'more thread', 'more threads')}`] : []),
];
