import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

const RUN = new URL('./run.ts', import.meta.url).pathname;

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [RUN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, ended: once(child, 'exit') as Promise<[number | null, string | null]> };
};

test.each(['SIGTERM', 'SIGINT'] as const)(
  'the stand-in says where it is, and ends well on %s',
  async (signal) => {
    const { child, ended } = start('gmail', '--messages', '3');
    let url = '';
    for await (const line of createInterface({ input: child.stdout })) {
      url ||= /^Gmail.*(http:\S+)$/.exec(line)?.[1] ?? '';
      if (line.startsWith('Stops by itself')) break;
    }
    expect((await fetch(`${url}/_fake/stats`)).status).toBe(200);
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
  },
);

test('a service that has no stand-in is refused', async () => {
  const { ended } = start('nothing');
  expect((await ended)[0]).toBe(2);
});
