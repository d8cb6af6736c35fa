const hexOf = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
};

/** Decodes quoted-printable bytes (RFC 2045 section 6.7). What is not well-formed stays as it is. */
export const decodeQuotedPrintable = (bytes: Buffer): Buffer => {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x3d) {
      out[length++] = byte;
      continue;
    }
    const high = hexOf(bytes[at + 1] ?? 0);
    const low = hexOf(bytes[at + 2] ?? 0);
    if (high >= 0 && low >= 0) {
      out[length++] = high * 16 + low;
      at += 2;
      continue;
    }
    let end = at + 1;
    while (bytes[end] === 0x20 || bytes[end] === 0x09) end++;
    if (bytes[end] === 0x0d && bytes[end + 1] === 0x0a) at = end + 1;
    else if (bytes[end] === 0x0a) at = end;
    else out[length++] = byte;
  }
  return out.subarray(0, length);
};

/** The decoded bytes of a body. An unknown encoding leaves them as they are. */
export const decodeTransfer = (bytes: Buffer, encoding: string): Buffer => {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(bytes.toString('latin1').replace(/[^A-Za-z0-9+/]/g, ''), 'base64');
    case 'quoted-printable':
      return decodeQuotedPrintable(bytes);
    default:
      return bytes;
  }
};
