import { statSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { keyPlaceOf } from '#accounts/encryption-keys.ts';
import { AppError } from '#std/errors.ts';
import { systemRandom } from '#std/random.ts';
import type { Check, Examined, Finding } from './check.ts';

const OTHERS = 0o077;

const fileFinding = (file: string): Omit<Finding, 'name'> | undefined => {
  const at = statSync(file, { throwIfNoEntry: false });
  if (!at) return undefined;
  if (process.platform === 'win32' || (at.mode & OTHERS) === 0)
    return { state: 'ok', says: `${file} is for its owner only.` };
  const mode = (at.mode & 0o777).toString(8);
  return {
    state: 'fail',
    says: `${file} can be read by others (mode ${mode}).`,
    cure: `chmod 600 "${file}"`,
  };
};

/** A copy of the data folder would hold the key too, and open what it is to keep shut. */
const placeFinding = (file: string | undefined, dataDir: string): Omit<Finding, 'name'>[] => {
  if (file === undefined || !statSync(file, { throwIfNoEntry: false })) return [];
  const inside = relative(dataDir, file);
  if (inside.startsWith('..') || isAbsolute(inside)) return [];
  return [
    {
      state: 'warn',
      says: `${file} lies in the data folder, so that a copy of that opens the stored sign-ins.`,
      cure: 'Stop Ashford, move the file elsewhere, and name it as auth.encryption_key_file.',
    },
  ];
};

/** One that is locked can't be told from one that holds no key. */
const keychainFinding = async ({ config, clock }: Examined): Promise<Omit<Finding, 'name'>[]> => {
  const { key_store, encryption_key } = config.auth;
  if (key_store !== 'keychain' || encryption_key) return [];
  const place = keyPlaceOf(config, { clock, random: systemRandom, platform: process.platform });
  try {
    if (await place.read('current'))
      return [{ state: 'ok', says: `The encryption key is in ${place.title}.` }];
    const says = `There is no encryption key in ${place.title}, or it is locked; one is made when it is needed.`;
    return [{ state: 'ok', says, cure: place.cure }];
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    return [{ state: 'fail', says: `${e.message}.`, ...(e.help === undefined ? {} : { cure: e.help }) }];
  }
};

/** Who may read the keys: that of stored credentials, and those of the server and of the command line. */
export const encryptionKey: Check = {
  name: 'keys',
  examine: async (o) => {
    const { config } = o;
    const { data_dir } = config.paths;
    const { encryption_key, encryption_key_file } = config.auth;
    const files = [encryption_key_file, join(data_dir, 'server.key'), join(data_dir, 'cli.key')];
    const found = files.flatMap((file) => (file === undefined ? [] : (fileFinding(file) ?? [])));
    found.push(...placeFinding(encryption_key_file, data_dir), ...(await keychainFinding(o)));
    if (encryption_key)
      found.unshift({ state: 'ok', says: 'The encryption key is set by auth.encryption_key.' });
    return found.length > 0
      ? found
      : [{ state: 'ok', says: 'No keys yet; they are made when they are needed.' }];
  },
};
