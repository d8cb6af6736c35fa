import { createHash } from 'node:crypto';
import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import { IMAP_MESSAGE_ID_CHARS } from '#config/limits-imap.ts';
import { readHeaders } from '#mail/headers.ts';
import type { Flag } from '#mail/message.ts';
import { type Instant, toInstant } from '#std/time.ts';

/** A message as one look at its folder showed it. */
export interface Sighting {
  uid: number;
  /** What tells that this is the same message as one seen elsewhere. */
  matchKey: string;
  messageId: string | null;
  internalDate: Instant;
  sizeBytes: number;
  marks: Marks;
}

/** Everything about a message that changes. */
export interface Marks {
  flags: Flag[];
  keywords: string[];
  /** Gmail's labels, where the server has them. */
  labels: string[];
}

/** What to ask for to be told who a message is. */
export const IDENTITY: FetchQueryObject = {
  flags: true,
  labels: true,
  internalDate: true,
  size: true,
  headers: ['message-id', 'date'],
};

export const MARKS: FetchQueryObject = { flags: true, labels: true };

const FLAG_NAMES = new Map<string, Flag>([
  ['\\seen', 'seen'],
  ['\\flagged', 'flagged'],
  ['\\answered', 'answered'],
]);

/** How each of our flags is written. */
export const WIRE_FLAGS: Record<Flag, string> = {
  seen: '\\Seen',
  flagged: '\\Flagged',
  answered: '\\Answered',
};

/** null when the server did not tell the flags. */
export const marksOf = (m: FetchMessageObject): Marks | null => {
  if (!m.flags) return null;
  const marks: Marks = { flags: [], keywords: [], labels: [...(m.labels ?? [])] };
  for (const name of m.flags) {
    const flag = FLAG_NAMES.get(name.toLowerCase());
    if (flag) marks.flags.push(flag);
    else if (!name.startsWith('\\')) marks.keywords.push(name);
  }
  return marks;
};

/** null when the server left out what was asked for. */
export const sightingOf = (m: FetchMessageObject): Sighting | null => {
  const marks = marksOf(m);
  if (!marks) return null;
  const { messageId, date } = identityHeaders(m.headers ?? m.source);
  const sizeBytes = m.size ?? 0;
  const internalDate = instantOf(m.internalDate);
  const matchKey = m.emailId
    ? `e:${m.emailId}`
    : `m:${hash([messageId ?? '', date ?? internalDate, String(sizeBytes)])}`;
  return { uid: m.uid, matchKey, messageId, internalDate, sizeBytes, marks };
};

const hash = (parts: string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 27);

const identityHeaders = (bytes: Buffer | undefined): { messageId: string | null; date: string | null } => {
  const found = { messageId: null as string | null, date: null as string | null };
  for (const [name, value] of bytes ? readHeaders(bytes).headers : []) {
    if (name === 'message-id') found.messageId ??= plainMessageId(value);
    if (name === 'date') found.date ??= value.trim();
  }
  return found;
};

/** Of a Message-ID header: without the angle brackets and what stands around them. */
export const plainMessageId = (value: string): string | null => {
  const inner = /<([^<>]*)>/.exec(value)?.[1] ?? value;
  return inner.replace(/\s+/g, '').slice(0, IMAP_MESSAGE_ID_CHARS) || null;
};

export const messageIdOf = (raw: Uint8Array): string | null => identityHeaders(Buffer.from(raw)).messageId;

const instantOf = (date: Date | string | undefined): Instant => {
  const ms = date instanceof Date ? date.getTime() : Date.parse(date ?? '');
  return toInstant(Number.isNaN(ms) ? 0 : ms);
};
