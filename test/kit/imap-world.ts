import type { AccountRef, Mailbox, MailProvider } from '#mail/port.ts';
import type { ImapOptions } from '#mail/providers/imap/options.ts';
import type { WatchTimes } from '#mail/providers/imap/watch.ts';
import type { Clock } from '#std/clock.ts';
import { type DatabaseKind, type TestDatabase, testDatabase } from './databases.ts';
import { DOVECOT_PASSWORD, type DovecotServer } from './dovecot-server.ts';
import { addImapAccount, imapAccount, loopback, testImapProvider } from './imap-account.ts';
import { type ImapPeer, imapPeer } from './imap-peer.ts';

/** One mailbox at a server, our account of it, and another client that does what it likes there. */
export interface ImapWorld extends AsyncDisposable {
  database: TestDatabase;
  provider: MailProvider;
  account: AccountRef;
  mailbox: Mailbox;
  peer: ImapPeer;
}

let users = 0;

export const imapWorld = async (
  server: DovecotServer,
  o: {
    kind?: DatabaseKind;
    clock?: Clock;
    /** Where we connect to, in place of the server itself. */
    port?: number;
    smtpPort?: number;
    options?: Partial<ImapOptions>;
    watchTimes?: WatchTimes;
  } = {},
): Promise<ImapWorld> => {
  const user = `user${++users}`;
  const database = await testDatabase(o.kind);
  await addImapAccount(database.db, 'a1');
  const provider = testImapProvider(database.db, o);
  const settings = loopback({ port: o.port ?? server.port, user, smtpPort: o.smtpPort });
  const account = imapAccount({ id: 'a1', settings, password: DOVECOT_PASSWORD });
  const peer = await imapPeer({ port: server.port, user, password: DOVECOT_PASSWORD });
  return {
    database,
    provider,
    account,
    mailbox: provider.open(account),
    peer,
    [Symbol.asyncDispose]: async () => {
      peer.close();
      await provider.close();
      await database[Symbol.asyncDispose]();
    },
  };
};

export const letter = (n: number | string, more = ''): string =>
  `From: Ann <ann@x.example>\r\nTo: bob@y.example\r\nSubject: mail ${n}\r\nMessage-ID: <m${n}@x.example>\r\nDate: Thu, 15 Jan 2026 09:00:00 +0000\r\n${more}\r\nbody ${n}\r\n`;
