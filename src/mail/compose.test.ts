import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import { type Composition, compose } from './compose.ts';
import { readHeaders } from './headers.ts';
import { attachmentBytes, parseMail } from './mime.ts';

const BASE: Composition = {
  opId: '0123456789abcdef0123456789abcdef',
  messageId: 'm1@marlow.example',
  date: '2026-01-15T09:00:00.000Z' as Instant,
  from: { name: 'Robin Marlow', address: 'robin@marlow.example' },
  to: [{ name: 'Ada', address: 'ada@example.com' }],
  subject: 'Re: Hello',
  text: 'Hi Ada.\n\nFine.\n',
  inReplyTo: 'a@example.com',
  references: ['a@example.com'],
  automatic: false,
  files: [],
  original: null,
};

const made = (more: Partial<Composition> = {}): Promise<Uint8Array> => compose({ ...BASE, ...more });
const names = (raw: Uint8Array): string[] => readHeaders(raw).headers.map(([name]) => name);
const PLAIN = [
  'x-op-id',
  'from',
  'to',
  'subject',
  'message-id',
  'in-reply-to',
  'references',
  'content-transfer-encoding',
  'date',
  'mime-version',
  'content-type',
].sort();

test('a reply says what it answers, in lines that end as they must', async () => {
  const raw = await made();
  const mail = await parseMail(raw);
  expect(mail).toMatchObject({
    rfc822MessageId: 'm1@marlow.example',
    inReplyTo: 'a@example.com',
    references: ['a@example.com'],
    from: [BASE.from],
    to: BASE.to,
    subject: 'Re: Hello',
    date: BASE.date,
    text: 'Hi Ada.\n\nFine.\n',
  });
  expect(Buffer.from(raw).toString('latin1').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(names(raw).sort()).toEqual(PLAIN);
});

test('the same values give the same bytes, with all that may go along', async () => {
  const all = {
    automatic: true,
    text: 'Grüße ☃',
    files: [{ filename: 'größe.pdf', mimeType: 'application/pdf', bytes: new Uint8Array([1, 2, 3]) }],
    original: new TextEncoder().encode('Subject: x\n\nold\n'),
    html: '<p>Gr\u00fc\u00dfe</p><img src="cid:logo@x">',
  };
  const logo = {
    filename: 'logo.png',
    mimeType: 'image/png',
    bytes: new Uint8Array([4]),
    contentId: 'logo@x',
  };
  all.files.push(logo);
  expect(await made(all)).toEqual(await made(all));
});

test('HTML stands beside the text, with the pictures that it shows', async () => {
  const png = { filename: 'p.png', mimeType: 'image/png', bytes: new Uint8Array([1]) };
  const raw = await made({
    html: '<p>Hi <b>Ada</b></p><img src="cid:logo@x">',
    files: [{ ...png, contentId: 'logo@x' }, png, { ...png, contentId: 'a b\r\nX: y' }],
  });
  const mail = await parseMail(raw);
  expect(mail.text.trimEnd()).toBe('Hi Ada.\n\nFine.');
  expect(mail.html).toContain('<b>Ada</b>');
  expect(mail.attachments.map(({ contentId, inline }) => [contentId, inline])).toEqual([
    ['logo@x', true],
    [null, false],
    [null, false],
  ]);
  await expect(made({ html: 'x'.repeat(500_001) })).rejects.toMatchObject({ code: 'mail.too-large-to-send' });
});

test('an automatic answer says that it is one', async () => {
  const { headers } = readHeaders(await made({ automatic: true }));
  expect(headers).toContainEqual(['auto-submitted', 'auto-replied']);
  expect(headers).toContainEqual(['x-auto-response-suppress', 'All']);
  expect(headers).toContainEqual(['precedence', 'bulk']);
});

test('files and a whole message go along as they are', async () => {
  const original = new TextEncoder().encode('Subject: Old\r\nMessage-ID: <o@x>\r\n\r\nThe old one.\r\n');
  const bytes = new Uint8Array(1_000).map((_, i) => i % 256);
  const raw = await made({ original, files: [{ filename: 'a, "b".bin', mimeType: 'image/png', bytes }] });
  const mail = await parseMail(raw);
  expect(mail.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
    ['a, "b".bin', 'image/png'],
    ['forwarded.eml', 'message/rfc822'],
  ]);
  expect(Buffer.from((await attachmentBytes(raw, 0)) ?? [])).toEqual(Buffer.from(bytes));
  expect(Buffer.from((await attachmentBytes(raw, 1)) ?? []).toString()).toContain('The old one.');
});

test('references keep the first and the last ones, and leave out what is no id', async () => {
  const references = Array.from({ length: 50 }, (_, i) => `r${i}@x.example`);
  const mail = await parseMail(await made({ references: ['no id', 'a<b@x', ...references] }));
  expect(mail.references).toEqual(['r0@x.example', ...references.slice(-19)]);
});

test('a domain that is not ASCII is written in ASCII, and a name before the @ that is not ASCII is refused', async () => {
  const to = (address: string) => made({ to: [{ name: '', address }] });
  expect((await parseMail(await to('ann@bücher.example'))).to[0]?.address).toBe('ann@xn--bcher-kva.example');
  for (const bad of [
    'jürgen@x.example',
    '"a b"@x.example',
    'x',
    '@x',
    'a@',
    'a@b, c@d.example',
    'a@b@c d',
    'a@[1.2.3.4]',
  ]) {
    await expect(to(bad), bad).rejects.toMatchObject({ code: 'mail.bad-address' });
  }
});

test('line breaks and NUL are refused wherever a header holds the value', async () => {
  for (const bad of ['a\rb', 'a\nb', 'a\0b', 'a\r\nBcc: eve@evil.test', 'a\u0085b', 'a\u2028b', '\ud800']) {
    for (const more of [
      { subject: bad },
      { from: { name: bad, address: 'a@b.example' } },
      { to: [{ name: bad, address: 'a@b.example' }] },
      { to: [{ name: '', address: `${bad}@b.example` }] },
      { to: [{ name: '', address: `a@${bad}` }] },
      { files: [{ filename: bad, mimeType: 'text/plain', bytes: new Uint8Array() }] },
      { messageId: bad },
    ]) {
      await expect(made(more), JSON.stringify(more)).rejects.toMatchObject({ kind: 'input' });
    }
  }
});

test('too many recipients and too much to send are refused', async () => {
  const to = Array.from({ length: 101 }, (_, i) => ({ name: '', address: `a${i}@b.example` }));
  await expect(made({ to })).rejects.toMatchObject({ code: 'mail.too-large-to-send' });
  expect((await parseMail(await made({ to: to.slice(1) }))).to).toHaveLength(100);
  await expect(made({ text: 'x'.repeat(100_001) })).rejects.toMatchObject({ code: 'mail.too-large-to-send' });
  await expect(made({ original: new Uint8Array(26 * 1024 * 1024) })).rejects.toMatchObject({
    code: 'mail.too-large-to-send',
  });
  await expect(made({ to: [] })).rejects.toMatchObject({ code: 'mail.no-recipient' });
});

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      '\r',
      '\n',
      '\0',
      ':',
      ' ',
      '=?',
      '?=',
      '<',
      '>',
      '"',
      ',',
      ';',
      '@',
      'Bcc',
      'é',
      '\\',
    ),
    maxLength: 20,
  }),
);

test('no value makes another header: it is refused, or stands where it belongs', async () => {
  await fc.assert(
    fc.asyncProperty(anything, anything, anything, async (subject, name, filename) => {
      let raw: Uint8Array;
      try {
        raw = await made({
          subject,
          to: [{ name, address: 'ada@example.com' }],
          from: { name, address: 'robin@marlow.example' },
          references: [name, subject],
          inReplyTo: filename,
          files: [{ filename, mimeType: name, bytes: new Uint8Array([1]) }],
        });
      } catch (e) {
        expect(isAppError(e)).toBe(true);
        return;
      }
      const expected = new Set(PLAIN);
      const found = names(raw);
      expect(new Set(found).size).toBe(found.length);
      for (const one of found) expect(expected.has(one), one).toBe(true);
      const mail = await parseMail(raw);
      expect(mail.to.map((a) => a.address)).toEqual(['ada@example.com']);
      expect(mail.from.map((a) => a.address)).toEqual(['robin@marlow.example']);
      expect(mail.cc.concat(mail.bcc, mail.replyTo)).toEqual([]);
      expect(mail.attachments).toHaveLength(1);
    }),
    { numRuns: 1_500 },
  );
});

const words = fc
  .array(
    fc.string({ unit: fc.constantFrom(...'abc ÄöüßЖ漢字🎉👩‍💻.,;:"()<>@=?_-'), minLength: 1, maxLength: 12 }),
    { maxLength: 6 },
  )
  .map((all) => all.join(' ').replaceAll(/\s+/g, ' ').trim());

test('subject and text come out as they went in', async () => {
  await fc.assert(
    fc.asyncProperty(words, fc.array(words, { maxLength: 5 }), async (subject, lines) => {
      fc.pre(!subject.includes('=?'));
      const mail = await parseMail(await made({ subject, text: lines.join('\n') }));
      expect(mail.subject).toBe(subject);
      expect(mail.text.trim()).toBe(lines.join('\n').trim());
    }),
    { numRuns: 500 },
  );
});
