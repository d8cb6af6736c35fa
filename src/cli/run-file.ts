import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '#std/time.ts';

/** What a running server tells the command line of itself. */
export interface RunningInstance {
  pid: number;
  url: string;
  started: Instant;
}

const pathOf = (dataDir: string): string => join(dataDir, 'ashford.run.json');

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    // It lives and belongs to somebody else.
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const isInstance = (value: unknown): value is RunningInstance => {
  const { pid, url, started } = (value ?? {}) as Record<string, unknown>;
  return Number.isInteger(pid) && Number(pid) > 0 && typeof url === 'string' && typeof started === 'string';
};

/** Writes the file whole, for its owner only. */
export const writeRunFile = (dataDir: string, instance: RunningInstance): void => {
  const path = pathOf(dataDir);
  const draft = `${path}.${instance.pid}`;
  writeFileSync(draft, `${JSON.stringify(instance)}\n`, { mode: 0o600 });
  renameSync(draft, path);
};

/** The server that runs on this data folder; undefined when there is none, or what is written is of one that died. */
export const readRunFile = (dataDir: string): RunningInstance | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(pathOf(dataDir), 'utf8'));
  } catch {
    return undefined;
  }
  return isInstance(value) && isAlive(value.pid) ? value : undefined;
};

/** Takes the file away, if it still is the one of this process. */
export const removeRunFile = (dataDir: string, pid: number): void => {
  if (readRunFile(dataDir)?.pid === pid) rmSync(pathOf(dataDir), { force: true });
};
