import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, postgresBinaries } from '#test/kit/postgres-server.ts';
import type { TrialRun } from '#test/torture/trial.ts';

const NOBODY = 65_534;
const START_MS = 30_000;

/** A PostgreSQL that a trial may mistreat. What it has acknowledged survives its own death, though not that of the machine. */
export interface PrivatePostgres {
  readonly port: number;
  /** Stops as a crash does: no connection is closed properly, and the next start recovers from the log. */
  stopNow(): Promise<void>;
  start(): Promise<void>;
  /** Its processes stand still until `thaw`; the connections stay. */
  freeze(): void;
  thaw(): void;
}

const untilReady = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`PostgreSQL did not start: ${said}`)), START_MS);
    server.stderr?.on('data', (chunk) => {
      said = (said + chunk).slice(-4_000);
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(late);
      resolve();
    });
    server.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`PostgreSQL ended with ${code}: ${said}`));
    });
  });

/** The processes of a server: the first and those that it made. */
const familyOf = (pid: number): number[] => {
  const children = `/proc/${pid}/task/${pid}/children`;
  const made = existsSync(children) ? readFileSync(children, 'utf8').trim().split(' ') : [];
  return [pid, ...made.filter((one) => one !== '').map(Number)];
};

const signalAll = (server: ChildProcess | undefined, signal: NodeJS.Signals): void => {
  for (const pid of familyOf(server?.pid ?? 0)) {
    try {
      if (pid > 0) process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
};

/** PostgreSQL refuses to run as root, so root lends it another user. */
const userFor = (dir: string): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  chownSync(dir, NOBODY, NOBODY);
  return { uid: NOBODY, gid: NOBODY };
};

export const startPrivatePostgres = async (t: TrialRun): Promise<PrivatePostgres> => {
  const native = postgresBinaries();
  const dir = mkdtempSync(join(tmpdir(), 'ashford-pg-'));
  const as = userFor(dir);
  const env = { ...process.env, LC_ALL: 'C', HOME: dir };
  const data = join(dir, 'data');
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  const made = spawnSync(join(native, 'bin/initdb'), args, { ...as, env, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`);
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', 'fsync=off', 'max_connections=100'];
  let server: ChildProcess | undefined;
  let gone = Promise.resolve();
  const start = async (): Promise<void> => {
    const started = spawn(
      join(native, 'bin/postgres'),
      ['-D', data, '-p', String(port), '-k', dir, ...settings.flatMap((s) => ['-c', s])],
      { ...as, env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    server = started;
    gone = new Promise((resolve) => started.once('exit', () => resolve()));
    await untilReady(started);
  };
  const stopNow = async (): Promise<void> => {
    server?.kill('SIGQUIT');
    await gone;
  };
  t.onEnd(async () => {
    signalAll(server, 'SIGCONT');
    await stopNow();
    rmSync(dir, { recursive: true, force: true });
  });
  await start();
  return {
    port,
    start,
    stopNow,
    freeze: () => signalAll(server, 'SIGSTOP'),
    thaw: () => signalAll(server, 'SIGCONT'),
  };
};
