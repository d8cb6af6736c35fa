import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe } from 'vitest';
import { mailboxContract } from '#mail/providers/contract.ts';
import { type DatabaseKind, testDatabase } from '#test/kit/databases.ts';
import {
  DOVECOT_PASSWORD,
  type DovecotServer,
  dovecotBinary,
  startDovecot,
} from '#test/kit/dovecot-server.ts';
import { addImapAccount, imapAccount, loopback, testImapProvider } from '#test/kit/imap-account.ts';
import { type SmtpSink, startSmtpSink } from '#test/kit/smtp-sink.ts';
import { expireCursors } from './folder-store.ts';

const KINDS: readonly DatabaseKind[] = ['memory', 'postgres'];

describe.runIf(dovecotBinary() !== undefined)('on Dovecot', () => {
  let server: DovecotServer;
  let smtp: SmtpSink;
  let users = 0;

  beforeAll(async () => {
    const started = await startDovecot();
    if (!started) throw new Error('Dovecot is not installed');
    server = started;
    smtp = await startSmtpSink();
  });
  afterAll(async () => {
    await server.stop();
    await smtp.stop();
  });

  const open = (kind: DatabaseKind) => async () => {
    const user = `user${++users}`;
    const database = await testDatabase(kind);
    await addImapAccount(database.db, 'a1');
    const provider = testImapProvider(database.db);
    const settings = loopback({ port: server.port, user, smtpPort: smtp.port });
    const mailbox = provider.open(imapAccount({ id: 'a1', settings, password: DOVECOT_PASSWORD }));
    const other = new ImapFlow({
      host: '127.0.0.1',
      port: server.port,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: DOVECOT_PASSWORD },
      logger: false,
    });
    await other.connect();
    return {
      mailbox,
      deliver: async (raw: Uint8Array) => {
        await other.append('INBOX', Buffer.from(raw), []);
        return (await mailbox.list(null, 1)).ids[0] ?? '';
      },
      expireCursors: () => database.db.write((tx) => expireCursors(tx, 'a1')),
      [Symbol.asyncDispose]: async () => {
        other.close();
        await provider.close();
        await database[Symbol.asyncDispose]();
      },
    };
  };

  for (const kind of KINDS) mailboxContract(`imap on ${kind}`, open(kind));
});
