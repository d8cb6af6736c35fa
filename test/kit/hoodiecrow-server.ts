import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';

interface PluginHost {
  registerCapability(name: string): void;
  messageHandlers: ((connection: unknown, message: Record<string, unknown>) => void)[];
}

/** Its plugin does not say that it is there, and gives a message that is moved a new id, which Gmail does not. */
const likeGmail = (server: PluginHost): void => {
  server.registerCapability('X-GM-EXT-1');
  server.messageHandlers.push((_connection, message) => {
    const digest = createHash('sha256').update(String(message.raw)).digest();
    message['X-GM-MSGID'] = String(digest.readBigUInt64BE() >> 1n);
  });
};

interface Hoodiecrow {
  server: Server;
  listen(port: number, host: string, done: () => void): void;
  close(done?: () => void): void;
}

const hoodiecrow = createRequire(import.meta.url)('hoodiecrow-imap') as (options: object) => Hoodiecrow;

/** What it can do beside the basics; not `CONDSTORE`, so that flags have to be read anew. */
const PLUGINS = ['ID', 'UIDPLUS', 'MOVE', 'IDLE', 'SPECIAL-USE', 'UNSELECT', 'LITERALPLUS', 'NAMESPACE'];
const FOLDERS = ['Drafts', 'Sent', 'Trash', 'Archive'];

/** The one user of such a server. */
export const HOODIECROW_USER = { user: 'testuser', password: 'testpass' };

export interface HoodiecrowServer {
  port: number;
  stop(): Promise<void>;
}

/**
 * A small IMAP server in this process, on loopback, with one empty mailbox. With `gmail`, one like Gmail's; with `archive`
 * false, one without a folder for archived mail.
 */
export const startHoodiecrow = async (
  o: { gmail?: boolean; archive?: boolean } = {},
): Promise<HoodiecrowServer> => {
  const special = (name: string, use = name) => [name, { 'special-use': `\\${use}` }] as const;
  const hasArchive = !o.gmail && o.archive !== false;
  const folders = Object.fromEntries([
    ...FOLDERS.filter((name) => hasArchive || name !== 'Archive').map((name) => special(name)),
    ...(o.gmail ? [special('All Mail', 'All'), ['Work', {}] as const] : []),
  ]);
  const server = hoodiecrow({
    plugins: o.gmail ? [...PLUGINS, likeGmail, 'X-GM-EXT-1'] : PLUGINS,
    storage: { INBOX: {}, '': { separator: '/', folders } },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    // It would wait for its clients to leave.
    stop: async () => void server.server.close(),
  };
};
