import { MAIL_ADDRESSES } from '#config/limits.ts';
import { type Piece, scanAddresses } from './address-scan.ts';
import { decodeText } from './encoded-word.ts';
import type { Address } from './message.ts';

/**
 * Every mailbox of an address header (RFC 5322 §3.4), groups flattened. Takes the raw, unfolded value: encoded words are
 * decoded after the structure is read, so that they can't forge it. Whatever stands in angle brackets, or has an `@`, is
 * found, however odd the rest is; `Doe, John <j@x>` and `Name ,_<j@x>` are one mailbox each. A value in which no address
 * can be read gives one entry with the text as its name. Never throws; time is linear in the length.
 */
export const parseAddresses = (value: string, max: number = MAIL_ADDRESSES): Address[] => {
  const found = readList(value, max);
  if (found.some((a) => a.address !== '') || !value.includes('=?')) return found;
  // Some senders encode the whole header, brackets and all.
  const decoded = decodeText(value);
  return decoded === value ? found : readList(decoded, max);
};

interface Element {
  /** Words outside of brackets and comments. */
  phrase: Piece[];
  comments: string[];
  angles: string[];
}

const emptyElement = (): Element => ({ phrase: [], comments: [], angles: [] });

const readList = (value: string, max: number): Address[] => {
  const out: Address[] = [];
  // Words that were cut off by a comma and belong to the mailbox that follows.
  let waiting: string[] = [];
  let element = emptyElement();
  const finish = (): void => {
    const boxes = mailboxes(element);
    if (boxes.length === 0) {
      const name = nameOf(element);
      if (SAYS_SOMETHING.test(name) && !name.endsWith(':')) waiting.push(name);
    }
    for (const [i, box] of boxes.entries()) {
      if (out.length >= max) break;
      // A bare address has no name for the words before it to be part of.
      const before = i === 0 && element.angles.length > 0 ? waiting : [];
      const names = [...before, box.name].filter((n) => SAYS_SOMETHING.test(n));
      out.push({ name: readableName(names), address: box.address });
    }
    if (boxes.length > 0) waiting = [];
    element = emptyElement();
  };
  scanAddresses(value, {
    piece: (piece) => element.phrase.push(piece),
    comment: (text) => element.comments.push(text),
    angle: (text) => element.angles.push(text),
    group: () => {
      element = emptyElement();
      waiting = [];
    },
    separator: finish,
  });
  finish();
  if (out.length === 0 && waiting.length > 0) {
    out.push({ name: readableName(waiting), address: '' });
  }
  return out;
};

/** Not only white space and the underscores that stand for it in encoded words. */
const SAYS_SOMETHING = /[^\s_]/;

const readableName = (parts: string[]): string => decodeText(parts.join(', ')).replace(/\s+/g, ' ').trim();

const mailboxes = (element: Element): Address[] => {
  const found = element.angles.map(cleanAddress).filter((a) => a !== '');
  if (found.length === 0) return bareAddresses(element);
  const name = nameOf(element);
  return found.map((address, i) => ({ name: i === 0 ? name : '', address }));
};

/** `john@x (John)`, `John john@x`, `"j d"@x`, `j @ x`: addresses that stand without brackets. */
const bareAddresses = (element: Element): Address[] => {
  const words: string[] = [];
  const found: string[] = [];
  // White space around the @ is obsolete, but allowed (RFC 5322 §4.4): such pieces become one.
  let pending: { text: string; isAddress: boolean; quoted: boolean } | undefined;
  const flush = (): void => {
    if (pending) (pending.isAddress ? found : words).push(pending.text);
  };
  for (const piece of element.phrase) {
    if (
      pending &&
      !piece.quoted &&
      (piece.text.startsWith('@') || (pending.isAddress && pending.text.endsWith('@')))
    ) {
      const start = pending.quoted ? `"${pending.text}"` : pending.text;
      pending = { text: start + piece.text, isAddress: true, quoted: false };
      continue;
    }
    flush();
    pending = {
      text: piece.text,
      quoted: piece.quoted,
      isAddress: piece.quoted ? LIKE_ADDRESS.test(piece.text) : piece.text.includes('@'),
    };
  }
  flush();
  const name = [...words, ...element.comments].join(' ').trim();
  return found
    .map(cleanAddress)
    .filter((a) => a.length > 1)
    .map((address, i) => ({ name: i === 0 ? name : '', address }));
};

const LIKE_ADDRESS = /^[^\s@]+@[^\s@]+$/;

const nameOf = (element: Element): string => {
  let name = '';
  for (const piece of element.phrase) name += piece.glued || name === '' ? piece.text : ` ${piece.text}`;
  return name === '' ? element.comments.join(' ').trim() : name;
};

/** Drops white space, control characters, a source route (RFC 5322 §4.4) and `mailto:`; lower-cases the domain. */
const cleanAddress = (text: string): string => {
  let address = text.trim();
  if (address.startsWith('<')) address = address.replace(/^[<\s]+/, '');
  if (address.startsWith('@')) address = address.slice(address.lastIndexOf(':') + 1);
  if (/^mailto:/i.test(address)) address = address.slice('mailto:'.length);
  // A quoted local part keeps its spaces.
  address = address.replace(address.startsWith('"') ? /[\p{Cc}<>]/gu : /[\s\p{Cc}<>]/gu, '');
  const at = address.lastIndexOf('@');
  return at === -1 ? address : address.slice(0, at + 1) + address.slice(at + 1).toLowerCase();
};
