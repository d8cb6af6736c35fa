import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '#db/db.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { patch } from '#mail/patch.ts';
import type { Mailbox } from '#mail/port.ts';
import { WATCH_TIMES, type WatchTimes } from '#mail/providers/imap/watch.ts';
import { systemClock as clock } from '#std/clock.ts';
import { AppError, isAppError } from '#std/errors.ts';
import { DOVECOT_PASSWORD, type DovecotServer, startDovecot } from '#test/kit/dovecot-server.ts';
import { addImapAccount, imapAccount, loopback, testImapProvider } from '#test/kit/imap-account.ts';
import { type ImapPeer, imapPeer } from '#test/kit/imap-peer.ts';
import { type ImapWire, startImapWire } from '#test/kit/imap-wire.ts';
import { letter } from '#test/kit/imap-world.ts';
import { placeOf } from './kit/labor.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const SEEN_MS = 3 * 60_000;
const TRIES = 12;
const SETTLE_MS = 150;
/** Of a quick run, so that a dead connection is noticed in seconds. */
const QUICK_TIMES: WatchTimes = { renewMs: 4_000, silentMs: 800, answerMs: 800, pollWithoutIdleMs: 1_000 };
const FOLDERS = ['INBOX', 'Work', 'Archive', 'Trash'] as const;

interface Bench {
  t: TrialRun;
  server: DovecotServer;
  db: Db;
  accounts: number;
}

interface Scene {
  mailbox: Mailbox;
  peer: ImapPeer;
  wire: ImapWire;
  maildir: string;
}

/** A mailbox of its own behind a wire of its own. */
const openScene = async (bench: Bench, o: { hide?: string[]; times?: WatchTimes } = {}): Promise<Scene> => {
  const id = `a${++bench.accounts}`;
  const { server, db, t } = bench;
  const wire = await startImapWire(server.port);
  wire.hide(...(o.hide ?? []));
  await addImapAccount(db, id);
  const provider = testImapProvider(db, { watchTimes: o.times ?? WATCH_TIMES });
  const settings = loopback({ port: wire.port, user: id });
  const peer = await imapPeer({ port: server.port, user: id, password: DOVECOT_PASSWORD });
  await peer.client.mailboxCreate('Work');
  t.onEnd(async () => {
    peer.close();
    await provider.close();
    wire.close();
  });
  const mailbox = provider.open(imapAccount({ id, settings, password: DOVECOT_PASSWORD }));
  return { mailbox, peer, wire, maildir: server.maildir(id) };
};

/** What is transient is tried again, as jobs do. Returns how it ended. */
const persist = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (e) {
      if (!(e instanceof AppError) || e.kind !== 'transient' || tries === TRIES) throw e;
      await clock.sleep(20 * tries);
    }
  }
};

/** Where each message lies and how it is marked, by Message-ID. */
const standing = async (peer: ImapPeer): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  for (const path of FOLDERS) {
    for (const { messageId, flags } of await peer.look(path)) {
      const line = [path, ...flags.sort()].join(' ');
      found.set(messageId, found.has(messageId) ? `${found.get(messageId)} and ${line}` : line);
    }
  }
  return found;
};

const idsOf = async (mailbox: Mailbox, count: number): Promise<Map<string, string>> => {
  const ids = new Map<string, string>();
  for (let n = 0; n < count; n++) {
    const [id] = await persist(() => mailbox.findByMessageId(`m${n}@x.example`));
    if (id !== undefined) ids.set(`m${n}@x.example`, id);
  }
  return ids;
};

const named = async (what: string, work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (e) {
    const { responseText } = e as { responseText?: string };
    throw new Error(`The other client could not ${what}: ${responseText ?? String(e)}`);
  }
};

/** The folder is made anew with the same mail in another order: the old UIDs now name other messages. */
const remake = async (peer: ImapPeer, t: TrialRun): Promise<void> => {
  // What a connection that was cut had begun ends at the server first.
  await clock.sleep(SETTLE_MS);
  await peer.open('Work');
  const mails = await peer.client.fetchAll(
    '1:*',
    { flags: true, source: true, internalDate: true },
    { uid: true },
  );
  await peer.open('INBOX');
  await named('delete Work', () => peer.client.mailboxDelete('Work'));
  await named('create Work', () => peer.client.mailboxCreate('Work'));
  const order = mails.map((mail) => ({ mail, place: t.random.next() })).sort((a, b) => a.place - b.place);
  for (const { mail } of order) {
    const flags = [...(mail.flags ?? [])].filter((f) => f !== '\\Recent');
    const raw = mail.source ?? Buffer.alloc(0);
    await named('append', () => peer.client.append('Work', raw, flags, new Date(mail.internalDate ?? 0)));
  }
};

/** The server forgets what it numbered, as after a repair of its files. */
const renumber = (maildir: string): void => {
  for (const name of readdirSync(maildir)) {
    if (name.startsWith('dovecot-uidlist') || name.startsWith('dovecot.index')) rmSync(join(maildir, name));
  }
};

const ACTIONS = ['flag', 'archive', 'trash', 'delete', 'leave', 'leave'] as const;

const expected = (n: number): string | undefined => {
  switch (ACTIONS[n % ACTIONS.length]) {
    case 'flag':
      return 'Work \\Flagged';
    case 'archive':
      return 'Archive';
    case 'trash':
      return 'Trash';
    case 'delete':
      return undefined;
    default:
      return 'Work';
  }
};

const labelsOf = async (mailbox: Mailbox) => {
  const labels = await persist(() => mailbox.labels());
  const id = (what: string) => labels.find((l) => l.role === what || l.name === what)?.id ?? '';
  return { work: id('Work'), archive: id('archive'), trash: id('trash') };
};

const actOn = async (
  mailbox: Mailbox,
  o: { n: number; id: string; labels: Awaited<ReturnType<typeof labelsOf>> },
): Promise<void> => {
  const { work, archive, trash } = o.labels;
  switch (ACTIONS[o.n % ACTIONS.length]) {
    case 'flag':
      await mailbox.modify(o.id, patch({ addFlags: ['flagged'] }));
      return;
    case 'archive':
      await mailbox.modify(o.id, patch({ addLabels: [archive], removeLabels: [work] }));
      return;
    case 'trash':
      await mailbox.modify(o.id, patch({ addLabels: [trash], removeLabels: [work] }));
      return;
    case 'delete':
      await mailbox.delete(o.id);
  }
};

/** Actions on most messages of a folder, while the folder is made anew and connections end in every way. */
const wrongMessages = async (bench: Bench, hide: string[]): Promise<void> => {
  const { t } = bench;
  const count = t.quick ? 24 : 180;
  const scene = await openScene(bench, { hide });
  const { mailbox, peer, wire } = scene;
  for (let n = 0; n < count; n++) await peer.append('Work', letter(n));
  await persist(() => mailbox.cursor());
  const ids = await idsOf(mailbox, count);
  const labels = await labelsOf(mailbox);
  const troubles = [
    () => remake(peer, t),
    () => wire.bye(),
    () => wire.cut(),
    () => persist(() => mailbox.cursor()),
    () => undefined,
    () => undefined,
  ];
  for (let n = 0; n < count; n++) {
    await troubles[Math.floor(t.random.next() * troubles.length)]?.();
    const id = ids.get(`m${n}@x.example`) ?? '';
    // It may also end while the action is under way.
    const cut = t.random.next() < 0.2 ? clock.after(t.random.next() * 30, () => wire.cut()) : undefined;
    await persist(() => actOn(mailbox, { n, id, labels }));
    cut?.();
  }
  const now = await standing(peer);
  const wrong: string[] = [];
  for (let n = 0; n < count; n++) {
    const is = now.get(`m${n}@x.example`);
    if (is !== expected(n)) wrong.push(`m${n}: ${is ?? 'gone'}, not ${expected(n) ?? 'gone'}`);
  }
  const how = hide.length === 0 ? '' : ` without ${hide.join(' and ')}`;
  t.figure(`actions${how}`, count);
  t.check(`0 actions on a wrong message${how}`, wrong.length === 0, wrong.slice(0, 5).join('; '));
  await persist(() => mailbox.cursor());
  const later = await idsOf(mailbox, count);
  const changed = [...later].filter(([messageId, id]) => ids.get(messageId) !== id);
  t.check(`messages keep their ids${how}`, changed.length === 0, `${changed.length} changed`);
};

const renumbered = async (bench: Bench): Promise<void> => {
  const { t } = bench;
  const { mailbox, peer, wire, maildir } = await openScene(bench);
  for (let n = 0; n < 10; n++) await peer.append('INBOX', letter(n));
  const start = await mailbox.cursor();
  const ids = await idsOf(mailbox, 10);
  peer.client.close();
  wire.cut();
  renumber(maildir);
  const changes = await persist(() => mailbox.changes(start, 100));
  t.check(
    'a new UIDVALIDITY tells of no change',
    'changes' in changes && changes.changes.length === 0,
    JSON.stringify(changes),
  );
  t.check('and no id is lost', JSON.stringify([...(await idsOf(mailbox, 10))]) === JSON.stringify([...ids]));
};

/** Others delete and move what is just being fetched. */
const expungeDuringFetch = async (bench: Bench): Promise<void> => {
  const { t } = bench;
  const { mailbox, peer, wire } = await openScene(bench);
  const uids: number[] = [];
  for (let n = 0; n < 8; n++) uids.push(await peer.append('INBOX', letter(n)));
  await mailbox.cursor();
  const ids = await idsOf(mailbox, 8);
  let once = false;
  wire.onLine(async (line) => {
    if (once || !/ UID FETCH .*BODY\.PEEK\[\]/.test(line)) return undefined;
    once = true;
    await peer.expunge('INBOX', uids[2] ?? 0);
    await peer.move('INBOX', uids[5] ?? 0, 'Archive');
    return undefined;
  });
  const mails = await persist(() => mailbox.fetch([...ids.values()]));
  wire.onLine(() => undefined);
  const wrong = mails.filter((mail) => {
    const raw = 'raw' in mail.content ? Buffer.from(mail.content.raw).toString() : '';
    return ids.get(/Message-ID: <([^>]*)>/.exec(raw)?.[1] ?? '') !== mail.id;
  });
  t.check('the fetch met an expunge', once);
  t.check('every message has its own bytes', wrong.length === 0);
  const missing = [...ids]
    .filter(([, id]) => !mails.some((m) => m.id === id))
    .map(([messageId]) => messageId);
  t.check(
    'only the one that is gone is left out',
    missing.every((m) => m === 'm2@x.example'),
    missing.join(' '),
  );
};

const cannotMove = async (bench: Bench): Promise<void> => {
  const { t } = bench;
  const { mailbox, peer } = await openScene(bench, { hide: ['MOVE', 'UIDPLUS'] });
  await peer.append('INBOX', letter(0));
  const other = await peer.append('INBOX', letter(1));
  await peer.flag('INBOX', other, { add: ['\\Deleted'] });
  await mailbox.cursor();
  const id = (await idsOf(mailbox, 1)).get('m0@x.example') ?? '';
  const before = JSON.stringify([...(await standing(peer))]);
  const { archive } = await labelsOf(mailbox);
  for (const [what, work] of [
    ['move', () => mailbox.modify(id, patch({ addLabels: [archive] }))],
    ['delete', () => mailbox.delete(id)],
  ] as const) {
    const how = await work().then(
      () => 'it did',
      (e: unknown) => (isAppError(e, 'imap.cannot-move') ? e.kind : String(e)),
    );
    t.check(`without MOVE and UIDPLUS it refuses to ${what}`, how === 'permanent', how);
  }
  t.check('and nothing happened at the server', JSON.stringify([...(await standing(peer))]) === before);
};

/** A server that answers NO to a keyword, and one that says OK and forgets it. */
const keywordRefused = async (bench: Bench): Promise<void> => {
  const { t } = bench;
  for (const answer of ['% NO [CANNOT] Too many keywords\r\n', '% OK Done\r\n']) {
    const { mailbox, peer, wire } = await openScene(bench);
    wire.onLine((line) => (/ UID STORE .*\+FLAGS.*Receipts/.test(line) ? { answer } : undefined));
    await peer.append('INBOX', letter(0));
    await mailbox.cursor();
    const id = (await idsOf(mailbox, 1)).get('m0@x.example') ?? '';
    const label = (await mailbox.ensureLabel('Receipts')).id;
    const start = await mailbox.cursor();
    const before = await mailbox.state(id);
    const after = await mailbox.modify(id, patch({ addLabels: [label] }));
    t.check('a keyword that the server refuses is kept all the same', after?.labels.includes(label) === true);
    const again = await mailbox.changes(start, 10);
    t.check('and told once', 'changes' in again && again.changes.length === 1, JSON.stringify(again));
    const undone = await mailbox.modify(id, patch({ removeLabels: [label] }));
    t.check('and taken away again', JSON.stringify(undone) === JSON.stringify(before));
    wire.onLine(() => undefined);
  }
};

/** The network forgets the idle connection without a word. */
const silentDeath = async (bench: Bench): Promise<void> => {
  const { t } = bench;
  const times = t.quick ? QUICK_TIMES : WATCH_TIMES;
  const { mailbox, peer, wire } = await openScene(bench, { times });
  const start = await mailbox.cursor();
  let told: () => void = () => {};
  const stop = mailbox.watch(() => told());
  t.onEnd(stop);
  const tellOnce = () =>
    new Promise<void>((resolve) => {
      told = resolve;
    });
  await tellOnce();
  // So long that the connection for work is as dead as the other, and nobody trusts it.
  await clock.sleep(2_500);
  wire.swallow();
  const died = clock.ms();
  await peer.append('INBOX', letter(1));
  await tellOnce();
  const page = await persist(() => mailbox.changes(start, 10));
  const ms = clock.ms() - died;
  t.figure('new mail seen after a silent death', ms, 'ms');
  t.check('new mail is seen', 'changes' in page && page.changes.some((c) => c.kind === 'added'));
  const limit = t.quick ? times.silentMs + times.answerMs + 15_000 : SEEN_MS;
  t.check(`within ${limit / 1000} s`, ms <= limit, `${ms} ms`);
  wire.bye();
  await tellOnce();
  t.check('after a BYE it watches on', true);
};

/** What mail servers do to those who rely on them. */
export const imapTrial = defineTrial({
  id: 'R16',
  title: 'an IMAP server changes, forgets, refuses and falls silent',
  promise:
    '0 actions on a wrong message; new mail is seen within 3 minutes after the connection died in silence',
  engines: ['embedded', 'postgres'],
  maxMs: 15 * 60_000,
  maxQuickMs: 240_000,
  run: async (t) => {
    const server = await startDovecot({ idleNoticeSeconds: 600 });
    if (!server) {
      t.note('Dovecot is not installed here, so nothing was tried');
      t.figure('Dovecot', 'not installed');
      return;
    }
    t.onEnd(() => server.stop());
    const place = await t.database();
    const db = await openDatabase({ ...placeOf(place), durability: 'normal', clock, random: t.random });
    t.onEnd(() => db.close());
    await migrate(db, { clock });
    const bench: Bench = { t, server, db, accounts: 0 };
    await wrongMessages(bench, []);
    await wrongMessages(bench, ['MOVE']);
    await wrongMessages(bench, ['CONDSTORE', 'QRESYNC', 'ENABLE']);
    await renumbered(bench);
    await expungeDuringFetch(bench);
    await cannotMove(bench);
    await keywordRefused(bench);
    await silentDeath(bench);
  },
});
