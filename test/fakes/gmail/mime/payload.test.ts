import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { clientOf, decoded } from '#test/fakes/gmail/test-client.ts';
import type { Payload } from './payload.ts';

const ROBIN = 'robin@marlow.example';
const CORPUS = join(import.meta.dirname, '../../../fixtures/mail');

const open = async (behaviour: NonNullable<Parameters<typeof startFakeGmail>[0]>['behaviour'] = {}) => {
  const fake = await startFakeGmail({ users: [ROBIN], behaviour: { quota: false, ...behaviour } });
  const { gmail } = clientOf(fake, fake.grant(ROBIN).accessToken);
  return {
    fake,
    gmail,
    read: async (raw: string | Buffer) => {
      const id = fake.deliver(ROBIN, raw);
      return { id, ...((await gmail(`messages/${id}`)).json as { payload: Payload; snippet: string }) };
    },
    [Symbol.asyncDispose]: () => fake.close(),
  };
};

const shape = (part: Payload): unknown => [
  part.partId,
  part.mimeType,
  part.filename,
  ...(part.parts ?? []).map(shape),
];

const NESTED = `From: a@b.example
Subject: =?iso-8859-1?Q?Gr=FC=DFe?=
Content-Type: multipart/mixed; boundary=outer

preamble
--outer
Content-Type: multipart/alternative; boundary="in ner"

--in ner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Sch=F6n, =
so.
--in ner
Content-Type: TEXT/HTML; charset=utf-8

<p>Schön</p>
--in ner--
--outer
Content-Type: application/pdf; name*0*=utf-8''%C3%BCber; name*1=sicht.pdf
Content-Disposition: attachment
Content-Transfer-Encoding: base64

JVBERi0=
--outer
Content-Type: message/rfc822

From: inner@x.example
Subject: Inside

Inner text
--outer--
epilogue`;

test('a mail is shown as the tree that it is, with ids of parts, names of files and text in UTF-8', async () => {
  await using box = await open();
  const { payload, snippet } = await box.read(NESTED);
  expect(shape(payload)).toEqual([
    '',
    'multipart/mixed',
    '',
    ['0', 'multipart/alternative', '', ['0.0', 'text/plain', ''], ['0.1', 'text/html', '']],
    ['1', 'application/pdf', 'übersicht.pdf'],
    ['2', 'message/rfc822', '', ['2.0', 'text/plain', '']],
  ]);
  const plain = payload.parts?.[0]?.parts?.[0];
  expect(decoded(plain?.body.data ?? '')).toBe('Schön, so.');
  expect(plain?.body.size).toBe(Buffer.byteLength('Schön, so.'));
  expect(plain?.headers).toContainEqual({ name: 'Content-Type', value: 'text/plain; charset=iso-8859-1' });
  expect(payload.headers).toContainEqual({ name: 'Subject', value: 'Grüße' });
  expect(payload.parts?.[2]?.parts?.[0]?.headers).toContainEqual({ name: 'Subject', value: 'Inside' });
  expect(snippet).toBe('Schön, so.');
});

test('the bytes of an attachment are fetched with an id that changes from answer to answer', async () => {
  await using box = await open();
  const first = await box.read(NESTED);
  const again = (await box.gmail(`messages/${first.id}`)).json.payload as Payload;
  const ids = [first.payload, again].map((one) => one.parts?.[1]?.body.attachmentId ?? '');
  expect(ids[0]).not.toBe(ids[1]);
  for (const id of ids) {
    const { json } = await box.gmail(`messages/${first.id}/attachments/${id}`);
    expect(json).toEqual({ size: 5, data: Buffer.from('%PDF-').toString('base64url') });
  }
  const other = box.fake.deliver(ROBIN, NESTED);
  expect((await box.gmail(`messages/${other}/attachments/${ids[0]}`)).status).toBe(400);
});

test('the formats hold what their names say, and raw is the mail byte for byte', async () => {
  await using box = await open();
  const raw = Buffer.from('From: a@b.example\nSubject: Hi\nX-Odd:  two  blanks\n\nBody\xff', 'latin1');
  const { id } = await box.read(raw);
  const of = async (query: string) => (await box.gmail(`messages/${id}?${query}`)).json;
  expect(Buffer.from((await of('format=raw')).raw, 'base64url').equals(raw)).toBe(true);
  expect(Object.keys(await of('format=minimal')).sort()).toEqual(
    ['historyId', 'id', 'internalDate', 'labelIds', 'sizeEstimate', 'snippet', 'threadId'].sort(),
  );
  const metadata = await of('format=metadata&metadataHeaders=subject&metadataHeaders=From');
  expect(metadata.payload.headers.map((one: { name: string }) => one.name)).toEqual(['From', 'Subject']);
  expect(metadata.payload.body).toBeUndefined();
  expect((await box.gmail(`messages/${id}?format=odd`)).status).toBe(400);
});

test('the metadata scope sees no text and can not search', async () => {
  await using box = await open();
  const { id } = await box.read(NESTED);
  const grant = box.fake.grant(ROBIN, ['https://www.googleapis.com/auth/gmail.metadata']);
  const { gmail } = clientOf(box.fake, grant.accessToken);
  expect((await gmail(`messages/${id}?format=metadata`)).status).toBe(200);
  expect((await gmail(`messages/${id}?format=full`)).status).toBe(403);
  expect((await gmail('messages?q=Inside')).status).toBe(403);
});

test('headers stay encoded, and long texts become attachments, where the fake is told so', async () => {
  await using box = await open({ decodesHeaders: false, inlineTextBytes: 5 });
  const { payload } = await box.read('Subject: =?utf-8?Q?=C3=BC?=\n\nLong enough');
  expect(payload.headers).toContainEqual({ name: 'Subject', value: '=?utf-8?Q?=C3=BC?=' });
  expect(payload.body).toMatchObject({ size: 11, attachmentId: expect.any(String) });
});

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(SOURCE|README)\.md$|\.(json|ics|txt)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

const leaves = (part: Payload): Payload[] => (part.parts ? part.parts.flatMap(leaves) : [part]);

test.each(['mime', 'bounces', 'labelled-spamassassin'])(
  'every mail of the %s corpus can be read, part by part and byte by byte',
  async (set) => {
    await using box = await open();
    const files = filesUnder(join(CORPUS, set));
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) {
      const raw = readFileSync(file);
      const { id, payload, snippet } = await box.read(raw);
      expect(snippet.length, file).toBeLessThanOrEqual(1_200);
      for (const part of leaves(payload)) {
        const { data, attachmentId, size } = part.body;
        if (data !== undefined) expect(Buffer.from(data, 'base64url').length, file).toBe(size);
        if (attachmentId === undefined) continue;
        const got = (await box.gmail(`messages/${id}/attachments/${attachmentId}`)).json;
        expect(Buffer.from(got.data, 'base64url').length, file).toBe(size);
      }
      expect(box.fake.message(ROBIN, id)?.raw.equals(raw), file).toBe(true);
    }
  },
);
