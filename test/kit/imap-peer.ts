import { ImapFlow } from 'imapflow';

/** Another mail client on the same mailbox, which does what it likes. */
export interface ImapPeer {
  readonly client: ImapFlow;
  append(path: string, raw: string | Uint8Array, flags?: string[]): Promise<number>;
  move(from: string, uid: number, to: string): Promise<void>;
  copy(from: string, uid: number, to: string): Promise<void>;
  flag(path: string, uid: number, o: { add?: string[]; remove?: string[] }): Promise<void>;
  expunge(path: string, uid: number): Promise<void>;
  /** Selects a folder, for what is done with `client` itself. */
  open(path: string): Promise<void>;
  /** What lies in a folder: UID, Message-ID and flags. */
  look(path: string): Promise<Seen[]>;
  close(): void;
}

export interface Seen {
  uid: number;
  messageId: string;
  flags: string[];
}

const TRIES = 3;

const signIn = async (o: { port: number; user: string; password: string }): Promise<ImapFlow> => {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: o.port,
    secure: false,
    doSTARTTLS: false,
    auth: { user: o.user, pass: o.password },
    logger: false,
    disableAutoIdle: true,
  });
  client.on('error', () => client.close());
  await client.connect();
  return client;
};

export const imapPeer = async (o: { port: number; user: string; password: string }): Promise<ImapPeer> => {
  let client = await signIn(o);
  // A process of Dovecot stumbles for ever over a folder that was made anew while it had the old one open.
  const at = async <T>(path: string, work: () => Promise<T>, tries = TRIES): Promise<T> => {
    try {
      await client.mailboxOpen(path);
      return await work();
    } catch (e) {
      const { serverResponseCode, executedCommand, responseText } = e as Record<string, unknown>;
      const stumbled = serverResponseCode === 'SERVERBUG' || /deleted under us/.test(String(responseText));
      if (tries <= 1 || !stumbled) throw new Error(`In ${path}: ${e}: ${executedCommand}: ${responseText}`);
      client.close();
      client = await signIn(o);
      return at(path, work, tries - 1);
    }
  };
  const must = (done: unknown, what: string): void => {
    if (!done) throw new Error(`The server refused to ${what}`);
  };
  return {
    get client() {
      return client;
    },
    open: (path) => at(path, async () => {}),
    append: async (path, raw, flags = []) => {
      const done = await client.append(path, Buffer.from(raw), flags);
      return done ? (done.uid ?? 0) : 0;
    },
    move: (from, uid, to) =>
      at(from, async () => must(await client.messageMove(String(uid), to, { uid: true }), 'move')),
    copy: (from, uid, to) =>
      at(from, async () => must(await client.messageCopy(String(uid), to, { uid: true }), 'copy')),
    flag: (path, uid, { add = [], remove = [] }) =>
      at(path, async () => {
        if (add.length > 0) await client.messageFlagsAdd(String(uid), add, { uid: true });
        if (remove.length > 0) await client.messageFlagsRemove(String(uid), remove, { uid: true });
      }),
    expunge: (path, uid) =>
      at(path, async () => must(await client.messageDelete(String(uid), { uid: true }), 'delete')),
    look: (path) =>
      at(path, async () => {
        const found = await client.fetchAll(
          '1:*',
          { uid: true, flags: true, headers: ['message-id'] },
          { uid: true },
        );
        return found.map((m) => ({
          uid: m.uid,
          messageId: /<([^>]*)>/.exec(m.headers?.toString() ?? '')?.[1] ?? '',
          flags: [...(m.flags ?? [])].filter((flag) => flag !== '\\Recent'),
        }));
      }),
    close: () => client.close(),
  };
};
