import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ArchivedMail, openArchive } from './archive.ts';
import { MboxSplitter } from './mbox.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashford-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const readAll = async (path: string): Promise<ArchivedMail[]> => {
  const mails: ArchivedMail[] = [];
  for await (const mail of (await openArchive(path)).messages()) mails.push(mail);
  return mails;
};
const text = (raw: Uint8Array): string => Buffer.from(raw).toString('latin1');

const LINE = 'From ann@x.example Mon Sep 16 13:33:44 2002\n';

describe('an mbox', () => {
  test('is cut into its messages, which lose their quoting and keep everything else', async () => {
    const path = put(
      'mail.mbox',
      `${LINE}Subject: a\n\nFrom the start\n\n>From quoted\n>>From twice\n> From\n\n${LINE}Subject: b\n\nFrom nobody\n\n\n`,
    );
    const mails = await readAll(path);
    expect(mails.map((m) => text(m.raw))).toEqual([
      'Subject: a\n\nFrom the start\n\nFrom quoted\n>From twice\n> From\n',
      'Subject: b\n\nFrom nobody\n\n',
    ]);
    expect(mails[0]?.date).toBe('2002-09-16T13:33:44.000Z');
    expect(mails.at(-1)?.endOffset).toBe((await openArchive(path)).totalBytes);
  });

  test('text that only begins like a separator is text', async () => {
    const [mail, ...others] = await readAll(put('a', `${LINE}Subject: a\n\n\nFrom here on, all is text.\n`));
    expect(others).toEqual([]);
    expect(text(mail?.raw ?? new Uint8Array())).toContain('From here on');
  });

  test('lines may end in CRLF', async () => {
    const crlf = `${LINE}Subject: a\n\none\n\n${LINE}Subject: b\n\ntwo\n`.replaceAll('\n', '\r\n');
    const mails = await readAll(put('a', crlf));
    expect(mails.map((m) => text(m.raw))).toEqual(['Subject: a\r\n\r\none\r\n', 'Subject: b\r\n\r\ntwo\r\n']);
  });

  test('tells which messages were read, starred, answered and labelled', async () => {
    const headers = [
      'Status: RO\nX-Status: AF',
      'X-Mozilla-Status: 0005',
      'X-Gmail-Labels: Inbox,Unread,Starred,Important,"Trips, 2025",Category Updates',
      'X-Gmail-Labels: =?utf-8?Q?Archived,Opened,Caf=C3=A9?=',
      'Subject: new',
    ];
    const mails = await readAll(put('a', headers.map((h) => `${LINE}${h}\n\nx\n\n`).join('')));
    expect(mails.map((m) => [m.labels, m.flags.toSorted()])).toEqual([
      [['Inbox'], ['answered', 'flagged', 'seen']],
      [['Inbox'], ['flagged', 'seen']],
      [['Inbox', 'Trips, 2025'], ['flagged']],
      [['Café'], ['seen']],
      [['Inbox'], []],
    ]);
  });

  test('equal messages are counted, and one date is found where the separator has none', async () => {
    const mail =
      'From x\nReceived: from a\n by b; Mon, 1 Jun 2026 10:00:00 +0000\nDate: 1 Jan 2020 00:00 +0000\n\nx\n\n';
    const mails = await readAll(put('a', mail + mail));
    expect(mails.map((m) => m.copy)).toEqual([1, 2]);
    expect(mails[0]?.date).toBe('2026-06-01T10:00:00.000Z');
  });

  const splitIn = (bytes: Uint8Array, sizes: readonly number[]) => {
    const splitter = new MboxSplitter('test');
    const found = [];
    let at = 0;
    for (let i = 0; at < bytes.length; i++) {
      const size = Math.max(1, sizes[i % sizes.length] ?? 1);
      found.push(...splitter.push(bytes.subarray(at, at + size)));
      at += size;
    }
    found.push(...splitter.finish());
    return found.map((m) => ({ ...m, raw: text(m.raw) }));
  };

  test('is cut the same however the bytes arrive, and no byte is lost or doubled', () => {
    const piece = fc.constantFrom(
      '\n',
      '\r\n',
      'From ',
      '>From ',
      LINE,
      '\n\n',
      'x',
      'Subject: y\n',
      'From z 1:00\n',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
        (pieces, sizes) => {
          const bytes = new TextEncoder().encode(LINE + pieces.join(''));
          const whole = splitIn(bytes, [bytes.length]);
          expect(splitIn(bytes, sizes)).toEqual(whole);
          expect(whole[0]?.offset).toBe(0);
          for (const [i, m] of whole.entries())
            expect(m.endOffset).toBe(whole[i + 1]?.offset ?? bytes.length);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('what is written as mboxrd is read back', () => {
    const line = fc.constantFrom('', 'From me 10:00', '>From you 10:00', 'text', '> quoted', 'From');
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 6 }), { minLength: 1, maxLength: 5 }), (messages) => {
        const bodies = messages.map((lines) => `Subject: s\n\n${lines.map((l) => `${l}\n`).join('')}`);
        const file = bodies.map((b) => `${LINE}${b.replace(/^(>*From )/gm, '>$1')}\n`).join('');
        expect(splitIn(new TextEncoder().encode(file), [7]).map((m) => m.raw)).toEqual(bodies);
      }),
    );
  });
});

describe('a Maildir', () => {
  test('gives its messages with flags and folders as labels', async () => {
    put('cur/1750000000.a.host:2,FS', 'Subject: a\n\nx');
    put('new/1750000001.b.host', 'Subject: b\n\nx');
    put('.Work.Clients/cur/1750000002.c:2,R', 'Subject: c\n\nx');
    put('.Sent/cur/1750000003.d:2,S', 'Subject: d\n\nx');
    put('.Archive/cur/1750000004.e:2,S', 'Subject: e\n\nx');
    put('tmp/1750000005.f', 'Subject: f\n\nx');
    const mails = await readAll(folder);
    const bySubject = new Map(mails.map((m) => [text(m.raw).slice(9, 10), m]));
    expect([...bySubject.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(bySubject.get('a')).toMatchObject({
      labels: ['Inbox'],
      flags: ['seen', 'flagged'],
      date: '2025-06-15T15:06:40.000Z',
    });
    expect(bySubject.get('b')).toMatchObject({ labels: ['Inbox'], flags: [] });
    expect(bySubject.get('c')).toMatchObject({ labels: ['Work/Clients'], flags: ['answered'] });
    expect(bySubject.get('d')).toMatchObject({ labels: ['Sent'] });
    expect(bySubject.get('e')).toMatchObject({ labels: [] });
  });
});

test('one .eml file, and a folder of them, are archives', async () => {
  const path = put('x/b.eml', 'Subject: b\nDate: Mon, 1 Jun 2026 10:00:00 +0000\n\nx');
  put('x/y/a.EML', 'Subject: a\n\nx');
  put('x/notes.txt', 'no mail');
  expect((await readAll(path)).map((m) => m.date)).toEqual(['2026-06-01T10:00:00.000Z']);
  expect((await readAll(join(folder, 'x'))).map((m) => text(m.raw).slice(9, 10))).toEqual(['b', 'a']);
});

describe('what is no archive is told so, with what it is', () => {
  test.each([
    ['an image', '\x89PNG\r\n\x1a\n', 'mail.not-an-mbox', /PNG/],
    ['a packed archive', 'PK\x03\x04', 'mail.not-an-mbox', /unpack/],
    ['a text', 'Dear diary,\nFrom now on', 'mail.not-an-mbox', /text file/],
    ['an empty file', '', 'mail.archive-empty', /empty/],
  ])('%s', async (_, content, code, message) => {
    const path = put('thing', Buffer.from(content, 'latin1'));
    const opening = openArchive(path);
    await expect(opening).rejects.toMatchObject({
      kind: 'input',
      code,
      message: expect.stringMatching(message),
    });
    await expect(opening).rejects.toThrow(path);
  });

  test('nothing at all, and an empty folder', async () => {
    await expect(openArchive(join(folder, 'none'))).rejects.toMatchObject({ code: 'mail.archive-not-found' });
    await expect(openArchive(folder)).rejects.toMatchObject({ code: 'mail.archive-empty' });
  });

  test('a file that may not be read', async () => {
    const path = put('secret', `${LINE}Subject: a\n\n`);
    chmodSync(path, 0);
    // The superuser may read everything.
    const expected = process.getuid?.() === 0 ? expect.objectContaining({ format: 'mbox' }) : undefined;
    const opened = await openArchive(path).catch((e: unknown) => e);
    expect(opened).toEqual(expected ?? expect.objectContaining({ code: 'mail.archive-not-readable' }));
  });
});
