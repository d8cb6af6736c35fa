/** Characters that end a header, name a folder, hide, or turn the direction of text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|]+/gu;
const NAME_CHARS = 150;

const safeName = (filename: string): string => {
  const plain = filename
    .replaceAll(UNSAFE, '_')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[. ]+/, '')
    .trim();
  const ending = /\.[^. ]{1,10}$/.exec(plain)?.[0] ?? '';
  const name = [...plain.slice(0, plain.length - ending.length)].slice(0, NAME_CHARS).join('');
  return name + ending || 'file';
};

/** RFC 6266 and RFC 8187: an ASCII name for old clients, the real one beside it. */
const disposition = (filename: string): string => {
  const name = safeName(filename);
  const ascii = name.replaceAll(/[^\x20-\x7e]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
};

/** Bytes of a mail, to be saved: a browser never shows or runs them. */
export const download = (bytes: Uint8Array, o: { filename: string; type?: string }): Response =>
  new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': o.type ?? 'application/octet-stream',
      'content-disposition': disposition(o.filename),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    },
  });
