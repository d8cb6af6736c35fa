import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrialRun } from '#test/torture/trial.ts';

/** Characters of a child's error output that are kept, the last ones. */
const KEPT_CHARS = 20_000;

/** Compiled code is kept between processes: most of a start is reading source. */
const COMPILED = join(tmpdir(), 'ashford-torture-compiled');

/** A real process under test. It talks over a channel that closes when this process ends, so that none is left behind. */
export interface Child {
  readonly pid: number;
  /** True until its end was seen. */
  readonly alive: boolean;
  /** Resolves with its code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** The end of what it wrote to stderr. */
  stderr(): string;
  send(message: unknown): void;
  /** The next message that it sends. Rejects when it ends first. */
  next<T>(): Promise<T>;
  onMessage(fn: (message: unknown) => void): void;
  kill(signal: NodeJS.Signals): void;
}

export interface ChildOptions {
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** For Node itself. */
  execArgv?: readonly string[];
}

const wrap = (process: ChildProcess): Child => {
  let said = '';
  let result: number | NodeJS.Signals | undefined;
  const waiting: { resolve(m: unknown): void; reject(e: Error): void }[] = [];
  const unread: unknown[] = [];
  let listener: ((message: unknown) => void) | undefined;
  process.stderr?.on('data', (chunk) => {
    said = (said + chunk).slice(-KEPT_CHARS);
  });
  process.on('message', (message) => {
    if (listener) listener(message);
    else if (waiting.length > 0) waiting.shift()?.resolve(message);
    else unread.push(message);
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    process.once('exit', (code, signal) => {
      result = code ?? signal ?? 'SIGKILL';
      const forget = () => {
        for (const one of waiting.splice(0)) one.reject(new Error(`a child ended with ${result}: ${said}`));
      };
      // What it said last may still be on its way.
      if (process.connected) process.once('disconnect', forget);
      else forget();
      resolve(result);
    });
  });
  process.on('error', () => {});
  return {
    pid: process.pid ?? 0,
    get alive() {
      return result === undefined;
    },
    ended,
    stderr: () => said,
    send: (message) => {
      if (process.connected) process.send?.(message as object, () => {});
    },
    next: <T>() =>
      new Promise<T>((resolve, reject) => {
        if (unread.length > 0) resolve(unread.shift() as T);
        else if (result !== undefined && !process.connected)
          reject(new Error(`a child ended with ${result}: ${said}`));
        else waiting.push({ resolve: resolve as (m: unknown) => void, reject });
      }),
    onMessage: (fn) => {
      listener = fn;
      for (const message of unread.splice(0)) fn(message);
    },
    kill: (signal) => void process.kill(signal),
  };
};

/**
 * Starts `entry`, a file beside the caller such as `new URL('./x.child.ts', import.meta.url)`, on this Node. What is left
 * of it is killed when the trial ends. Its clean-ups come after it: call `database()` first.
 */
export const startChild = (t: Pick<TrialRun, 'onEnd'>, entry: URL, o: ChildOptions = {}): Child => {
  const child = wrap(
    fork(fileURLToPath(entry), [...(o.args ?? [])], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...(o.execArgv ?? [])],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILED, ...o.env },
      serialization: 'json',
    }),
  );
  t.onEnd(async () => {
    if (child.alive) child.kill('SIGKILL');
    await child.ended;
  });
  return child;
};
