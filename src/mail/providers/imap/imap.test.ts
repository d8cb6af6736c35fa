import { afterAll, beforeAll, describe } from 'vitest';
import { mailboxContract } from '#mail/providers/contract.ts';
import { type DatabaseKind, testDatabase } from '#test/kit/databases.ts';
import { DOVECOT_PASSWORD } from '#test/kit/dovecot-server.ts';
import { HOODIECROW_USER, startHoodiecrow } from '#test/kit/hoodiecrow-server.ts';
import { addImapAccount, imapAccount, loopback, testImapProvider } from '#test/kit/imap-account.ts';
import { imapPeer } from '#test/kit/imap-peer.ts';
import { onDovecot } from '#test/kit/on-dovecot.ts';
import { type SmtpSink, startSmtpSink } from '#test/kit/smtp-sink.ts';
import { expireCursors, readMirror } from './folder-store.ts';

/** A mailbox of ours at a server, with another client that delivers to it. */
const openAt = async (o: {
  port: number;
  smtpPort: number;
  user: string;
  password: string;
  kind: DatabaseKind;
  end?: () => Promise<void>;
}) => {
  const database = await testDatabase(o.kind);
  await addImapAccount(database.db, 'a1');
  const provider = testImapProvider(database.db);
  const mailbox = provider.open(imapAccount({ id: 'a1', settings: loopback(o), password: o.password }));
  const peer = await imapPeer(o);
  return {
    mailbox,
    deliver: async (raw: Uint8Array) => {
      await peer.append('INBOX', raw);
      return (await mailbox.list(null, 1)).ids[0] ?? '';
    },
    expireCursors: () =>
      database.db.write(async (tx) => expireCursors(tx, 'a1', (await readMirror(tx, 'a1')).last)),
    [Symbol.asyncDispose]: async () => {
      peer.close();
      await provider.close();
      await o.end?.();
      await database[Symbol.asyncDispose]();
    },
  };
};

let smtp: SmtpSink;
beforeAll(async () => {
  smtp = await startSmtpSink();
});
afterAll(() => smtp.stop());

onDovecot('on Dovecot', (server) => {
  let users = 0;
  for (const kind of ['memory', 'postgres'] as const)
    mailboxContract(`imap on ${kind}`, () =>
      openAt({
        port: server().port,
        smtpPort: smtp.port,
        user: `user${++users}`,
        password: DOVECOT_PASSWORD,
        kind,
      }),
    );
});

describe('on a server that does not tell what changed', () => {
  mailboxContract('imap on memory', async () => {
    const server = await startHoodiecrow();
    const { port, stop } = server;
    return openAt({ port, smtpPort: smtp.port, ...HOODIECROW_USER, kind: 'memory', end: stop });
  });
});
