import { startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { DOVECOT_PASSWORD, startDovecot } from '#test/kit/dovecot-server.ts';
import { imapPeer } from '#test/kit/imap-peer.ts';
import type { Settings } from './place.ts';

let written = 0;

const letter = (to: string, subject: string, ...headers: string[]): string =>
  [
    'From: Bob <bob@example.com>',
    ...headers,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <account-${++written}@example.com>`,
    '',
    'Hello.',
    '',
  ].join('\r\n');

/** Gmail for one server under test. */
export const gmailFor = async (email: string) => {
  const fake = await startFakeGmail({ users: [email] });
  const settings: Settings = {
    ASHFORD_GMAIL__CLIENT_ID: fake.client.id,
    ASHFORD_GMAIL__CLIENT_SECRET: fake.client.secret ?? '',
    ASHFORD_GMAIL__POLL_INTERVAL: '5s',
    ...Object.fromEntries(
      Object.entries(fake.endpoints).map(([name, url]) => [`ASHFORD_ENDPOINTS__${name.toUpperCase()}`, url]),
    ),
  };
  const deliver = (subject: string, ...headers: string[]): void => {
    fake.deliver(email, letter(email, subject, ...headers));
  };
  return { fake, settings, deliver };
};

/** An IMAP server with a mailbox of `ada` on it; undefined where Dovecot is not installed. */
export const imapFor = async () => {
  const server = await startDovecot();
  if (!server) return undefined;
  const peer = await imapPeer({ port: server.port, user: 'ada', password: DOVECOT_PASSWORD });
  return {
    port: server.port,
    password: DOVECOT_PASSWORD,
    deliver: (subject: string) => peer.append('INBOX', letter('ada@imap.example', subject)),
    stop: async () => {
      peer.close();
      await server.stop();
    },
  };
};

export type ImapServer = NonNullable<Awaited<ReturnType<typeof imapFor>>>;
