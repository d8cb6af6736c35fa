/** Small real files for attachments, made from nothing so that they are the same bytes on every machine. */
import { crc32 } from 'node:zlib';
import type { Attachment } from './letter.ts';

const u32 = (n: number): Buffer => {
  const b = Buffer.alloc(4);
  b.writeUInt32BE(n >>> 0);
  return b;
};

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
};

const ADLER = 65_521;

/** zlib framing with one stored block (RFC 1950, RFC 1951): no compressor whose output could change between versions. */
const stored = (data: Buffer): Buffer => {
  let a = 1;
  let b = 0;
  for (const x of data) {
    a = (a + x) % ADLER;
    b = (b + a) % ADLER;
  }
  const head = Buffer.from([0x78, 0x01, 0x01, 0, 0, 0, 0]);
  head.writeUInt16LE(data.length, 3);
  head.writeUInt16LE(~data.length & 0xffff, 5);
  return Buffer.concat([head, data, u32(b * 65_536 + a)]);
};

/** A PNG of `width` × `height` grey pixels, at most about 60 kB of them. `shade` gives 0–255. */
export const png = (
  name: string,
  size: [number, number],
  shade: (x: number, y: number) => number,
): Attachment => {
  const [width, height] = size;
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = shade(x, y) & 255;
  const header = Buffer.concat([u32(width), u32(height), Buffer.from([8, 0, 0, 0, 0])]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const bytes = Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', stored(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return { name, type: 'image/png', bytes };
};

/** A one-page PDF with these lines of ASCII text. */
export const pdf = (name: string, lines: readonly string[]): Attachment => {
  const shown = lines.map((l) => `(${l.replace(/[()\\]/g, '\\$&')}) Tj T*`).join('\n');
  const stream = `BT /F1 11 Tf 14 TL 60 780 Td\n${shown}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let out = '%PDF-1.4\n';
  const offsets = objects.map((body, i) => {
    const offset = out.length;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return { name, type: 'application/pdf', bytes: Buffer.from(out, 'latin1') };
};

export const csv = (name: string, rows: readonly (readonly (string | number)[])[]): Attachment => ({
  name,
  type: 'text/csv',
  bytes: Buffer.from(`${rows.map((r) => r.join(',')).join('\r\n')}\r\n`),
});

export const txt = (name: string, text: string): Attachment => ({
  name,
  type: 'text/plain',
  bytes: Buffer.from(text),
});
