import {
  chmodSync,
  closeSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError, errorMessage } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { newToken } from './secret-token.ts';

const OTHERS = 0o077;
const KEY = /^[A-Za-z0-9_-]{43}$/;

const unusable = (path: string, why: string, help: string): AppError =>
  new AppError('permanent', 'access.key-file', `The key file ${path} ${why}`, { help });

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const checkOwner = (path: string, file: number): void => {
  if (process.getuid === undefined) return;
  const { mode, uid } = fstatSync(file);
  if ((mode & OTHERS) !== 0) {
    throw unusable(
      path,
      'can be read by others',
      `Run: chmod 600 "${path}", or delete it to have a new one made.`,
    );
  }
  if (uid !== process.getuid() && process.getuid() !== 0) {
    throw unusable(path, 'belongs to another user', 'Run Ashford as the user who owns its data folder.');
  }
};

/** The key in a file, undefined when there is none. Throws `access.key-file` when others can read it or it is damaged. */
export const readKeyFile = (path: string): string | undefined => {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable(path, `can't be opened: ${errorMessage(error)}`, 'Check its permissions.');
  }
  try {
    checkOwner(path, file);
    const key = readFileSync(file, 'utf8').trim();
    if (!KEY.test(key)) throw unusable(path, 'is damaged', 'Delete it to have a new one made.');
    return key;
  } finally {
    closeSync(file);
  }
};

/**
 * The key in a file, made first with mode 0600 when there is none. Whole or not at all: processes that start at the same
 * moment agree on one key.
 */
export const ensureKeyFile = (path: string, random: Random): string => {
  const found = readKeyFile(path);
  if (found !== undefined) return found;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${newToken(random).slice(0, 12)}`;
  try {
    writeFileSync(draft, `${newToken(random)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(draft, 0o600);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw unusable(path, `can't be made: ${errorMessage(error)}`, 'Check the permissions of its folder.');
    }
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readKeyFile(path);
  if (made === undefined) throw unusable(path, 'was taken away', 'Try again.');
  return made;
};
