import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import { type DovecotServer, dovecotBinary, startDovecot } from '#test/kit/dovecot-server.ts';
import { type ImapWorld, imapWorld, letter } from '#test/kit/imap-world.ts';
import { readFolders } from './folder-store.ts';
import { listBelow } from './message-store.ts';

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

describe.runIf(dovecotBinary() !== undefined)('A look at a mailbox that others change', () => {
  let server: DovecotServer;
  beforeAll(async () => {
    const started = await startDovecot();
    if (!started) throw new Error('Dovecot is not installed');
    server = started;
  });
  afterAll(() => server.stop());

  test('after any history the mirror is what the server has, and messages keep their ids', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        await using world = await imapWorld(server);
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
    await using world = await imapWorld(server);
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
    await using world = await imapWorld(server);
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
    await using world = await imapWorld(server);
    const { peer, mailbox } = world;
    await peer.client.mailboxCreate('Work');
    await peer.append('Work', letter(1));
    const start = await mailbox.cursor();
    const work = (await mailbox.labels()).find((l) => l.name === 'Work');
    await peer.client.mailboxRename('Work', 'Job');
    expect(await mailbox.changes(start, 10)).toMatchObject({ changes: [] });
    expect((await mailbox.labels()).find((l) => l.name === 'Job')?.id).toBe(work?.id);
  });
});
