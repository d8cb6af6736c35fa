import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outgoing } from '#mail/port.ts';
import { systemClock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';
import { type Certificate, makeCertificate } from '#test/kit/certificates.ts';
import {
  DOVECOT_PASSWORD,
  type DovecotServer,
  dovecotBinary,
  startDovecot,
} from '#test/kit/dovecot-server.ts';
import { signInWith } from '#test/kit/imap-account.ts';
import { startImapWire } from '#test/kit/imap-wire.ts';
import { type SmtpSink, startSmtpSink } from '#test/kit/smtp-sink.ts';
import { connect, type Dial } from './connect.ts';
import type { ServerAddress } from './settings.ts';
import { submit } from './smtp.ts';

const MAIL: Outgoing = {
  opId: '0'.repeat(32),
  messageId: 'm1@x.example',
  raw: Buffer.from('Subject: one\r\nMessage-ID: <m1@x.example>\r\n\r\none\r\n'),
  from: 'ann@x.example',
  recipients: ['bob@y.example'],
  threadKey: null,
  stagedId: null,
  since: toInstant(0),
};

type Security = 'tls' | 'starttls';
const WAYS: readonly Security[] = ['tls', 'starttls'];

const dialTo = (at: { imap?: ServerAddress; smtp?: ServerAddress; ca: string | null }): Dial => ({
  settings: {
    imap: at.imap ?? { host: '127.0.0.1', port: 1, security: 'tls' },
    smtp: at.smtp ?? null,
    username: 'ann',
  },
  signIn: signInWith(DOVECOT_PASSWORD),
  ca: at.ca,
});

const signIn = async (imap: ServerAddress, ca: string | null): Promise<void> => {
  const client = await connect(dialTo({ imap, ca }));
  client.close();
};

describe.runIf(dovecotBinary() !== undefined)('TLS', () => {
  let ours: Certificate;
  let foreign: Certificate;
  let server: DovecotServer;
  let misnamed: DovecotServer;
  const started: (() => Promise<void>)[] = [];

  const dovecot = async (certificate: Certificate): Promise<DovecotServer> => {
    const running = await startDovecot({ certificate });
    if (!running) throw new Error('Dovecot is not installed');
    started.push(running.stop);
    return running;
  };
  const sink = async (certificate: Certificate, way: Security): Promise<SmtpSink> => {
    const { cert, key } = certificate;
    const running = await startSmtpSink({
      server: { cert, key, secure: way === 'tls', disabledCommands: [], allowInsecureAuth: false },
    });
    started.push(running.stop);
    return running;
  };

  beforeAll(async () => {
    ours = makeCertificate('IP:127.0.0.1');
    foreign = makeCertificate('DNS:mail.other.example');
    server = await dovecot(ours);
    misnamed = await dovecot(foreign);
  });
  afterAll(async () => {
    for (const stop of started) await stop();
    ours[Symbol.dispose]();
    foreign[Symbol.dispose]();
  });

  const imapAt = (at: DovecotServer, security: Security): ServerAddress => ({
    host: '127.0.0.1',
    port: security === 'tls' ? at.tlsPort : at.port,
    security,
  });

  describe.each(WAYS)('%s, for reading', (way) => {
    test('a certificate that the CA file names is trusted', async () => {
      await signIn(imapAt(server, way), ours.cert);
    });

    test('one that nobody named is not, and the cure is told', async () => {
      await expect(signIn(imapAt(server, way), null)).rejects.toMatchObject({
        code: 'imap.certificate',
        message: expect.stringContaining('127.0.0.1'),
        help: expect.stringContaining('imap.ca_file'),
      });
    });

    test('one for another name is not, though it is named', async () => {
      await expect(signIn(imapAt(misnamed, way), foreign.cert)).rejects.toMatchObject({
        code: 'imap.certificate',
        help: expect.stringContaining('another name'),
      });
    });
  });

  describe.each(WAYS)('%s, for sending', (way) => {
    const send = async (certificate: Certificate, ca: string | null): Promise<SmtpSink> => {
      const at = await sink(certificate, way);
      await submit(
        systemClock,
        dialTo({ smtp: { host: '127.0.0.1', port: at.port, security: way }, ca }),
        MAIL,
      );
      return at;
    };

    test('a certificate that the CA file names is trusted', async () => {
      expect((await send(ours, ours.cert)).taken).toHaveLength(1);
    });

    test('one that nobody named is not, and the cure is told', async () => {
      await expect(send(ours, null)).rejects.toMatchObject({
        kind: 'transient',
        code: 'smtp.certificate',
        message: expect.stringContaining('127.0.0.1'),
        help: expect.stringContaining('imap.ca_file'),
      });
    });

    test('one for another name is not, though it is named', async () => {
      await expect(send(foreign, foreign.cert)).rejects.toMatchObject({
        code: 'smtp.certificate',
        help: expect.stringContaining('another name'),
      });
    });
  });

  test.each([
    ['hidden', undefined],
    ['refused', '% NO Not today\r\n'],
    ['answered in the clear', '% OK Go on\r\n* CAPABILITY IMAP4rev1\r\n'],
  ])('a password never goes to an IMAP server whose STARTTLS is %s', async (_, answer) => {
    const wire = await startImapWire(server.port);
    const said: string[] = [];
    if (answer === undefined) wire.hide('STARTTLS');
    wire.onLine((line) => {
      said.push(line);
      return answer !== undefined && / STARTTLS/.test(line) ? { answer } : undefined;
    });
    const at: ServerAddress = { host: '127.0.0.1', port: wire.port, security: 'starttls' };
    await expect(signIn(at, ours.cert)).rejects.toMatchObject({
      code: 'imap.unreachable',
      message: expect.stringContaining('TLS'),
    });
    expect(said.join()).not.toMatch(/LOGIN|AUTHENTICATE/);
    wire.close();
  });

  test('a password never goes to an SMTP server whose STARTTLS is taken away', async () => {
    let asked = 0;
    const at = await startSmtpSink({
      server: {
        onAuth: (_auth, _session, done) => {
          asked++;
          done(null, { user: 'ann' });
        },
      },
    });
    const smtp: ServerAddress = { host: '127.0.0.1', port: at.port, security: 'starttls' };
    await expect(submit(systemClock, dialTo({ smtp, ca: ours.cert }), MAIL)).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('TLS'),
    });
    expect(asked).toBe(0);
    expect(at.taken).toEqual([]);
    await at.stop();
  });
});
