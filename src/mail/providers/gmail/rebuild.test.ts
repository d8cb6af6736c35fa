import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asSent } from '#mail/corrections.ts';
import type { ParsedMail } from '#mail/message.ts';
import { parseMail } from '#mail/mime.ts';
import type { RawContent } from '#mail/port.ts';
import { Untrusted } from '#mail/untrusted.ts';
import { parsePart } from '#test/fakes/gmail/mime/part.ts';
import { payloadOf } from '#test/fakes/gmail/mime/payload.ts';
import { full, type PartAnswer } from './answers.ts';
import { contentOfPayload } from './reading.ts';
import { hasPlainSender } from './rebuild.ts';

const FIXTURES = join(import.meta.dirname, '../../../../test/fixtures/mail');

/** What the API would tell of the message. */
const payload = (raw: Buffer, decodeHeaders = true): PartAnswer => {
  const shown = payloadOf(parsePart(raw), {
    attachmentId: (id) => `att-${id}`,
    decodeHeaders,
    inlineTextBytes: 10_000_000,
  });
  const dated = { id: '18c0000000000001', threadId: '18c0000000000001', internalDate: '0', payload: shown };
  return full.parse(JSON.parse(JSON.stringify(dated))).payload;
};

const parseContent = async (content: RawContent): Promise<ParsedMail> =>
  asSent(new Untrusted(await parseMail(content.raw)), content).reveal();

/** What has to be the same. */
const essence = (mail: ParsedMail) => ({
  subject: mail.subject,
  from: mail.from,
  text: mail.text.trim(),
  html: mail.html?.trim() ?? null,
  references: mail.references,
  hasCalendar: mail.hasCalendar,
  attachments: mail.attachments.map(({ filename, mimeType }) => ({ filename, mimeType })),
});

/** Gmail counts the bytes as they were sent; the parser counts line ends of text its own way, and writes calendars anew. */
const expectSameSizes = (a: ParsedMail, b: ParsedMail): void => {
  for (const [i, { sizeBytes }] of a.attachments.entries()) {
    const other = b.attachments[i]?.sizeBytes ?? 0;
    expect(Math.abs(sizeBytes - other)).toBeLessThanOrEqual(8 + sizeBytes / 10);
  }
};

const files = readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.(md|ics|json|txt\.LICENSE)$/.test(entry.name))
  .filter((entry) => !entry.parentPath.includes('LICENSES'))
  .map((entry) => join(entry.parentPath, entry.name));

/** Where the two readings differ in what bytes that nobody named a charset for, or broken encodings, mean. */
const READ_OTHERWISE: Readonly<Record<string, string>> = {
  'labelled-spamassassin/hard-ham-1/00237.2ed2cce324d7ce55d991022301ab5923.eml':
    '8-bit text without a charset',
  'labelled-spamassassin/spam-2/00734.0c1975b8c2b17fd6c665827706f89eaf.eml': 'a broken soft line break',
  'mime/zbateson/m2007.txt': '8-bit subject',
  'mime/zbateson/m2008.txt': '8-bit subject',
  'mime/zbateson/m2012.txt': '8-bit subject and file name',
  'mime/zbateson/m2014.txt': '8-bit subject',
  'mime/enmime/low-quality/incorrect-charset.raw': 'UTF-8 that is declared as another charset',
};

/** Texts cut down to what no charset changes. */
const coarse = (mail: ParsedMail): ParsedMail => ({
  ...mail,
  subject: mail.subject.replace(/[^ -~]+/g, '?'),
  text: mail.text.replace(/[^ -~\n]+/g, '?').replace(/=+\s*$/, ''),
  attachments: mail.attachments.map((a) => ({ ...a, filename: a.filename.replace(/[^ -~]+/g, '?') })),
});

const compare = async (raw: Buffer, o: { name?: string; decodeHeaders?: boolean } = {}): Promise<boolean> => {
  const content = await contentOfPayload(payload(raw, o.decodeHeaders));
  if (!content) return false;
  const read = o.name !== undefined && READ_OTHERWISE[o.name] ? coarse : (mail: ParsedMail) => mail;
  const [mine, whole] = [read(await parseContent(content)), read(await parseMail(raw))];
  expect(essence(mine)).toEqual(essence(whole));
  expectSameSizes(mine, whole);
  return true;
};

describe('every mail of the collection reads the same from its parts', () => {
  test.for(files.map((file) => file.slice(FIXTURES.length + 1)))('%s', async (name) => {
    await compare(readFileSync(join(FIXTURES, name)), { name });
  });

  test('nearly all of them from their parts alone', async () => {
    let parts = 0;
    for (const file of files) if (await contentOfPayload(payload(readFileSync(file)))) parts++;
    expect(parts / files.length).toBeGreaterThan(0.75);
  });
});

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const text = fc
  .array(fc.stringMatching(/^[ -~äöü€]{0,60}$/), { maxLength: 5 })
  .map((lines) => lines.join('\r\n'));

const leaf = fc.record({
  type: fc.constantFrom('text/plain', 'text/html', 'application/pdf', 'image/png', 'message/delivery-status'),
  encoding: fc.constantFrom('7bit', '8bit', 'base64', 'quoted-printable'),
  disposition: fc.constantFrom('', 'inline', 'attachment'),
  name: fc.option(word, { nil: null }),
  text,
});

const encoded = (body: string, encoding: string): string => {
  const bytes = Buffer.from(body);
  if (encoding === 'base64') return (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
  if (encoding !== 'quoted-printable') return body;
  return body
    .split('\r\n')
    .map((line) =>
      [...Buffer.from(line)].map((b) => `=${b.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    )
    .join('\r\n');
};

const leafSource = fc.record({ leaf }).map(({ leaf: l }) => {
  const name = l.name === null ? '' : `; name="${l.name}.bin"`;
  const disposition = l.disposition === '' ? [] : [`Content-Disposition: ${l.disposition}`];
  return [
    `Content-Type: ${l.type}; charset=utf-8${name}`,
    `Content-Transfer-Encoding: ${l.encoding}`,
    ...disposition,
    '',
    encoded(l.text, l.encoding),
  ].join('\r\n');
});

const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    leafSource,
    fc
      .record({
        kind: fc.constantFrom('mixed', 'alternative', 'related', 'report'),
        parts: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
        boundary: fc.stringMatching(/^[A-Z]{12}$/),
      })
      .map(({ kind, parts, boundary }) =>
        [
          `Content-Type: multipart/${kind}; boundary="${boundary}"`,
          '',
          ...parts.flatMap((part) => [`--${boundary}`, part]),
          `--${boundary}--`,
          '',
        ].join('\r\n'),
      ),
  ),
}));

test('a message of any shape reads the same from its parts, or is read whole', async () => {
  let fromParts = 0;
  await fc.assert(
    fc.asyncProperty(tree, fc.boolean(), async (source, decodeHeaders) => {
      const head =
        'From: =?utf-8?q?J=C3=B6rg?= <joerg@x.example>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n';
      if (await compare(Buffer.from(head + source), { decodeHeaders })) fromParts++;
    }),
    { numRuns: 300 },
  );
  expect(fromParts).toBeGreaterThan(100);
});

const leafPayload = (body: Buffer, type: string): PartAnswer => ({
  mimeType: 'text/plain',
  filename: '',
  headers: [{ name: 'Content-Type', value: type }],
  body: { size: body.length, data: body.toString('base64url') },
  parts: [],
});

test.for([
  ['text/plain; charset=iso-2022-jp', Buffer.from('\u001b$B$3$s\u001b(B', 'latin1'), 'こん'],
  ['text/plain; charset=iso-2022-jp', Buffer.from('こん'), 'こん'],
  ['text/plain; charset="latin1"', Buffer.from('Grüße'), 'Grüße'],
  ['text/plain; charset=latin1', Buffer.from('Grüße', 'latin1'), 'Grüße'],
  ['text/plain', Buffer.from('Grüße'), 'Grüße'],
] as const)(
  'text is read as UTF-8 where it is some, and else as declared: %s',
  async ([type, body, expected]) => {
    const content = await contentOfPayload(leafPayload(body, type));
    expect(content && (await parseContent(content)).text.trim()).toBe(expected);
  },
);

test('no header of a message begins another one', async () => {
  const content = await contentOfPayload({
    ...leafPayload(Buffer.from('x'), 'text/plain'),
    headers: [{ name: 'Subject', value: 'a\r\nFrom: boss@corp.example\r\n\r\nhello' }],
  });
  const mail = content && (await parseContent(content));
  expect(mail?.from).toEqual([]);
  expect(mail?.subject).toBe('a From: boss@corp.example hello');
});

test.for([
  ['Ann <ann@x.example>', true],
  ['ann@x.example', true],
  ['"Doe, Ann" <ann@x.example>', true],
  ['"ann@x.example" <ann@x.example>', true],
  ['boss@corp.example <ann@x.example>', false],
  ['"boss@corp.example" <ann@x.example>', false],
  ['<boss@corp.example> ( <ann@x.example>', false],
  ['" <ann@x.example> (" <boss@corp.example>)', false],
  ['ann@x.example <boss@corp.example>', false],
  ['Ann <ann@x.example>, Bob <bob@x.example>', false],
  ['a: <ann@x.example>', false],
] as const)('whether a sender can be read once it was decoded: %s', ([value, plain]) => {
  const payloadOfSender = {
    ...leafPayload(Buffer.from(''), 'text/plain'),
    headers: [{ name: 'From', value }],
  };
  expect(hasPlainSender(payloadOfSender)).toBe(plain);
});
