import { createServer, type Server, type Socket } from 'node:net';
import { createClient } from '@libsql/client/web';
import { describe, expect, test } from 'vitest';
import { DB_ANSWER_MS, DB_TRANSACTION_MS } from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import { openDatabase } from '#db/open.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { systemRandom } from '#std/random.ts';
import { hasSqld, startSqld } from '#test/kit/sqld-server.ts';

const open = (url: string, clock = systemClock): Promise<Db> =>
  openDatabase({ url, clock, random: systemRandom });

/** A server on loopback that does what `onSocket` says, and its port. */
const listen = async (onSocket: (socket: Socket) => void): Promise<{ port: number; server: Server }> => {
  const server = createServer((socket) => onSocket(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, server };
};

describe.runIf(hasSqld())('a libSQL server', () => {
  test.each(['ws', 'http'])('is spoken to over %s', async (scheme) => {
    const server = await startSqld();
    const db = await open(server.url.replace('http:', `${scheme}:`));
    try {
      await db.write((tx) => tx.run('create table things (what text, n integer)'));
      await db.write((tx) => tx.run('insert into things values ($1, $2)', ['one', 2 ** 40]));
      expect(await db.all('select what, n from things')).toEqual([{ what: 'one', n: 2 ** 40 }]);
    } finally {
      await db.close();
      await server.stop();
    }
  });

  test.each(['ws', 'http'])(
    'work that it took the lock from is run again, over %s',
    async (scheme) => {
      const server = await startSqld();
      const db = await open(server.url.replace('http:', `${scheme}:`));
      const other = createClient({ url: server.url });
      try {
        await db.write((tx) => tx.run('create table things (what text)'));
        let runs = 0;
        await db.write(async (tx) => {
          await tx.run("insert into things values ('ours')");
          if (runs++ === 0) {
            // It takes the lock from whoever has held it for five seconds while others wait.
            await other.execute("insert into things values ('theirs')");
          }
          await tx.run("insert into things values ('ours')");
        });
        expect(runs).toBe(2);
        expect(await db.all('select what from things order by what')).toEqual([
          { what: 'ours' },
          { what: 'ours' },
          { what: 'theirs' },
        ]);
      } finally {
        other.close();
        await db.close();
        await server.stop();
      }
    },
    30_000,
  );
});

test('a server that never answers counts as away', async () => {
  const { port, server } = await listen(() => {});
  const clock = new ManualClock();
  const db = await open(`ws://127.0.0.1:${port}`, clock);
  const asked = db.all('select 1');
  const told = expect(asked).rejects.toMatchObject({ code: 'db.away', kind: 'transient' });
  clock.advance(DB_ANSWER_MS);
  await told;
  await db.close();
  server.close();
});

test.runIf(hasSqld())('a write that hangs is told with what may be the cure', async () => {
  const server = await startSqld();
  const clock = new ManualClock();
  const db = await open(server.url.replace('http:', 'ws:'), clock);
  const begun = Promise.withResolvers<void>();
  const hung = db.write(() => {
    begun.resolve();
    return new Promise(() => {});
  });
  const told = expect(hung).rejects.toMatchObject({
    help: expect.stringContaining('start the libSQL server'),
  });
  await begun.promise;
  clock.advance(DB_TRANSACTION_MS);
  await told;
  await db.close();
  await server.stop();
});

test.each([
  ['505 HTTP Version Not Supported', 'db.no-websocket'],
  ['404 Not Found', 'db.no-websocket'],
  ['429 Too Many Requests', 'db.away'],
])('a host that answers a WebSocket with %s: %s', async (status, code) => {
  const { port, server } = await listen((socket) => {
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  });
  const db = await open(`ws://127.0.0.1:${port}`);
  await expect(db.all('select 1')).rejects.toMatchObject({
    code,
    help: expect.stringContaining('paths.database'),
  });
  await db.close();
  server.close();
});

test('a server that nobody runs is away', async () => {
  const { port, server } = await listen(() => {});
  await new Promise((resolve) => server.close(resolve));
  for (const scheme of ['ws', 'http']) {
    const db = await open(`${scheme}://127.0.0.1:${port}`);
    await expect(db.all('select 1')).rejects.toMatchObject({ code: 'db.away' });
    await db.close();
  }
});
