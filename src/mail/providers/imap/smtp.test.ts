import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Outgoing } from '#mail/port.ts';
import { systemClock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';
import { loopback, signInWith } from '#test/kit/imap-account.ts';
import { type SmtpSink, startSmtpSink } from '#test/kit/smtp-sink.ts';
import type { Dial } from './connect.ts';
import { submit, trySubmission } from './smtp.ts';

const SECRET = 'a-password-that-nobody-may-see';
const MAIL: Outgoing = {
  opId: '0'.repeat(32),
  messageId: 'm1@x.example',
  raw: Buffer.from('Subject: one\r\nMessage-ID: <m1@x.example>\r\n\r\n.a line with a dot\r\n'),
  from: 'ann@x.example',
  recipients: ['bob@y.example', 'cy@y.example'],
  threadKey: null,
  stagedId: null,
  since: toInstant(0),
};

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

const dialTo = (smtpPort: number): Dial => ({
  settings: loopback({ port: 1, user: 'ann', smtpPort }),
  signIn: signInWith(SECRET),
  ca: null,
});

const sink = async (...o: Parameters<typeof startSmtpSink>): Promise<SmtpSink> => {
  const started = await startSmtpSink(...o);
  ended.push(started.stop);
  return started;
};

const wayOf = async (port: number): Promise<{ kind: string; code: string; text: string }> =>
  submit(systemClock, dialTo(port), MAIL).then(
    () => ({ kind: 'sent', code: '', text: '' }),
    (e) => ({
      kind: e.kind,
      code: e.code,
      text: JSON.stringify([e.message, e.help, e.fields, e.cause, e.stack]),
    }),
  );

/** A server that ends the connection as soon as a line of the client tells it to. */
const cutAt = async (to: number, when: RegExp): Promise<number> => {
  const server: Server = createServer((near: Socket) => {
    const far = connect(to, '127.0.0.1');
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    far.pipe(near);
    near.on('data', (part) => {
      if (when.test(part.toString())) end();
      else far.write(part);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  ended.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};

test('a mail goes out with its own envelope and its own bytes', async () => {
  const server = await sink();
  await submit(systemClock, dialTo(server.port), MAIL);
  expect(server.taken).toMatchObject([{ from: MAIL.from, recipients: MAIL.recipients }]);
  expect(server.taken[0]?.raw.toString()).toBe(Buffer.from(MAIL.raw).toString());
});

test('a mail that the server refuses was not sent, and that is certain', async () => {
  const refusing = (code: number) => async () => {
    throw Object.assign(new Error('No'), { responseCode: code });
  };
  const never = await sink({ onMail: refusing(554) });
  expect(await wayOf(never.port)).toMatchObject({ kind: 'permanent', code: 'smtp.refused' });
  const later = await sink({ onMail: refusing(451) });
  expect(await wayOf(later.port)).toMatchObject({ kind: 'transient', code: 'smtp.deferred' });
});

test('a mail that the server takes for some of its recipients is sent, and the others are told', async () => {
  const server = await sink({
    server: {
      onRcptTo: ({ address }, _session, done) =>
        done(address === 'cy@y.example' ? new Error('No such user') : null),
    },
  });
  expect(await submit(systemClock, dialTo(server.port), MAIL)).toEqual(['cy@y.example']);
  expect(server.taken).toMatchObject([{ recipients: ['bob@y.example'] }]);
});

test('a mail that the server takes for nobody was not sent', async () => {
  const server = await sink({
    server: { onRcptTo: (_address, _session, done) => done(new Error('No such user')) },
  });
  expect(await wayOf(server.port)).toMatchObject({ kind: 'permanent', code: 'smtp.refused' });
  expect(server.taken).toEqual([]);
});

test('a connection that ends before the mail went over is tried again', async () => {
  const server = await sink();
  for (const when of [/^EHLO/m, /^MAIL/m, /^RCPT/m, /^DATA/m]) {
    expect(await wayOf(await cutAt(server.port, when))).toMatchObject({
      kind: 'transient',
      code: 'smtp.unreachable',
    });
  }
  expect(server.taken).toEqual([]);
});

test('a mail that went over whole and was not answered may have been sent', async () => {
  const server = await sink({ onMail: () => new Promise(() => {}) });
  const port = await cutAt(server.port, /^\.\r$/m);
  expect(await wayOf(port)).toMatchObject({ kind: 'transient', code: 'mail.send-unknown' });
});

test('a server that cannot be reached is tried again', async () => {
  const server = await startSmtpSink();
  await server.stop();
  expect(await wayOf(server.port)).toMatchObject({ kind: 'transient', code: 'smtp.unreachable' });
});

test('a refused password is for the person, and stands in no error', async () => {
  const server = await sink({
    server: { authOptional: false, onAuth: (_auth, _session, done) => done(new Error(`not ${SECRET}`)) },
  });
  const way = await wayOf(server.port);
  expect(way).toMatchObject({ kind: 'needs-user', code: 'smtp.sign-in-refused' });
  expect(way.text).not.toContain(SECRET);
  await expect(trySubmission(dialTo(server.port))).rejects.toMatchObject({ code: 'smtp.sign-in-refused' });
});
