import type { ServerAddress } from './settings.ts';

/** What may be wrong with a connection that never came to be, for whoever typed in the server. */
interface Trouble {
  message: string;
  help: string;
}

interface WireError {
  code?: unknown;
  syscall?: unknown;
  reason?: unknown;
  tlsFailed?: unknown;
}

const SILENT = /^(?:E?TIMEDOUT|CONNECT_TIMEOUT|GREETING_TIMEOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** How the two libraries tell of a server that answers something else where TLS should begin. */
const saysNoTls = (e: WireError): boolean =>
  e.tlsFailed === true || e.reason === 'wrong version number' || /^(?:ERR_SSL_|ETLS$)/.test(String(e.code));

/**
 * Why the server is out of reach, by what Node and the libraries put on their errors; undefined where they do not say.
 * Nodemailer overwrites codes of the system with its own: its `syscall` and `reason` still tell.
 */
export const outOfReach = (error: Error, { host, port }: ServerAddress): Trouble | undefined => {
  const e = error as WireError;
  const code = String(e.code);
  if (e.syscall === 'getaddrinfo' || code === 'EDNS') {
    return {
      message: `The mail server ${host} was not found`,
      help: 'Check the name of the server, and that this machine is online.',
    };
  }
  if (code === 'ECONNREFUSED' || (e.syscall === 'connect' && code === 'ESOCKET')) {
    return {
      message: `Nothing answers at ${host} on port ${port}`,
      help: 'Check the name and the port of the server, and that it runs.',
    };
  }
  if (saysNoTls(e)) {
    return {
      message: `The mail server ${host} does not speak this kind of TLS on port ${port}`,
      help: 'Choose another encryption or port: TLS is usual on 993 and 465, STARTTLS on 143 and 587.',
    };
  }
  if (SILENT.test(code)) {
    return {
      message: `The mail server ${host} says nothing on port ${port}`,
      help: 'Check the name, the port and the encryption, and whether a firewall is in the way.',
    };
  }
  return undefined;
};
