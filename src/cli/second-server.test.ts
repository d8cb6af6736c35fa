import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#std/clock.ts';
import { writeRunFile } from './run-file.ts';
import { refuseSecond } from './second-server.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ashford-second-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const listening = async () => {
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return { url, [Symbol.dispose]: () => server.close() };
};

/** A process of somebody, whatever it does. */
const other = () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  return { pid: child.pid ?? 0, [Symbol.dispose]: () => child.kill('SIGKILL') };
};

const started = systemClock.now();

test('a server that answers for the data folder keeps a second one from starting', async () => {
  using server = await listening();
  using process = other();
  writeRunFile(dir, { pid: process.pid, url: server.url, started });
  await expect(refuseSecond(dir, systemClock)).rejects.toMatchObject({
    code: 'cli.already-serves',
    message: `Ashford already serves this data folder at ${server.url}`,
  });
});

test('what a server left that is gone keeps nobody from starting, even when its process id is in use again', async () => {
  using process_ = other();
  let url = '';
  {
    using server = await listening();
    url = server.url;
    writeRunFile(dir, { pid: process.pid, url, started });
    await refuseSecond(dir, systemClock);
  }
  writeRunFile(dir, { pid: process_.pid, url, started });
  await refuseSecond(dir, systemClock);
});
