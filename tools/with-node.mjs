// Runs a TypeScript tool on the project's Node. Plain JavaScript on purpose: an old Node must be able to read this far.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_MAJOR = 24;
const local = fileURLToPath(
  new URL(
    process.platform === 'win32' ? '../node_modules/.bin/node.cmd' : '../node_modules/.bin/node',
    import.meta.url,
  ),
);
const [script, ...args] = process.argv.slice(2);

if (script === undefined) {
  console.error('usage: node tools/with-node.mjs <script.ts> [arguments]');
  process.exit(2);
} else if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) {
  process.argv.splice(1, 2, path.resolve(script));
  await import(pathToFileURL(path.resolve(script)).href);
} else if (existsSync(local)) {
  const run = spawnSync(local, [script, ...args], { stdio: 'inherit', shell: process.platform === 'win32' });
  process.exit(run.status ?? 1);
} else {
  console.error(`Node ${OLDEST_MAJOR} or newer is needed, and this is ${process.version}.`);
  console.error(
    '`npm ci` brings it along on Linux, macOS and Windows; elsewhere install it from your system.',
  );
  process.exit(1);
}
