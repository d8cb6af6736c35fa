import { MAIL_ADDRESSES, MAIL_REFERENCES } from '#config/limits.ts';
import { parseAddresses } from './address.ts';
import { decodeHeaders, type HeaderBlock, type RawHeader, readHeaders } from './headers.ts';
import { readMailDate } from './mail-date.ts';
import type { Address, ParsedMail } from './message.ts';

/** Everything that the headers alone say, with an empty body. */
export const envelopeOf = ({ headers, notes: headerNotes }: HeaderBlock): ParsedMail => {
  const notes = [...headerNotes];
  const first = (name: string): string | undefined => headers.find((h) => h[0] === name)?.[1];
  const addresses = addressReader(headers, notes);
  const decoded = decodeHeaders(headers);
  const subject = decoded.find((h) => h[0] === 'subject')?.[1] ?? '';
  const date = first('date');
  return {
    rfc822MessageId: messageIds(first('message-id') ?? '')[0] ?? null,
    inReplyTo: messageIds(first('in-reply-to') ?? '')[0] ?? null,
    references: messageIds(first('references') ?? '').slice(-MAIL_REFERENCES),
    from: addresses('from'),
    replyTo: addresses('reply-to'),
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    subject: subject.replace(/\s+/g, ' '),
    date: date === undefined ? null : readMailDate(date),
    headers: decoded,
    text: '',
    html: null,
    newText: '',
    snippet: '',
    attachments: [],
    hasCalendar: false,
    notes,
  };
};

/** A message of which only the headers could be read, with the reason. Never throws. */
export const envelopeOnly = (raw: Uint8Array, note: string): ParsedMail => {
  const envelope = envelopeOf(readHeaders(raw));
  envelope.notes.push(note);
  return envelope;
};

/** Reads all headers of a name; all reads together give at most MAIL_ADDRESSES mailboxes. */
const addressReader = (headers: readonly RawHeader[], notes: string[]): ((name: string) => Address[]) => {
  let left = MAIL_ADDRESSES;
  return (name) => {
    const found: Address[] = [];
    for (const [header, value] of headers) {
      if (header !== name) continue;
      const some = parseAddresses(value, left + 1);
      if (some.length > left) {
        some.length = left;
        notes.push('only the first 10,000 addresses were kept');
      }
      left -= some.length;
      for (const address of some) found.push(address);
    }
    return found;
  };
};

/** The ids in angle brackets (RFC 5322 §3.6.4); where none are, the words. */
const messageIds = (value: string): string[] => {
  const ids: string[] = [];
  for (let at = value.indexOf('<'); at !== -1; at = value.indexOf('<', at + 1)) {
    const end = value.indexOf('>', at);
    if (end === -1) break;
    const id = value.slice(at + 1, end).replace(/[\s<]+/g, '');
    if (id !== '') ids.push(id);
    at = end;
  }
  return ids.length > 0 || value === '' ? ids : value.split(/[\s,<>]+/).filter((id) => id !== '');
};
