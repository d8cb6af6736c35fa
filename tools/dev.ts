import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// `npm run dev`: the server, restarted when its source changes, and the web app's development server beside it.
// Arguments go to the server: `npm run dev -- --config my.toml`.
const root = fileURLToPath(new URL('..', import.meta.url));
const STOP_GRACE_MS = 5000;
const children = new Set<ChildProcess>();
let stopping = false;

const stop = (code: number): void => {
  if (stopping) return;
  stopping = true;
  process.exitCode = code;
  for (const child of children) child.kill('SIGTERM');
  setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, STOP_GRACE_MS).unref();
};

const start = (name: string, args: readonly string[], cwd: string): void => {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  children.add(child);
  child.on('exit', (code) => {
    children.delete(child);
    if (!stopping) console.error(`${name} ended with code ${code}; stopping.`);
    stop(code ?? 1);
  });
};

process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));

start(
  'server',
  ['--watch', '--watch-preserve-output', 'bin/ashford.mjs', 'start', ...process.argv.slice(2)],
  root,
);
if (existsSync(path.join(root, 'web', 'src'))) {
  start('web', [path.join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'dev'], path.join(root, 'web'));
}
