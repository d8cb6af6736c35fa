import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { systemRandom } from '#std/random.ts';
import { isCertainlyDead, makeWorkerId } from './worker-id.ts';

const withPid = (id: string, pid: number | string): string => {
  const parts = id.split('/');
  parts[parts.length - 2] = String(pid);
  return parts.join('/');
};

const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

test('a worker of this process is alive', () => {
  expect(isCertainlyDead(makeWorkerId(systemRandom))).toBe(false);
});

test('a worker whose process has ended is dead, one whose process runs is not', () => {
  const id = makeWorkerId(systemRandom);
  expect(isCertainlyDead(withPid(id, deadPid()))).toBe(true);
  expect(isCertainlyDead(withPid(id, process.ppid))).toBe(false);
});

test('nothing is certain about another host, another namespace, or a name that cannot be read', () => {
  const id = withPid(makeWorkerId(systemRandom), deadPid());
  const [host, space, ...rest] = id.split('/');
  expect(isCertainlyDead([`${host}x`, space, ...rest].join('/'))).toBe(false);
  expect(isCertainlyDead([host, `${space}1`, ...rest].join('/'))).toBe(false);
  for (const odd of ['', '/', '///', 'w', withPid(id, 'x'), withPid(id, 0), withPid(id, -1)]) {
    expect(isCertainlyDead(odd)).toBe(false);
  }
});
