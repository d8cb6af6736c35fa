/** The transfer and header encodings of MIME (RFC 2045, RFC 2047), as much of them as the demo mailbox needs. */

type Charset = 'utf-8' | 'iso-8859-1';

const LINE = 76;
const ENCODED_WORD = 75;

const bytesOf = (text: string, charset: Charset): Buffer => {
  if (charset === 'iso-8859-1' && /[^\0-\xff]/.test(text))
    throw new Error(`not in ${charset}: ${text.slice(0, 60)}`);
  return Buffer.from(text, charset === 'utf-8' ? 'utf8' : 'latin1');
};

export const isAscii = (text: string): boolean => !/[^\t\n\r\x20-\x7e]/.test(text);

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

const qWord = (bytes: Buffer): string => {
  let out = '';
  for (const b of bytes) {
    const c = String.fromCharCode(b);
    if (c === ' ') out += '_';
    else out += /[A-Za-z0-9!*+\-/]/.test(c) ? c : hex(b);
  }
  return out;
};

/** One header value as encoded words, none longer than 75 characters, folded. ASCII comes back as it is. */
export const encodeHeader = (text: string, charset: Charset = 'utf-8'): string => {
  if (isAscii(text)) return text;
  const foreign = [...text].filter((c) => !isAscii(c)).length;
  const mark = foreign * 3 > text.length ? 'B' : 'Q';
  const word = (part: string): string => {
    const bytes = bytesOf(part, charset);
    return `=?${charset.toUpperCase()}?${mark}?${mark === 'B' ? bytes.toString('base64') : qWord(bytes)}?=`;
  };
  const words: string[] = [];
  let part = '';
  for (const c of text) {
    if (word(part + c).length > ENCODED_WORD) {
      words.push(word(part));
      part = '';
    }
    part += c;
  }
  words.push(word(part));
  return words.join('\n ');
};

/** Folds a structured header at its spaces, so that no line is longer than 76 characters where that can be helped. */
export const fold = (name: string, value: string): string => {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of value.split(' ')) {
    if (line.length + 1 + word.length > LINE && line.trim() !== '' && !line.endsWith(':')) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  lines.push(line);
  return lines.join('\n');
};

const qpLine = (line: string, charset: Charset): string => {
  const out: string[] = [];
  let now = '';
  const bytes = bytesOf(line, charset);
  for (const [i, b] of bytes.entries()) {
    const last = i === bytes.length - 1;
    const plain = (b >= 33 && b <= 126 && b !== 61) || ((b === 32 || b === 9) && !last);
    const piece = plain ? String.fromCharCode(b) : hex(b);
    if (now.length + piece.length > LINE - 1) {
      out.push(`${now}=`);
      now = '';
    }
    now += piece;
  }
  out.push(now);
  return out.join('\n');
};

export const quotedPrintable = (text: string, charset: Charset = 'utf-8'): string =>
  text
    .split('\n')
    .map((line) => qpLine(line, charset))
    .join('\n');

export const base64Lines = (bytes: Buffer): string =>
  (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\n');

/** Breaks long paragraphs at spaces, as a mail program does; quoted and indented lines stay as they are. */
export const wrap = (text: string, width = 74): string =>
  text
    .split('\n')
    .map((line) => {
      if (line.length <= width || /^[>\s|]/.test(line)) return line;
      const lines: string[] = [];
      let now = '';
      for (const word of line.split(' ')) {
        if (now !== '' && now.length + 1 + word.length > width) {
          lines.push(now);
          now = word;
        } else now = now === '' ? word : `${now} ${word}`;
      }
      lines.push(now);
      return lines.join('\n');
    })
    .join('\n');

/** A text part: its headers and its encoded body. */
export const textPart = (
  type: string,
  text: string,
  how: { charset?: Charset | undefined; encoding?: 'base64' | 'quoted-printable' | undefined } = {},
): string => {
  const charset = how.charset ?? 'utf-8';
  const short = text.split('\n').every((l) => l.length <= 998);
  if (!how.encoding && isAscii(text) && short && !type.startsWith('text/html'))
    return `Content-Type: ${type}; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\n${text}`;
  const head = `Content-Type: ${type}; charset=${charset}\nContent-Transfer-Encoding: `;
  if (how.encoding === 'base64') return `${head}base64\n\n${base64Lines(bytesOf(text, charset))}`;
  return `${head}quoted-printable\n\n${quotedPrintable(text, charset)}`;
};
