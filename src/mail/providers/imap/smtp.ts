import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import {
  IMAP_COMMAND_MS,
  IMAP_SLOWEST_BYTES,
  SMTP_CONNECT_MS,
  SMTP_GREETING_MS,
  SMTP_SILENT_MS,
} from '#config/limits-imap.ts';
import type { Outgoing } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { type Dial, tlsOptions } from './connect.ts';
import { badCertificate } from './errors.ts';
import { outOfReach } from './out-of-reach.ts';
import { type ImapSettings, passwordHint, type ServerAddress } from './settings.ts';

/**
 * Hands a mail to the submission server, once. Returns recipients that it did not take, though it took the mail for others.
 * Throws an error that is certain about it not having been taken, or
 * `mail.send-unknown` when the whole mail went over and no answer came back.
 */
export const submit = async (clock: Clock, dial: Dial, mail: Outgoing): Promise<string[]> => {
  const server = serverOf(dial.settings);
  const password = await passwordOf(dial);
  const wire = { server, wholeMailRead: false };
  const connection = connectionTo(server, dial.ca);
  const ms = IMAP_COMMAND_MS + Math.ceil((mail.raw.length / IMAP_SLOWEST_BYTES) * 1000);
  const cancel = clock.after(ms, () => connection.close());
  try {
    await step(connection, (done) => connection.connect(done));
    await signIn(connection, { server, user: dial.settings.username, password });
    const body = bodyOf(mail.raw, () => {
      wire.wholeMailRead = true;
    });
    const envelope = { from: mail.from, to: [...mail.recipients], size: mail.raw.length };
    let refused: string[] = [];
    await step(connection, (done) =>
      connection.send(envelope, body, (e, sent) => {
        refused = sent?.rejected ?? [];
        done(e);
      }),
    );
    return refused;
  } catch (e) {
    throw asSendError(e, wire);
  } finally {
    cancel();
    connection.close();
  }
};

/** Signs in at the submission server and sends nothing. */
export const trySubmission = async (dial: Dial): Promise<void> => {
  const server = serverOf(dial.settings);
  const password = await passwordOf(dial);
  const connection = connectionTo(server, dial.ca);
  try {
    await step(connection, (done) => connection.connect(done));
    await signIn(connection, { server, user: dial.settings.username, password });
  } catch (e) {
    throw asSendError(e, { server, wholeMailRead: false });
  } finally {
    connection.close();
  }
};

const serverOf = ({ smtp }: ImapSettings): ServerAddress => {
  if (smtp) return smtp;
  throw new AppError('permanent', 'mail.cannot-send', 'The account has no server to send through', {
    help: 'Name its SMTP server on the accounts page.',
  });
};

/** A server on this machine may let everybody in. */
const signIn = async (
  connection: SMTPConnection,
  o: { server: ServerAddress; user: string; password: string },
): Promise<void> => {
  if (o.server.security === 'none' && !connection.allowsAuth) return;
  const credentials = { user: o.user, pass: o.password };
  await step(connection, (done) => connection.login({ credentials }, done));
};

/** The same as for reading, unless it has one of its own. */
const passwordOf = async ({ signIn }: Dial): Promise<string> => {
  try {
    return await signIn.secret('smtp_password');
  } catch {
    return signIn.secret('password');
  }
};

const connectionTo = (server: ServerAddress, ca: string | null): SMTPConnection =>
  new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    tls: tlsOptions(ca),
    connectionTimeout: SMTP_CONNECT_MS,
    greetingTimeout: SMTP_GREETING_MS,
    socketTimeout: SMTP_SILENT_MS,
    logger: false,
  });

/** One step of the dialogue: it ends by its callback, or with the connection. */
const step = (connection: SMTPConnection, begin: (done: (e?: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error('The connection ended'));
    connection.once('error', reject);
    connection.once('end', lost);
    begin((e) => {
      connection.off('error', reject);
      connection.off('end', lost);
      // What the connection says after its end is of no interest any more.
      connection.on('error', () => {});
      if (e) reject(e);
      else resolve();
    });
  });

/** Tells when its last byte was taken: only then can the end of the mail have been sent. */
const bodyOf = (raw: Uint8Array, onEnd: () => void): Readable => {
  const body = Readable.from([Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)], {
    objectMode: false,
  });
  body.once('end', onEnd);
  return body;
};

interface Wire {
  server: ServerAddress;
  wholeMailRead: boolean;
}

/** What nodemailer puts on its errors: its own code, and the one of Node where that was another. */
interface WireError {
  code?: unknown;
  originalCode?: unknown;
  command?: unknown;
  responseCode?: unknown;
}

const asSendError = (e: unknown, { server, wholeMailRead }: Wire): unknown => {
  if (e instanceof AppError || !(e instanceof Error)) return e;
  const { responseCode, code, originalCode, command } = e as WireError;
  const told = originalCode ?? code;
  const fields = {
    host: server.host,
    code: typeof told === 'string' ? told.slice(0, 40) : '',
    answer: typeof responseCode === 'number' ? responseCode : 0,
  };
  const distrusted = badCertificate('smtp', fields);
  if (distrusted) return distrusted;
  // A server that does not know STARTTLS says no to that, not to the mail.
  if (typeof responseCode === 'number' && code !== 'ETLS')
    return refusal(responseCode, { fields, server, isSignIn: isSignIn(command) });
  if (wholeMailRead)
    return new AppError('transient', 'mail.send-unknown', 'The mail server gave no answer to the mail', {
      fields,
    });
  if (isSignIn(command)) return refusal(535, { fields, server, isSignIn: true });
  const { message, help } = outOfReach(e, server) ?? {
    message: `The mail server ${server.host} could not be reached to send`,
    help: 'If it lasts, look whether the server can be reached from this machine.',
  };
  return new AppError('transient', 'smtp.unreachable', message, { fields, help });
};

const isSignIn = (command: unknown): boolean => typeof command === 'string' && command.startsWith('AUTH');

type Fields = { host: string; code: string; answer: number };

const refusal = (
  answer: number,
  { fields, server, isSignIn }: { fields: Fields; server: ServerAddress; isSignIn: boolean },
): AppError => {
  if (answer >= 400 && answer < 500)
    return new AppError(
      'transient',
      'smtp.deferred',
      `The mail server ${fields.host} does not take the mail now`,
      { fields, help: 'It is tried again by itself.' },
    );
  if (isSignIn)
    return new AppError(
      'needs-user',
      'smtp.sign-in-refused',
      `The mail server ${fields.host} refused the sign-in`,
      {
        fields,
        help: passwordHint(server),
      },
    );
  return new AppError('permanent', 'smtp.refused', `The mail server ${fields.host} refused the mail`, {
    fields,
    help: 'Look at the recipients and at the size of the mail.',
  });
};
