import type { Config } from '#config/config.ts';
import { ENCRYPTION_KEY_CHARS } from '#config/limits-sign-in.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { type KeyPlace, keychainPlace, keyFile } from './key-place.ts';
import { keychainOf, toolRunner } from './keychain.ts';
import { type EncryptionKey, encryptionKeyOf } from './seal.ts';

/** The keys at hand. None is read, and none is made, before it is needed. */
export interface EncryptionKeys {
  /** Where the key is, for people, and what to look after when the right one is not there. */
  readonly title: string;
  readonly cure: string;
  /** Whether the settings hold it, so that Ashford can't change it by itself. */
  readonly configured: boolean;
  /** The key of that id: what was read before is read anew when it is not among it. */
  find(id: string): Promise<EncryptionKey | undefined>;
  /** The key to begin with, made when there is none. */
  first(): Promise<EncryptionKey>;
  /** The key that everything is to be encrypted with after a change of keys. */
  next(): Promise<EncryptionKey>;
  /** Whether it is the key that waits to become the current one. */
  isNext(id: string): Promise<boolean>;
  /** Everything is encrypted with `next`, and nothing with an older one. */
  promote(): Promise<void>;
}

export interface KeySources {
  /** `auth.encryption_key`. */
  configured?: string | undefined;
  /** `auth.encryption_key_previous`. */
  previous?: string | undefined;
  place: KeyPlace;
}

const checkedKey = (secret: string): EncryptionKey => {
  if (secret.length >= ENCRYPTION_KEY_CHARS) return encryptionKeyOf(secret);
  throw new AppError('input', 'accounts.key-short', 'auth.encryption_key is too short to encrypt with', {
    help: 'Make a good one: openssl rand -base64 32',
  });
};

const keysOf = (secrets: readonly (string | undefined)[]): Map<string, EncryptionKey> =>
  new Map(
    secrets
      .filter((one) => one !== undefined)
      .map(encryptionKeyOf)
      .map((key) => [key.id, key]),
  );

const GIVEN = {
  title: 'auth.encryption_key',
  cure: 'Set it to the right one, or give the one from before as auth.encryption_key_previous.',
} as const;

export const encryptionKeys = ({ configured, previous, place }: KeySources): EncryptionKeys => {
  const given = keysOf([configured, previous]);
  let own: ReadonlyMap<string, EncryptionKey> | undefined;
  const load = async (): Promise<ReadonlyMap<string, EncryptionKey>> => {
    own = keysOf([await place.read('current'), await place.read('next')]);
    return own;
  };
  return {
    ...(configured === undefined ? { title: place.title, cure: place.cure } : GIVEN),
    configured: configured !== undefined,
    // A place that can't be read is no trouble to whoever does not need it.
    find: async (id) => given.get(id) ?? own?.get(id) ?? (await load()).get(id),
    first: async () =>
      configured === undefined ? encryptionKeyOf(await place.make('current')) : checkedKey(configured),
    next: async () =>
      configured === undefined ? encryptionKeyOf(await place.make('next')) : checkedKey(configured),
    isNext: async (id) => {
      const next = await place.read('next');
      return next !== undefined && encryptionKeyOf(next).id === id;
    },
    promote: async () => {
      if (configured === undefined) await place.promote();
      own = undefined;
    },
  };
};

interface PlacePorts {
  clock: Clock;
  random: Random;
  platform: string;
}

/** Where the settings have Ashford keep the key that it makes. */
export const keyPlaceOf = (
  { auth }: Pick<Config, 'auth'>,
  { clock, random, platform }: PlacePorts,
): KeyPlace =>
  auth.key_store === 'keychain' || auth.encryption_key_file === undefined
    ? keychainPlace(() => keychainOf(platform, toolRunner(clock)), random)
    : keyFile(auth.encryption_key_file, random);

/** The keys that the settings name. */
export const configuredKeys = (config: Pick<Config, 'auth'>, ports: PlacePorts): EncryptionKeys =>
  encryptionKeys({
    configured: config.auth.encryption_key?.reveal(),
    previous: config.auth.encryption_key_previous?.reveal(),
    place: keyPlaceOf(config, ports),
  });
