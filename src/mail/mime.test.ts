import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import {
  MAIL_ADDRESSES,
  MAIL_HEADERS,
  MAIL_RAW_BYTES,
  MAIL_TEXT_CHARS,
  SNIPPET_CHARS,
} from '#config/limits.ts';
import type { ParsedMail } from './message.ts';
import { attachmentBytes, parseMail } from './mime.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text.replace(/\r?\n/g, '\r\n'));
const parse = (text: string): Promise<ParsedMail> => parseMail(bytes(text));

const folder = join(process.cwd(), 'test/fixtures/mail');
const messages = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((f) => f.isFile() && !f.parentPath.endsWith('LICENSES') && /\.(eml|raw|txt|msg)$/.test(f.name))
  .map((f) => join(f.parentPath, f.name));

const MIXED = `From: Ann <ann@x.example>
To: bob@y.example
Subject: =?utf-8?Q?Caf=C3=A9?=
Date: Mon, 1 Jun 2026 10:00:00 +0200
Message-ID: <1@x.example>
References: <0@x.example> <00@x.example>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Tea at the caf=E9?

On 31 May 2026, Bob wrote:
> Tea?
--c
Content-Type: text/html

<p>Tea at the <b>caf&eacute;</b>?</p>
--c--
--b
Content-Type: text/calendar; method=REQUEST; name=tea.ics
Content-Disposition: attachment; filename*=utf-8''tea%20%C3%A9.ics

BEGIN:VCALENDAR
--b
Content-Type: application/pdf
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="../../a.pdf"

JVBERi0=
--b
Content-Type: message/rfc822

Subject: inner

inside
--b--
`;

test('a message of many parts is read', async () => {
  const mail = await parse(MIXED);
  expect(mail).toMatchObject({
    rfc822MessageId: '1@x.example',
    references: ['0@x.example', '00@x.example'],
    from: [{ name: 'Ann', address: 'ann@x.example' }],
    subject: 'Café',
    date: '2026-06-01T08:00:00.000Z',
    newText: 'Tea at the café?',
    snippet: 'Tea at the café?',
    hasCalendar: true,
    notes: [],
  });
  expect(mail.attachments.map((a) => [a.filename, a.mimeType])).toEqual([
    ['tea é.ics', 'text/calendar'],
    ['../../a.pdf', 'application/pdf'],
    ['message-3.eml', 'message/rfc822'],
  ]);
  expect(mail.text).not.toContain('inside');
});

test('the bytes of one attachment are read on demand', async () => {
  expect(await attachmentBytes(bytes(MIXED), 1)).toEqual(new Uint8Array(Buffer.from('%PDF-')));
  expect(await attachmentBytes(bytes(MIXED), 3)).toBeNull();
});

test('every From mailbox of every From header is kept', async () => {
  const mail = await parse('From: Bank ,_<real@evil.example>\nFrom: b@y.example, c@z.example\n\nhi');
  expect(mail.from.map((a) => a.address)).toEqual(['real@evil.example', 'b@y.example', 'c@z.example']);
});

test('text is made from HTML, without what is hidden, also where a plain part stands beside it', async () => {
  const html = '<p>seen</p><p style="display:none">hidden</p>';
  expect((await parse(`Content-Type: text/html\n\n${html}`)).text).toBe('seen');
  const both = `Content-Type: multipart/mixed; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n${html}\n--b--`;
  const mail = await parse(both);
  expect(mail.text).toContain('plain');
  expect(mail.text).toContain('seen');
  expect(mail.text).not.toContain('hidden');
});

test('headers in a legacy character set are readable', async () => {
  const raw = Buffer.from('Subject: caf\xe9\r\nX-Other: \xc3\xa9\r\n\r\n', 'latin1');
  const mail = await parseMail(new Uint8Array(raw));
  expect(mail.subject).toBe('café');
  expect(mail.headers[1]).toEqual(['x-other', 'é']);
});

test('winmail.dat stays an attachment', async () => {
  const mail = await parse(
    'Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+',
  );
  expect(mail.attachments).toMatchObject([{ filename: 'winmail.dat', sizeBytes: 3 }]);
});

describe('a message that breaks a limit keeps its headers, with a note', () => {
  const nested = (levels: number): string => {
    let text = '';
    for (let i = 0; i < levels; i++) text += `Content-Type: multipart/mixed; boundary=b${i}x\n\n--b${i}x\n`;
    return `${text}\ndeep`;
  };
  test.each([
    ['levels', nested(25), /20 levels/],
    ['parts', `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(1_100)}`, /1,000 parts/],
    ['header bytes', `X: ${'y'.repeat(300_000)}\n\nx`, /256 KB/],
    [
      'header bytes of parts',
      `Content-Type: multipart/mixed; boundary=b\n\n--b\nX: ${'y'.repeat(300_000)}\n\nx`,
      /256 KB/,
    ],
    ['headers', `${'X: y\n'.repeat(MAIL_HEADERS + 5)}\nx`, /1,000 headers/],
    ['addresses', `To: ${'a@b,'.repeat(MAIL_ADDRESSES + 5)}\n\nx`, /10,000 addresses/],
    ['text', `\n${'word '.repeat(MAIL_TEXT_CHARS / 5 + 1)}`, /text was cut/],
    ['HTML', `Content-Type: text/html\n\n${'<p>x'.repeat(MAIL_TEXT_CHARS / 4 + 1)}`, /HTML was cut/],
  ])('%s', async (_, text, note) => {
    const mail = await parse(`Subject: kept\n${text}`);
    expect(mail.subject).toBe('kept');
    expect(mail.notes.join()).toMatch(note);
    expect(mail.headers.length).toBeLessThanOrEqual(MAIL_HEADERS);
    expect(mail.to.length).toBeLessThanOrEqual(MAIL_ADDRESSES);
    expect(mail.text.length).toBeLessThanOrEqual(MAIL_TEXT_CHARS);
  });

  test('size', async () => {
    const raw = new Uint8Array(MAIL_RAW_BYTES + 1).fill(120);
    raw.set(bytes('Subject: kept\n\n'));
    const mail = await parseMail(raw);
    expect(mail).toMatchObject({ subject: 'kept', text: '', notes: [expect.stringContaining('50 MB')] });
  });

  test('a text with a thousand dashed lines is no message of a thousand parts', async () => {
    const mail = await parse(`Subject: x\n\n${'--b\n'.repeat(2_000)}`);
    expect(mail.notes).toEqual([]);
  });
});

test('the parts that are read are those that the library reads by itself', async () => {
  expect(messages.length).toBeGreaterThan(150);
  for (const file of messages) {
    const raw = new Uint8Array(readFileSync(file));
    const mine = await parseMail(raw);
    const theirs = await PostalMime.parse(raw, { forceRfc822Attachments: true });
    expect([file, mine.attachments.length]).toEqual([file, theirs.attachments.length]);
    if (theirs.html === undefined) expect([file, mine.text.trim()]).toEqual([file, plain(theirs.text)]);
  }
});
const plain = (text: string | undefined): string => (text ?? '').replaceAll('\0', '').trim();

test('any change to real mail is read without an exception, within the limits', async () => {
  const samples = messages.map((f) => new Uint8Array(readFileSync(f))).filter((r) => r.length < 40_000);
  const change = fc.record({
    sample: fc.nat(samples.length - 1),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(200),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom('\n--', '\r\n\r\n', '=?', ';', '"', '(', 'boundary=').map(bytes),
    ),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ sample, at, cut, put }) => {
      const raw = samples[sample] ?? new Uint8Array();
      const from = Math.floor(at * raw.length);
      const changed = new Uint8Array(Buffer.concat([raw.subarray(0, from), put, raw.subarray(from + cut)]));
      const mail = await parseMail(changed);
      expect(mail.snippet.length).toBeLessThanOrEqual(SNIPPET_CHARS);
      expect(mail.snippet).not.toMatch(/[\r\n]/);
      for (const [name, value] of mail.headers) expect(name + value).not.toMatch(/[\r\n\0]/);
    }),
    { numRuns: 600 },
  );
});

test('base64 gives the bytes that the library gives, however broken it is', async () => {
  const piece = fc.constantFrom('QUJD', 'QQ==', 'QUI=', '\n', 'Q', '-_', '!', ' ', '====', '+/');
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      const raw = bytes(`Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n${pieces.join('')}\n`);
      const theirs = (await PostalMime.parse(raw)).attachments[0]?.content;
      const expected = theirs instanceof ArrayBuffer ? new Uint8Array(theirs) : theirs;
      expect(await attachmentBytes(raw, 0)).toEqual(expected ?? null);
    }),
  );
});

test('any bytes are read without an exception', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (raw) => {
      const before = raw.slice();
      await parseMail(raw);
      expect(raw).toEqual(before);
    }),
  );
});
