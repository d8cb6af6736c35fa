import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** What stands for the program: it tells what it was given, then does what its first argument says. */
const PROGRAM = `
const [todo]: string[] = process.argv.slice(2);
if (todo === 'wait') {
  const alive = setInterval(() => {}, 1000);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      console.log(signal);
      clearInterval(alive);
    });
  }
}
console.log(JSON.stringify({ node: process.execPath, args: process.argv.slice(2), pid: process.pid }));
if (todo === 'exit') process.exitCode = 7;
if (todo === 'die') process.kill(process.pid, 'SIGKILL');
`;

/** Makes the Node that runs it look like an old one. */
const OLD = `data:text/javascript,${encodeURIComponent(
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });`,
)}`;

const installed = ({ withNode }: { withNode: boolean }) => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'ashford-launcher-')));
  for (const name of ['bin', 'src/cli', 'home']) mkdirSync(path.join(folder, name), { recursive: true });
  cpSync(path.join(root, 'bin/ashford.mjs'), path.join(folder, 'bin/ashford.mjs'));
  writeFileSync(path.join(folder, 'src/cli/main.ts'), PROGRAM);
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  if (withNode) symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
  const run = (kind: 'old' | 'new', ...args: string[]) => {
    const preload = kind === 'old' ? ['--import', OLD] : [];
    const env = { PATH: '', HOME: path.join(folder, 'home') };
    const child = spawn(process.execPath, [...preload, path.join(folder, 'bin/ashford.mjs'), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return output(child);
  };
  return { run, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
};

const output = (child: ChildProcess) => {
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, errors }));
  const lines = child.stdout
    ? createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    : (undefined as never);
  return { child, ended, line: async (): Promise<string> => (await lines.next()).value ?? '' };
};

test.each(['old', 'new'] as const)(
  'the program gets its arguments on a Node that fits (started by one that is %s)',
  async (kind) => {
    using ashford = installed({ withNode: true });
    const { line, ended } = ashford.run(kind, 'exit', '--a b');
    const told = JSON.parse(await line());
    expect(told.args).toEqual(['exit', '--a b']);
    expect(await ended).toEqual({ code: 7, signal: null, errors: '' });
  },
);

test('an old Node hands over to the one that was installed along', async () => {
  using ashford = installed({ withNode: true });
  const { child, line, ended } = ashford.run('old', 'exit');
  const told = JSON.parse(await line());
  expect(path.basename(path.dirname(path.dirname(told.node)))).toMatch(/^node-/);
  expect(told.pid).not.toBe(child.pid);
  await ended;
});

test('an old Node alone says what to do', async () => {
  using ashford = installed({ withNode: false });
  const { code, errors } = await ashford.run('old', 'exit').ended;
  expect(code).toBe(1);
  expect(errors).toMatch(/needs Node 24 or newer.*\n`npm ci` brings/);
});

test.each([
  ['old', 'SIGTERM'],
  ['old', 'SIGINT'],
  ['new', 'SIGTERM'],
] as const)('a signal reaches the program once (%s Node, %s)', async (kind, signal) => {
  using ashford = installed({ withNode: true });
  const { child, line, ended } = ashford.run(kind, 'wait');
  await line();
  child.kill(signal);
  expect(await line()).toBe(signal);
  expect(await line()).toBe('');
  expect(await ended).toMatchObject({ code: 0, signal: null });
});

test('a program that was killed is told as killed', async () => {
  using ashford = installed({ withNode: true });
  expect(await ashford.run('old', 'die').ended).toMatchObject({ code: null, signal: 'SIGKILL' });
});

test('a launcher that was killed takes the program with it', async () => {
  using ashford = installed({ withNode: true });
  const { child, line, ended } = ashford.run('old', 'wait');
  await line();
  child.kill('SIGKILL');
  expect(await line()).toBe('SIGTERM');
  await ended;
});
