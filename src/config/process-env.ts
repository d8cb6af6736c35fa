import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { AppError } from '#std/errors.ts';
import { CONFIG_FILE_BYTES } from './limits.ts';
import type { LoadOptions } from './load.ts';

const NOT_THERE = new Set(['ENOENT', 'ENOTDIR']);

/** The text of a file, undefined when there is none. Throws when it can't be read or is larger than any config file. */
export const readTextFile = (path: string): string | undefined => {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (NOT_THERE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  try {
    if (fstatSync(file).size > CONFIG_FILE_BYTES) {
      throw new AppError('input', 'config.file-too-large', `larger than ${CONFIG_FILE_BYTES / 1024} KiB`);
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
};

/** What `loadConfig` needs of this process. The only place that reads the environment. */
export const processSurroundings = (): Required<
  Pick<LoadOptions, 'env' | 'cwd' | 'homeDir' | 'readFile' | 'platform' | 'timeZone'>
> => ({
  env: { ...process.env },
  cwd: process.cwd(),
  homeDir: homedir(),
  readFile: readTextFile,
  platform: process.platform,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});
