import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Db } from '#db/db.ts';
import type { MailProvider } from '#mail/port.ts';
import { systemClock as clock } from '#std/clock.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { DOVECOT_PASSWORD, type DovecotServer, startDovecot } from '#test/kit/dovecot-server.ts';
import { addImapAccount, imapAccount, loopback, testImapProvider } from '#test/kit/imap-account.ts';
import { imapPeer } from '#test/kit/imap-peer.ts';
import { letter } from '#test/kit/imap-world.ts';
import { type BenchContext, median } from './figure.ts';

const ACCOUNTS = { whole: 200, quick: 20 };
/** Accounts that begin to wait at the same time. */
const AT_ONCE = 10;
const MAILS = { whole: 40, quick: 5 };
/** Milliseconds within which new mail is to be noticed. */
const NOTICED_MS = 2_000;
const GATHERED_MS = 500;
const KIB = 1024;

interface Watcher {
  user: string;
  /** Resolves when it is told the next time. */
  told(): Promise<void>;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of this process in memory, and of them those that hold something, after the rest was let go of. */
const memory = async (): Promise<{ resident: number; held: number }> => {
  for (let i = 0; i < 3; i++) {
    collect();
    await clock.sleep(GATHERED_MS);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, held: heapUsed + external };
};

const watchOne = async (
  o: { db: Db; provider: MailProvider; server: DovecotServer },
  n: number,
): Promise<Watcher> => {
  const user = `idle${n}`;
  await addImapAccount(o.db, user);
  const settings = loopback({ port: o.server.port, user });
  const mailbox = o.provider.open(imapAccount({ id: user, settings, password: DOVECOT_PASSWORD }));
  let wake: () => void = () => {};
  const told = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const first = told();
  mailbox.watch(() => wake());
  // It is told once when its connection stands.
  await first;
  return { user, told };
};

/** Many IMAP accounts that wait for news in one process, at a real server: what one costs, and how soon it is told. */
const imapIdle = async ({ quick, say, figure }: BenchContext): Promise<void> => {
  const server = await startDovecot();
  if (!server) return say('Dovecot is not installed here');
  const accounts = quick ? ACCOUNTS.quick : ACCOUNTS.whole;
  await using database = await testDatabase();
  const provider = testImapProvider(database.db);
  const own = (name: string, ours: number, unit: string) => ({
    name,
    ours,
    unit,
    peer: null,
    peerName: '',
    ratio: null,
  });
  try {
    const ports = { db: database.db, provider, server };
    // The first ones bring the program itself into memory.
    const watchers = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => watchOne(ports, i)));
    const before = await memory();
    const began = performance.now();
    for (let n = AT_ONCE; n < accounts; n += AT_ONCE) {
      const next = Array.from({ length: Math.min(AT_ONCE, accounts - n) }, (_, i) => n + i);
      watchers.push(...(await Promise.all(next.map((i) => watchOne(ports, i)))));
    }
    figure(own(`${accounts} accounts wait for news after`, performance.now() - began, 'ms'));
    const after = await memory();
    figure(own('connections of each', 1, ''));
    const share = (bytes: number): number => bytes / (accounts - AT_ONCE) / KIB;
    figure(own('objects of each', share(after.held - before.held), 'KiB'));
    figure(own('growth of the process for each', share(after.resident - before.resident), 'KiB'));
    const late: number[] = [];
    for (let i = 0; i < (quick ? MAILS.quick : MAILS.whole); i++) {
      const one = watchers[(i * 7) % watchers.length];
      if (!one) continue;
      const peer = await imapPeer({ port: server.port, user: one.user, password: DOVECOT_PASSWORD });
      const told = one.told();
      const from = performance.now();
      await peer.append('INBOX', letter(i));
      await told;
      late.push(performance.now() - from);
      peer.close();
    }
    figure(own('new mail noticed after, median', median(late), 'ms'));
    const slowest = Math.max(...late);
    figure({
      ...own('new mail noticed after, slowest', slowest, 'ms'),
      aim: 'under 2 s',
      met: slowest < NOTICED_MS,
    });
  } finally {
    await provider.close();
    await server.stop();
  }
};

export default imapIdle;
