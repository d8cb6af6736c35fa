import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TrialRun } from '#test/torture/trial.ts';
import type { Place } from './installation.ts';

const BIN = fileURLToPath(new URL('../../../bin/ashford.mjs', import.meta.url));
const KEPT_CHARS = 10_000;

/** The program as people start it. */
export interface Program {
  readonly pid: number;
  /** Resolves with the address it serves; rejects when it ends before that. */
  readonly serves: Promise<string>;
  /** Resolves with its code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** All that it said. */
  said(): string;
  kill(signal: NodeJS.Signals): void;
}

const follow = (child: ChildProcess): Program => {
  let said = '';
  const keep = (text: string) => {
    said = (said + text).slice(-KEPT_CHARS);
  };
  child.stderr?.on('data', (chunk) => keep(String(chunk)));
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  const serves = new Promise<string>((resolve, reject) => {
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => {
        keep(`${line}\n`);
        const url = /Ashford runs at (\S+)/.exec(line)?.[1];
        if (url) resolve(url);
      });
    void ended.then((how) => reject(new Error(`it ended with ${how}: ${said}`)));
  });
  serves.catch(() => {});
  return { pid: child.pid ?? 0, serves, ended, said: () => said, kill: (signal) => void child.kill(signal) };
};

/** Starts `ashford …` on a database and a data folder. What is left of it is killed when the trial ends. */
export const startProgram = (t: TrialRun, place: Place, args: readonly string[]): Program => {
  const home = join(t.dir, 'home');
  mkdirSync(home, { recursive: true });
  const program = follow(
    spawn(process.execPath, [BIN, ...args], {
      cwd: place.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: home,
        XDG_CACHE_HOME: join(tmpdir(), 'ashford-torture-compiled'),
        ASHFORD_PATHS__DATA_DIR: place.dir,
        ASHFORD_PATHS__DATABASE: place.url,
        // Thousands of letters at once would trip the guard on the rate, which has tests of its own.
        ASHFORD_POLICY__CHANGES_PER_HOUR: '100000',
        ...(place.authToken ? { ASHFORD_PATHS__DATABASE_AUTH_TOKEN: place.authToken } : {}),
      },
    }),
  );
  t.onEnd(async () => {
    program.kill('SIGKILL');
    await program.ended;
  });
  return program;
};
