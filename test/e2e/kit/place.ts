import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../../..');
/** A start is a matter of seconds; longer than this, and something is wrong. In milliseconds. */
const START_MS = 60_000;
/** How long a server may take to end when it is asked to, in milliseconds. */
const STOP_MS = 15_000;

/** A running Ashford with a home of its own in a temp folder. */
export interface Place {
  url: string;
  /** The link that the start printed. */
  signInLink: string;
  folder: string;
  /** Runs another command on the same data. Resolves to what it wrote; throws unless it ends well. */
  cli(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Environment variables of the program, such as `ASHFORD_GMAIL__CLIENT_ID`. */
export type Settings = Readonly<Record<string, string>>;

const environment = (folder: string, settings: Settings): NodeJS.ProcessEnv => ({
  ...settings,
  PATH: process.env.PATH,
  HOME: folder,
  TMPDIR: folder,
  TZ: 'UTC',
  // Compiled code is kept between runs, which halves the time of a start.
  XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'),
});

const readStart = (text: string): { url: string; signIn: string } | undefined => {
  try {
    return JSON.parse(text) as { url: string; signIn: string };
  } catch {
    return undefined;
  }
};

/** Resolves when the program has printed where it runs; throws what it said when it ends or takes too long. */
const started = (child: ChildProcess): Promise<{ url: string; signIn: string }> =>
  new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    const fail = (why: string) => reject(new Error(`The server ${why}.\n${err}`));
    const timer = setTimeout(() => fail('did not start in time'), START_MS);
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    child.stdout?.on('data', (chunk) => {
      out += chunk;
      const at = readStart(out);
      if (!at) return;
      clearTimeout(timer);
      resolve(at);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
};

/**
 * Starts the real program on a free port, with nothing in it (`start`) or with the demo's mailbox and rules (`demo`).
 * Throws when it doesn't come up.
 */
export const startPlace = async (command: 'start' | 'demo', settings: Settings = {}): Promise<Place> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ashford-e2e-'));
  const run = (...args: string[]) => {
    const program = path.join(root, 'bin/ashford.mjs');
    const all = [program, ...args, '--data-dir', path.join(folder, 'data')];
    const options = {
      cwd: folder,
      env: environment(folder, settings),
      stdio: ['ignore', 'pipe', 'pipe'] as 'pipe'[],
    };
    return spawn(process.execPath, all, options);
  };
  const child = run(command, '--port', '0', '--json');
  // Should this process end early, the server goes too.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    await stopChild(child);
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { url, signIn } = await started(child);
    return { url, signInLink: signIn, folder, stop, cli: (...args) => finished(run(...args)) };
  } catch (error) {
    await stop();
    throw error;
  }
};

const finished = async (child: ChildProcess): Promise<string> => {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`It ended with ${code}.\n${err}`);
  return out;
};
