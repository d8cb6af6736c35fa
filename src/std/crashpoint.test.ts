import { spawnSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { armCrash, crashpoint, watchCrashpoints } from './crashpoint.ts';

afterEach(() => watchCrashpoints(undefined));

test('a crash point that nobody watches does nothing', () => {
  crashpoint('test.nowhere');
});

test('whoever watches is told of every pass, until the end', () => {
  const passed: string[] = [];
  watchCrashpoints((name) => passed.push(name));
  crashpoint('test.one');
  crashpoint('test.two');
  watchCrashpoints(undefined);
  crashpoint('test.three');
  expect(passed).toEqual(['test.one', 'test.two']);
});

test('nothing is armed without an order, and a wrong order is refused', () => {
  armCrash(undefined);
  armCrash('');
  crashpoint('test.one');
  for (const wrong of [':1', 'name:0', 'name:x', 'name:1.5']) expect(() => armCrash(wrong)).toThrow(wrong);
});

test.each([
  ['test.here:2', 'SIGKILL', 'one\n'],
  ['test.here', 'SIGKILL', ''],
  ['test.here:3', null, 'one\ntwo\n'],
])('armed with %s a process dies at that pass and not before', (order, signal, said) => {
  const at = new URL('./crashpoint.ts', import.meta.url).href;
  const script = `import { writeSync } from 'node:fs';
    const { armCrash, crashpoint } = await import(${JSON.stringify(at)});
    armCrash(${JSON.stringify(order)});
    crashpoint('test.elsewhere');
    for (const word of ['one', 'two']) { crashpoint('test.here'); writeSync(1, word + '\\n'); }`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect([run.signal, run.stdout]).toEqual([signal, said]);
});
