import { connect, createServer, type Socket } from 'node:net';
import type { TrialRun } from '#test/torture/trial.ts';

/** Stands between a program and its server on loopback, and fails as networks do. */
export interface Wire {
  readonly port: number;
  readonly connections: number;
  /** Cuts one connection, chosen by `pick` in [0, 1), in the middle of whatever it carries. */
  cutOne(pick: number): void;
  /** Nothing passes until `release`; the connections stay. */
  hold(): void;
  release(): void;
}

interface Pair {
  near: Socket;
  far: Socket;
}

export const startWire = async (t: TrialRun, to: number): Promise<Wire> => {
  const pairs = new Set<Pair>();
  let held = false;
  const cut = (pair: Pair): void => {
    pairs.delete(pair);
    for (const socket of [pair.near, pair.far]) {
      // One that does not stand, yet or any more, has nothing to reset.
      if (socket.readyState === 'open') socket.resetAndDestroy();
      else socket.destroy();
    }
  };
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    near.setNoDelay();
    far.setNoDelay();
    near.pipe(far);
    far.pipe(near);
    if (held) for (const socket of [near, far]) socket.pause();
    for (const socket of [near, far]) {
      socket.on('error', () => cut(pair));
      socket.on('close', () => {
        if (pairs.has(pair)) cut(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  t.onEnd(() => {
    for (const pair of pairs) cut(pair);
    server.close();
  });
  const each = (fn: (socket: Socket) => void): void => {
    for (const { near, far } of pairs) for (const socket of [near, far]) fn(socket);
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get connections() {
      return pairs.size;
    },
    cutOne: (pick) => {
      const pair = [...pairs][Math.floor(pick * pairs.size)];
      if (pair) cut(pair);
    },
    hold: () => {
      held = true;
      each((socket) => socket.pause());
    },
    release: () => {
      held = false;
      each((socket) => socket.resume());
    },
  };
};
