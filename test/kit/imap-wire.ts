import { connect, createServer, type Socket } from 'node:net';

/** What is done with a line of a client in place of passing it on. */
export type Answer = { answer: string } | undefined;

/** Stands between a client and its IMAP server on loopback, and does what servers and networks do. */
export interface ImapWire {
  readonly port: number;
  readonly connections: number;
  /** Connections that were made so far. */
  readonly made: number;
  /** Extensions that new connections do not hear of. */
  hide(...capabilities: string[]): void;
  /** Sees each line of a client before it goes on; may answer it itself, with `%` for its tag. Only what is told last counts. */
  onLine(look: (line: string) => Promise<Answer> | Answer): void;
  /** The server takes its leave on all connections. */
  bye(): void;
  /** All connections break off in whatever they carry. */
  cut(): void;
  /** What stands stays, and nothing passes any more on it. New connections are not touched. */
  swallow(): void;
  close(): void;
}

interface Pair {
  near: Socket;
  far: Socket;
  dead: boolean;
}

export const startImapWire = async (to: number): Promise<ImapWire> => {
  const pairs = new Set<Pair>();
  let hidden: string[] = [];
  let look: (line: string) => Promise<Answer> | Answer = () => undefined;
  let made = 0;
  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  };
  const server = createServer((near) => {
    made++;
    const pair: Pair = { near, far: connect(to, '127.0.0.1'), dead: false };
    pairs.add(pair);
    for (const socket of [pair.near, pair.far]) {
      socket.setNoDelay();
      socket.on('error', () => end(pair));
      socket.on('close', () => end(pair));
    }
    const hide = [...hidden];
    linesOf(pair.far, (line) => {
      if (!pair.dead) pair.near.write(without(line, hide), 'latin1');
    });
    linesOf(near, async (line) => {
      const own = await look(line);
      if (pair.dead || !pair.far.writable) return;
      if (own) pair.near.write(own.answer.replaceAll('%', line.split(' ')[0] ?? ''), 'latin1');
      else pair.far.write(line, 'latin1');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get connections() {
      return pairs.size;
    },
    get made() {
      return made;
    },
    hide: (...names) => {
      hidden = names;
    },
    onLine: (fn) => {
      look = fn;
    },
    bye: () => {
      for (const pair of pairs) {
        pair.near.end('* BYE The server is being restarted\r\n');
        pair.far.destroy();
      }
    },
    cut: () => {
      for (const pair of [...pairs]) end(pair);
    },
    swallow: () => {
      for (const pair of pairs) pair.dead = true;
    },
    close: () => {
      for (const pair of [...pairs]) end(pair);
      server.close();
    },
  };
};

/** Hands on whole lines, one after the other. */
const linesOf = (socket: Socket, hear: (line: string) => Promise<void> | void): void => {
  let rest = '';
  let turn: Promise<void> = Promise.resolve();
  socket.on('data', (part) => {
    rest += part.toString('latin1');
    for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n')) {
      const line = rest.slice(0, at + 1);
      rest = rest.slice(at + 1);
      turn = turn.then(() => hear(line)).catch(() => void socket.destroy());
    }
  });
};

/** A line of the server without what it says of these extensions. */
const without = (line: string, hidden: readonly string[]): string => {
  if (hidden.length === 0) return line;
  let out = line;
  if (/^\S+ (?:OK \[)?CAPABILITY /.test(line))
    for (const name of hidden) out = out.replace(new RegExp(` ${name}(?=[ \\]\\r])`, 'g'), '');
  return hidden.includes('UIDPLUS') ? out.replace(/\[(?:COPYUID|APPENDUID)[^\]]*\] ?/, '') : out;
};
