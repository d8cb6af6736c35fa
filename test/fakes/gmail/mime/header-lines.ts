/** One header as it stood in the mail: unfolded, not decoded. */
export interface HeaderLine {
  name: string;
  value: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes of a header block as text: UTF-8 where they are that, else one character per byte. */
const textOf = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
};

/** Where the header block ends and where the body begins. */
const endOfHead = (raw: Buffer): { end: number; body: number } => {
  if (raw[0] === 0x0a) return { end: 0, body: 1 };
  if (raw[0] === 0x0d && raw[1] === 0x0a) return { end: 0, body: 2 };
  const crlf = raw.indexOf('\r\n\r\n');
  const lf = raw.indexOf('\n\n');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { end: crlf, body: crlf + 4 };
  return lf >= 0 ? { end: lf, body: lf + 2 } : { end: raw.length, body: raw.length };
};

/** Splits one entity into its header lines, in the order received, and the bytes of its body. */
export const splitHead = (raw: Buffer): { headers: HeaderLine[]; body: Buffer } => {
  const { end, body } = endOfHead(raw);
  const headers: HeaderLine[] = [];
  for (const line of textOf(raw.subarray(0, end)).split(/\r?\n/)) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last) {
      last.value = `${last.value} ${line.trim()}`.trim();
      continue;
    }
    const colon = line.indexOf(':');
    // A line that is no header, such as the "From " of an mbox file, is passed over.
    if (colon <= 0 || /\s/.test(line.slice(0, colon).trimEnd())) continue;
    headers.push({ name: line.slice(0, colon).trimEnd(), value: line.slice(colon + 1).trim() });
  }
  return { headers, body: raw.subarray(body) };
};

/** The value of the first header of that name; undefined when there is none. */
export const headerOf = (headers: readonly HeaderLine[], name: string): string | undefined => {
  const wanted = name.toLowerCase();
  return headers.find((one) => one.name.toLowerCase() === wanted)?.value;
};
