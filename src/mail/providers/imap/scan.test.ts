import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import { DOVECOT_PASSWORD } from '#test/kit/dovecot-server.ts';
import { imapAccount, loopback, testImapProvider } from '#test/kit/imap-account.ts';
import { type ImapWire, startImapWire } from '#test/kit/imap-wire.ts';
import { type ImapWorld, imapWorld, letter } from '#test/kit/imap-world.ts';
import { onDovecot } from '#test/kit/on-dovecot.ts';
import { readFolders } from './folder-store.ts';
import { listBelow } from './message-store.ts';
import type { ImapSettings } from './settings.ts';

const FOLDERS = ['INBOX', 'Archive', 'Trash', 'Work'] as const;

type Step =
  | { do: 'deliver'; to: number }
  | { do: 'move' | 'copy'; pick: number; to: number }
  | { do: 'flag'; pick: number; add: boolean; name: string }
  | { do: 'expunge'; pick: number }
  | { do: 'look' };

const folder = fc.nat(FOLDERS.length - 1);
const pick = fc.nat(99);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver' as const), to: folder }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('move' as const), pick, to: folder }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copy' as const), pick, to: folder }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('flag' as const),
      pick,
      add: fc.boolean(),
      name: fc.constantFrom('\\Seen', '\\Flagged', 'Receipts', '$Forwarded'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expunge' as const), pick }) },
  { weight: 2, arbitrary: fc.constant({ do: 'look' as const }) },
);

/** One line for each message: where it is, which it is, and how it is marked. */
const atServer = async ({ peer }: ImapWorld): Promise<string[]> => {
  const lines: string[] = [];
  for (const path of FOLDERS) {
    for (const { messageId, flags } of await peer.look(path)) {
      const marks = flags.filter((f) => f !== '$Forwarded').map((f) => f.toLowerCase().replace('\\', ''));
      lines.push([path, messageId, ...marks.sort()].join(' '));
    }
  }
  return lines.sort();
};

const inMirror = async (db: Db): Promise<{ lines: string[]; ids: Map<string, string[]> }> => {
  const paths = new Map((await readFolders(db, 'a1')).map((f) => [f.id, f.path]));
  const lines: string[] = [];
  const ids = new Map<string, string[]>();
  for (const row of await listBelow(db, 'a1', { place: null, limit: 1_000 })) {
    const labels = row.state.labels.filter((l) => l.startsWith('k:')).map((l) => l.slice(2));
    const messageId = row.messageId ?? '';
    lines.push([paths.get(row.folderId), messageId, ...[...row.state.flags, ...labels].sort()].join(' '));
    ids.set(messageId, [...(ids.get(messageId) ?? []), row.id]);
  }
  return { lines: lines.sort(), ids };
};

const act = async (world: ImapWorld, s: Step, n: number): Promise<void> => {
  const { peer, mailbox } = world;
  if (s.do === 'look') return void (await mailbox.cursor());
  if (s.do === 'deliver') return void (await peer.append(FOLDERS[s.to] ?? 'INBOX', letter(n)));
  const all: { path: string; uid: number }[] = [];
  for (const path of FOLDERS) for (const { uid } of await peer.look(path)) all.push({ path, uid });
  const one = all[s.pick % Math.max(1, all.length)];
  if (!one) return;
  const { path, uid } = one;
  if (s.do === 'expunge') return peer.expunge(path, uid);
  if (s.do === 'flag') return peer.flag(path, uid, s.add ? { add: [s.name] } : { remove: [s.name] });
  const to = FOLDERS[s.to] ?? 'INBOX';
  if (to === path) return;
  await (s.do === 'move' ? peer.move(path, uid, to) : peer.copy(path, uid, to));
};

/** Who was there once keeps an id as long as one message with its Message-ID is there. */
const checkStable = (before: Map<string, string[]>, after: Map<string, string[]>): void => {
  for (const [messageId, ids] of before) {
    const now = after.get(messageId);
    if (!now) continue;
    const kept = ids.filter((id) => now.includes(id));
    expect(kept.length).toBe(Math.min(ids.length, now.length));
  }
};

/** The server forgets what it numbered in the inbox, as after a repair of its files. */
const renumber = (maildir: string): void => {
  for (const name of readdirSync(maildir))
    if (/^dovecot(?:-uidlist|\.index)/.test(name)) rmSync(join(maildir, name));
};

/** Holds a client at its nth line that looks so until it is opened. */
const gate = (wire: ImapWire, line: RegExp, nth = 1) => {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let left = nth;
  wire.onLine(async (text) => {
    if (!line.test(text) || --left > 0) return undefined;
    reached.resolve();
    await opened.promise;
    return undefined;
  });
  return { reached: reached.promise, open: () => opened.resolve() };
};

onDovecot('A look at a mailbox that others change', (server) => {
  test('after any history the mirror is what the server has, and messages keep their ids', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        await using world = await imapWorld(server());
        await world.peer.client.mailboxCreate('Work');
        let known = new Map<string, string[]>();
        for (const [n, s] of [...steps, { do: 'look' as const }].entries()) {
          await act(world, s, n);
          if (s.do !== 'look') continue;
          const { lines, ids } = await inMirror(world.database.db);
          expect(lines).toEqual(await atServer(world));
          checkStable(known, ids);
          known = ids;
        }
      }),
      { numRuns: 15 },
    );
  });

  test('a look that others move mail under loses no id', async () => {
    await using world = await imapWorld(server());
    const { peer, mailbox, database } = world;
    for (let n = 0; n < 30; n++) await peer.append('INBOX', letter(n));
    await mailbox.cursor();
    const before = (await inMirror(database.db)).ids;
    const moving = (async () => {
      for (let round = 0; round < 3; round++) {
        for (const { uid } of await peer.look('INBOX'))
          if (uid % 2 === round % 2) await peer.move('INBOX', uid, 'Archive');
        for (const { uid } of await peer.look('Archive'))
          if (uid % 3 === 0) await peer.move('Archive', uid, 'INBOX');
      }
    })();
    let moved = false;
    const done = moving.then(() => {
      moved = true;
    });
    while (!moved) await mailbox.cursor();
    await done;
    await mailbox.cursor();
    const { lines, ids } = await inMirror(database.db);
    expect(lines).toHaveLength(30);
    expect(ids).toEqual(before);
  });

  test('mail that is moved is told as changed, not as gone and new', async () => {
    await using world = await imapWorld(server());
    const { peer, mailbox } = world;
    const uid = await peer.append('INBOX', letter(1));
    const start = await mailbox.cursor();
    const id = (await mailbox.list(null, 1)).ids[0] ?? '';
    await peer.move('INBOX', uid, 'Archive');
    const page = await mailbox.changes(start, 10);
    const archive = (await mailbox.labels()).find((l) => l.role === 'archive')?.id ?? '';
    expect(page).toMatchObject({ changes: [{ kind: 'changed', id, state: { labels: [archive] } }] });
  });

  test('a folder that is renamed keeps its label and its messages', async () => {
    await using world = await imapWorld(server());
    const { peer, mailbox } = world;
    await peer.client.mailboxCreate('Work');
    await peer.append('Work', letter(1));
    const start = await mailbox.cursor();
    const work = (await mailbox.labels()).find((l) => l.name === 'Work');
    await peer.client.mailboxRename('Work', 'Job');
    expect(await mailbox.changes(start, 10)).toMatchObject({ changes: [] });
    expect((await mailbox.labels()).find((l) => l.name === 'Job')?.id).toBe(work?.id);
  });

  test('two looks at once that find a folder numbered anew lose no id', async () => {
    const wires = [await startImapWire(server().port), await startImapWire(server().port)] as const;
    await using world = await imapWorld(server(), { port: wires[0].port });
    const { peer, database, account } = world;
    const other = testImapProvider(database.db);
    const { username } = account.config as ImapSettings;
    const settings = loopback({ port: wires[1].port, user: username });
    const mailboxes = [
      world.mailbox,
      other.open(imapAccount({ id: 'a1', settings, password: DOVECOT_PASSWORD })),
    ] as const;
    for (let n = 0; n < 3; n++) await peer.append('INBOX', letter(n));
    const uid = await peer.append('Archive', letter('copied'));
    for (const mailbox of mailboxes) await mailbox.cursor();
    const before = (await inMirror(database.db)).ids;
    // A copy is asked about, so that one look can be held when it has taken in a part of the inbox.
    await peer.copy('Archive', uid, 'INBOX');
    await peer.append('Archive', letter('other'));
    for (const wire of wires) wire.cut();
    renumber(server().maildir(username));
    const late = gate(wires[1], /SELECT INBOX/);
    const lateLook = mailboxes[1].cursor();
    await late.reached;
    const early = gate(wires[0], /SELECT Archive/, 2);
    const earlyLook = mailboxes[0].cursor();
    await early.reached;
    const later = gate(wires[1], /SELECT Archive/);
    late.open();
    await later.reached;
    early.open();
    await earlyLook;
    later.open();
    await lateLook;
    await other.close();
    for (const wire of wires) wire.close();
    const { ids } = await inMirror(database.db);
    for (const [messageId, known] of before)
      expect(ids.get(messageId)).toEqual(expect.arrayContaining(known));
  });

  test.each([
    ['says so', ' [NOPERM]'],
    ['says no', ''],
  ])('a folder that the server lets nobody into, and %s, keeps nobody from the others', async (_, code) => {
    const wire = await startImapWire(server().port);
    await using world = await imapWorld(server(), { port: wire.port });
    const { peer, mailbox } = world;
    await peer.client.mailboxCreate('Shared');
    wire.hide('LIST-STATUS');
    wire.onLine((line) =>
      /^\S+ (?:SELECT|STATUS) Shared/.test(line) ? { answer: `% NO${code} Not for you\r\n` } : undefined,
    );
    const uid = await peer.append('INBOX', letter(1));
    const start = await mailbox.cursor();
    const { ids } = await mailbox.list(null, 10);
    expect(ids).toHaveLength(1);
    await peer.expunge('INBOX', uid);
    expect(await mailbox.changes(start, 10)).toMatchObject({ changes: [{ kind: 'gone', id: ids[0] }] });
    wire.close();
  });

  test('a folder that is closed to us later keeps its mail, and nobody from the others', async () => {
    const wire = await startImapWire(server().port);
    await using world = await imapWorld(server(), { port: wire.port });
    const { peer, mailbox } = world;
    await peer.client.mailboxCreate('Shared');
    await peer.append('Shared', letter(1));
    wire.hide('LIST-STATUS');
    const start = await mailbox.cursor();
    wire.onLine((line) =>
      /^\S+ (?:SELECT|STATUS) Shared/.test(line) ? { answer: '% NO [NOPERM] No more\r\n' } : undefined,
    );
    await peer.append('INBOX', letter(2));
    expect(await mailbox.changes(start, 10)).toMatchObject({ changes: [{ kind: 'added' }] });
    expect((await mailbox.list(null, 10)).ids).toHaveLength(2);
    wire.close();
  });
});
