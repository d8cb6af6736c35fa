import { renameSync } from 'node:fs';
import { ensureKeyFile, readKeyFile } from '#access/key-file.ts';
import { newToken } from '#access/secret-token.ts';
import { AppError, isAppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import type { Keychain } from './keychain.ts';

/** `next` is the key that a change of keys makes; it becomes `current` when everything is encrypted with it. */
export type KeyName = 'current' | 'next';

/** Where Ashford keeps the key that it made itself. */
export interface KeyPlace {
  /** For people. */
  readonly title: string;
  /** What to look after when the key that should be there is not, in a sentence. */
  readonly cure: string;
  read(name: KeyName): Promise<string | undefined>;
  /** The key of that name, made when there is none. Processes that ask at the same moment agree on one. */
  make(name: KeyName): Promise<string>;
  /** What was `next` is `current` from here on. */
  promote(): Promise<void>;
}

const asFileError = (path: string, e: unknown): unknown =>
  isAppError(e, 'access.key-file')
    ? new AppError('needs-user', 'accounts.key-file', e.message, {
        help: `It encrypts the stored sign-ins: keep it for its owner alone (chmod 600 "${path}"), and put it back from a copy when it is damaged. Without it every account has to sign in again.`,
        cause: e,
      })
    : e;

/** A file with mode 0600, and another beside it while keys are changed. */
export const keyFile = (path: string, random: Random): KeyPlace => {
  const pathOf = (name: KeyName): string => (name === 'current' ? path : `${path}.next`);
  const told = async <T>(name: KeyName, work: (path: string) => T): Promise<T> => {
    try {
      return work(pathOf(name));
    } catch (e) {
      throw asFileError(pathOf(name), e);
    }
  };
  return {
    title: path,
    cure: 'Put the right file back from a copy.',
    read: (name) => told(name, readKeyFile),
    make: (name) => told(name, (at) => ensureKeyFile(at, random)),
    promote: async () => renameSync(pathOf('next'), path),
  };
};

const ITEM: Readonly<Record<KeyName, string>> = { current: 'encryption-key', next: 'encryption-key-next' };

/** An item of the system's keychain. */
export const keychainPlace = (keychain: () => Keychain, random: Random): KeyPlace => ({
  title: 'the keychain of this system',
  cure: 'See that a keyring is running and unlocked for the user whom Ashford runs as: over SSH and in services there is often none.',
  read: async (name) => keychain().read(ITEM[name]),
  make: async (name) => {
    const found = await keychain().read(ITEM[name]);
    if (found !== undefined) return found;
    await keychain().store(ITEM[name], newToken(random));
    // What it gives back is what counts: another process may have been quicker.
    const made = await keychain().read(ITEM[name]);
    if (made !== undefined) return made;
    throw new AppError('needs-user', 'accounts.keychain', 'The keychain did not keep the key', {
      help: 'Is a keyring running, and unlocked? Set auth.key_store to "file" to keep the key in a file.',
    });
  },
  promote: async () => {
    const next = await keychain().read(ITEM.next);
    if (next === undefined) return;
    await keychain().store(ITEM.current, next);
    await keychain().remove(ITEM.next);
  },
});
