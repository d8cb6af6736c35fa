import { getCACertificates } from 'node:tls';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import {
  IMAP_COMMAND_MS,
  IMAP_CONNECT_MS,
  IMAP_GREETING_MS,
  IMAP_LINE_BYTES,
  IMAP_LITERAL_BYTES,
  IMAP_RESPONSE_BYTES,
} from '#config/limits-imap.ts';
import type { SignIn } from '#mail/port.ts';
import { asAppError } from './errors.ts';
import type { ImapSettings, ServerAddress } from './settings.ts';

/** What a connection is made with. */
export interface Dial {
  settings: ImapSettings;
  signIn: SignIn;
  /** Certificates to trust beside the system's, as PEM. */
  ca: string | null;
}

export const tlsOptions = (ca: string | null): { ca?: string[]; minVersion: 'TLSv1.2' } =>
  ca === null ? { minVersion: 'TLSv1.2' } : { ca: [...getCACertificates(), ca], minVersion: 'TLSv1.2' };

const security = ({ security }: ServerAddress): Pick<ImapFlowOptions, 'secure' | 'doSTARTTLS'> =>
  security === 'tls' ? { secure: true } : { secure: false, doSTARTTLS: security === 'starttls' };

/**
 * A signed-in connection. It ends by itself after `silentMs` in which an answer is awaited and no byte comes. Throws
 * `needs-user` when the sign-in is refused, `transient` when the server cannot be reached.
 */
export const connect = async (
  { settings, signIn, ca }: Dial,
  silentMs = IMAP_COMMAND_MS,
): Promise<ImapFlow> => {
  const { imap, username } = settings;
  const client = new ImapFlow({
    host: imap.host,
    port: imap.port,
    ...security(imap),
    auth: { user: username, pass: await signIn.secret('password') },
    tls: tlsOptions(ca),
    clientInfo: { name: 'Ashford' },
    logger: false,
    disableAutoIdle: true,
    disableCompression: true,
    disableIMAP4rev2: true,
    connectionTimeout: IMAP_CONNECT_MS,
    greetingTimeout: IMAP_GREETING_MS,
    socketTimeout: silentMs,
    maxLineLength: IMAP_LINE_BYTES,
    maxLiteralSize: IMAP_LITERAL_BYTES,
    maxResponseSize: IMAP_RESPONSE_BYTES,
  });
  // A connection that failed is of no use any more; what waits for it is rejected by the close.
  client.on('error', () => client.close());
  try {
    await client.connect();
    return client;
  } catch (e) {
    client.close();
    throw asAppError(e, imap);
  }
};
