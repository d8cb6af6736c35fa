import { expect, test } from 'vitest';
import { type ImapWire, startImapWire } from '#test/kit/imap-wire.ts';
import { type ImapWorld, imapWorld, letter } from '#test/kit/imap-world.ts';
import { onDovecot } from '#test/kit/on-dovecot.ts';
import { readFolders } from './folder-store.ts';
import { listBelow } from './message-store.ts';

const FOLDERS = ['INBOX', 'Archive', 'Trash'] as const;

/** A way through folders: from the first to the second, and on. */
type Journey = readonly string[];

/** Of two steps, the second follows at once, or when the look has gone on. */
const TRIALS: readonly { journey: Journey; gap: number; copies: readonly string[] }[] = [
  { journey: ['INBOX', 'Archive'], gap: 0, copies: [] },
  { journey: ['Archive', 'INBOX'], gap: 0, copies: [] },
  { journey: ['INBOX', 'Archive'], gap: 0, copies: ['INBOX'] },
  ...[0, 7].flatMap((gap) => [
    { journey: ['INBOX', 'Archive', 'INBOX'], gap, copies: [] },
    { journey: ['Archive', 'INBOX', 'Archive'], gap, copies: [] },
    { journey: ['Archive', 'INBOX', 'Trash'], gap, copies: ['INBOX'] },
    { journey: ['Trash', 'Archive', 'INBOX'], gap, copies: [] },
  ]),
];

/** Does one thing before each of these lines of the client; what is left is done by `rest`. */
const before = (wire: ImapWire, lines: readonly number[], doNext: () => Promise<void>) => {
  let line = 0;
  let done = 0;
  wire.onLine(async () => {
    for (const at = line++; done < lines.length && (lines[done] ?? 0) <= at; done++) await doNext();
    return undefined;
  });
  return {
    get lines() {
      return line;
    },
    rest: async () => {
      wire.onLine(() => undefined);
      for (; done < lines.length; done++) await doNext();
    },
  };
};

const standing = async ({ database: { db } }: ImapWorld, messageId: string): Promise<string[]> => {
  const paths = new Map((await readFolders(db, 'a1')).map((f) => [f.id, f.path]));
  const rows = await listBelow(db, 'a1', { place: null, limit: 10_000 });
  return rows
    .filter((row) => row.messageId === messageId)
    .map((row) => `${row.id} ${paths.get(row.folderId)}`)
    .sort();
};

interface Trial {
  world: ImapWorld;
  wire: ImapWire;
  n: string;
  journey: Journey;
  /** Copies of it that lie still, in these folders. */
  copies: readonly string[];
}

/** Moves a message while a look is under way, one step before each of these lines. Returns how many lines the look had. */
const travel = async (t: Trial, lines: readonly number[]): Promise<number> => {
  const { world, wire, n, journey } = t;
  const { peer, mailbox } = world;
  const messageId = `m${n}@x.example`;
  for (const path of t.copies) await peer.append(path, letter(n));
  let uid = await peer.append(journey[0] ?? '', letter(n));
  await mailbox.cursor();
  const known = await standing(world, messageId);
  // What else came makes the look go into each of them.
  for (const path of FOLDERS) await peer.append(path, letter(`${n}-${path}`));
  let at = 0;
  const step = async (): Promise<void> => {
    const [from = '', to = ''] = journey.slice(at++);
    await peer.move(from, uid, to);
    const copy = (await peer.look(to)).filter((m) => m.messageId === messageId);
    uid = Math.max(...copy.map((m) => m.uid));
  };
  const gate = before(wire, lines, step);
  await mailbox.cursor();
  const { lines: count } = gate;
  await gate.rest();
  await mailbox.cursor();
  const expected = known.map((line) => line.split(' ')[0]);
  const now = await standing(world, messageId);
  expect(
    now.map((line) => line.split(' ')[0]),
    `${journey} before ${lines}`,
  ).toEqual(expected);
  const places = now.map((line) => line.split(' ')[1]).sort();
  expect(places).toEqual([...t.copies, journey.at(-1)].sort());
  for (const path of FOLDERS) for (const m of await peer.look(path)) await peer.expunge(path, m.uid);
  return count;
};

onDovecot('A message that is moved while a look is under way', (server) => {
  test.each(TRIALS)('keeps its id: $journey, $gap lines between, copies: $copies', async (o) => {
    const wire = await startImapWire(server().port);
    await using world = await imapWorld(server(), { port: wire.port });
    let lines = 1;
    for (let first = 0; first < lines; first++) {
      const steps = [first, first + o.gap].slice(0, o.journey.length - 1);
      lines = await travel({ world, wire, n: `${first}`, ...o }, steps);
    }
    wire.close();
  });
});
