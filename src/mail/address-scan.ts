/** One run of characters outside of brackets and comments: an atom, an encoded word, or a quoted string without its quotes. */
export interface Piece {
  text: string;
  quoted: boolean;
  /** Nothing stands between this piece and the one before it. */
  glued: boolean;
}

/** What a scan of an address header calls, in the order of the text. */
export interface AddressEvents {
  piece(piece: Piece): void;
  comment(text: string): void;
  angle(text: string): void;
  /** A colon ended the name of a group. */
  group(): void;
  separator(): void;
}

const SPACE = /\s/;
const ENDS_ATOM = /[\s"(),;<>]/;

/** Splits an address header (RFC 5322 §3.4) into its parts. Never throws; linear in the length. */
export const scanAddresses = (value: string, on: AddressEvents): void => {
  const lastSemicolon = value.lastIndexOf(';');
  let glued = false;
  // A quote that never closes is skipped, and all after it, so that nothing is read twice.
  let quotesClose = true;
  let i = 0;
  while (i < value.length) {
    const c = value[i] ?? '';
    if (SPACE.test(c) || c === '>' || c === ')' || (c === '"' && !quotesClose)) {
      glued = false;
      i++;
    } else if (c === '"') {
      const [text, end] = quotedString(value, i);
      if (end > value.length) {
        quotesClose = false;
        continue;
      }
      on.piece({ text, quoted: true, glued });
      glued = true;
      i = end;
    } else if (c === '(') {
      const [text, end] = comment(value, i);
      on.comment(text);
      glued = false;
      i = end;
    } else if (c === '<') {
      const [text, end] = angle(value, i);
      on.angle(text);
      glued = false;
      i = end;
    } else if (c === ',' || c === ';') {
      on.separator();
      glued = false;
      i++;
    } else {
      // A colon names a group only where a semicolon can end it; else it is a letter of an odd name.
      const end = atomEnd(value, i, i < lastSemicolon);
      if (value[end] === ':' && i < lastSemicolon) {
        on.group();
        i = end + 1;
        glued = false;
        continue;
      }
      on.piece({ text: value.slice(i, end), quoted: false, glued });
      glued = true;
      i = end;
    }
  }
};

/** The text of the quoted string at `start`, and the position after it; past the end of the value when it never closes. */
const quotedString = (value: string, start: number): [text: string, end: number] => {
  let text = '';
  let i = start + 1;
  for (; i < value.length && value[i] !== '"'; i++) {
    if (value[i] === '\\' && i + 1 < value.length) i++;
    text += value[i] ?? '';
  }
  return [text, i + 1];
};

const comment = (value: string, start: number): [text: string, end: number] => {
  let depth = 0;
  let text = '';
  let i = start;
  for (; i < value.length; i++) {
    const c = value[i] ?? '';
    if (c === '\\') text += value[++i] ?? '';
    else if (c === '(' && depth++ === 0) continue;
    else if (c === ')' && --depth === 0) return [text, i + 1];
    else text += c;
  }
  return [text, i];
};

/**
 * The text between angle brackets, and the position after them. A bracket that never closes ends at the next comma or
 * opening bracket, so that the mailboxes after it are still found.
 */
const angle = (value: string, start: number): [text: string, end: number] => {
  let open = start + 1;
  while (value[open] === '<') open++;
  let comma = -1;
  for (let i = open; i < value.length; i++) {
    const c = value[i];
    if (c === '>') return [value.slice(open, i), i + 1];
    if (c === '<') {
      const end = comma === -1 ? i : comma;
      return [value.slice(open, end), end];
    }
    if (c === ',' && comma === -1) comma = i;
  }
  const end = comma === -1 ? value.length : comma;
  return [value.slice(open, end), end];
};

/** Characters that an encoded word may have (RFC 2047 §2 says 75; real ones are longer). */
const ENCODED_WORD_CHARS = 1_000;
const ENCODED_WORD = /^=\?[^?\s]{1,80}\?[QqBb]\?[^?]*\?=/;

/**
 * The end of a run of ordinary characters; always after `start`, except at a colon that ends a group's name. An encoded
 * word is one run even where it illegally holds spaces or commas.
 */
const atomEnd = (value: string, start: number, colonEnds: boolean): number => {
  let sawAt = false;
  for (let i = start; i < value.length; i++) {
    const c = value[i] ?? '';
    if (c === '@') sawAt = true;
    if (c === '=' && value[i + 1] === '?') {
      const word = ENCODED_WORD.exec(value.slice(i, i + ENCODED_WORD_CHARS));
      if (word) i += word[0].length - 1;
    } else if (c === ':') {
      if (colonEnds && !sawAt) return i;
    } else if (ENDS_ATOM.test(c)) {
      return i;
    }
  }
  return value.length;
};
