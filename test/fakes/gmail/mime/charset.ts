const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const decoders = new Map<string, TextDecoder | null>();

const decoderOf = (charset: string): TextDecoder | null => {
  const name = charset.trim().toLowerCase();
  const known = decoders.get(name);
  if (known !== undefined) return known;
  let made: TextDecoder | null = null;
  try {
    made = new TextDecoder(name);
  } catch {
    // A charset that nobody knows: the caller falls back.
  }
  decoders.set(name, made);
  return made;
};

/** Bytes as text. A charset that is missing or unknown is read as UTF-8 when the bytes are that, else as Windows-1252. */
export const decodeCharset = (bytes: Buffer, charset: string): string => {
  const decoder = charset ? decoderOf(charset) : null;
  if (decoder && !/^(us-)?ascii$/i.test(charset)) return decoder.decode(bytes);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
};
