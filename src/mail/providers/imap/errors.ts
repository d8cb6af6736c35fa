import { AppError, isAppError } from '#std/errors.ts';
import { outOfReach } from './out-of-reach.ts';
import { passwordHint, type ServerAddress } from './settings.ts';

/** What imapflow and Node put on the errors that they throw. None of their texts is kept: they may hold mail. */
interface WireError {
  code?: unknown;
  serverResponseCode?: unknown;
  responseStatus?: unknown;
  authenticationFailed?: unknown;
}

/** A server that says so refuses this sign-in now, not this password (RFC 5530). */
const NOT_NOW = new Set(['UNAVAILABLE', 'LIMIT', 'INUSE', 'SERVERBUG', 'CONTACTADMIN']);

const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH)/;

const CERTIFICATE_RETRY_MS = 10 * 60_000;
const LOGIN_RETRY_MS = 5 * 60_000;

const word = (value: unknown): string =>
  typeof value === 'string' && /^[\w-]{1,60}$/.test(value) ? value : '';

/** An error of the connection or the server as one of ours. What is one already, or a bug, is returned as it is. */
export const asAppError = (e: unknown, server: ServerAddress): unknown => {
  if (isAppError(e)) return e;
  if (!(e instanceof Error)) return e;
  if (e instanceof TypeError || e instanceof RangeError || e instanceof ReferenceError) return e;
  const wire = e as WireError;
  const code = word(wire.code);
  const answer = word(wire.serverResponseCode).toUpperCase();
  const fields = { host: server.host, code, answer };
  const distrusted = badCertificate('imap', fields);
  if (distrusted) return distrusted;
  if (wire.authenticationFailed === true) return signInRefused(fields, server);
  if (answer === 'OVERQUOTA') return overQuota(fields);
  if (wire.responseStatus === 'NO') return refused('do what it was asked', server.host, fields);
  const { message, help } = outOfReach(e, server) ?? {
    message: `The mail server ${server.host} did not do what it was asked`,
    help: 'If it lasts, look whether the server can be reached from this machine.',
  };
  return new AppError('transient', 'imap.unreachable', message, { fields, help });
};

type Fields = { host: string; code: string; answer: string | number };

/** What is wrong with a certificate, by Node's code of it. */
const certificateHelp = (code: string): string => {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH')
    return 'It was issued to another name: give the name of the server that stands in it.';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return 'It is not valid today: ask whoever runs the server, and check the clock of this machine.';
  return 'If the certificate is your own, name its file as imap.ca_file in the config.';
};

/** undefined where the code of an error says something else. `by`: the protocol, for our own code. */
export const badCertificate = (by: 'imap' | 'smtp', fields: Fields): AppError | undefined =>
  CERTIFICATE.test(fields.code)
    ? new AppError(
        'transient',
        `${by}.certificate`,
        `The certificate of ${fields.host} is not one that we trust`,
        { fields, retryAfterMs: CERTIFICATE_RETRY_MS, help: certificateHelp(fields.code) },
      )
    : undefined;

const signInRefused = (fields: Fields, server: ServerAddress): AppError =>
  NOT_NOW.has(String(fields.answer))
    ? new AppError(
        'transient',
        'imap.sign-in-later',
        `The mail server ${fields.host} takes no sign-in just now`,
        {
          fields,
          retryAfterMs: LOGIN_RETRY_MS,
        },
      )
    : new AppError(
        'needs-user',
        'imap.sign-in-refused',
        `The mail server ${fields.host} refused the sign-in`,
        {
          fields,
          help: passwordHint(server),
        },
      );

const overQuota = (fields: Fields): AppError =>
  new AppError('permanent', 'imap.full', `The mailbox at ${fields.host} is full`, {
    fields,
    help: 'Delete mail there, or get more room.',
  });

export const timedOut = (host: string): AppError =>
  new AppError('transient', 'imap.timeout', `The mail server ${host} did not answer in time`, {
    fields: { host },
    help: 'It is tried again by itself.',
  });

/** A command that the server turned down without cutting the connection. */
export const refused = (what: string, host: string, fields: Partial<Fields> = {}): AppError =>
  new AppError('transient', 'imap.refused', `The mail server ${host} refused to ${what}`, {
    fields: { host, ...fields },
    help: 'It is tried again by itself. If it lasts, ask whoever runs the server.',
  });
