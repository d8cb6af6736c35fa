import { CREDENTIAL_CHARS, KEY_MOVED_TRIES } from '#config/limits-sign-in.ts';
import type { Db, Tx } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { findCredential, holdKeyId, keyIdInUse, putCredential, versionOf } from './credential-store.ts';
import type { EncryptionKeys } from './encryption-keys.ts';
import { type EncryptionKey, type Sealed, seal, unseal } from './seal.ts';

/** What an account signs in with, in clear. It must not reach a log, an error or an answer. */
export interface Credential {
  value: string;
  /** Another one whenever it is stored anew. */
  version: string;
}

export interface NewCredential {
  accountId: string;
  userId: string;
  field: string;
  value: string;
}

/** Encrypts within one transaction, with the key that is in use until it ends. */
export interface Sealer {
  put(credential: NewCredential): Promise<void>;
  /** For what is kept elsewhere; `place` names that. */
  seal(text: string, place: readonly string[]): Sealed;
}

/** The stored sign-ins: encrypted with AES-256-GCM, each bound to its account and field. */
export interface Credentials {
  /** Throws `accounts.key-missing` and `accounts.credential-damaged`, both `needs-user`. */
  read(accountId: string, field: string): Promise<Credential | undefined>;
  /** A transaction that stores credentials beside whatever else it does. Throws `accounts.key-missing`. */
  storing<T>(work: (tx: Tx, sealer: Sealer) => Promise<T>): Promise<T>;
  /** Opens what a sealer sealed; the same errors as `read`. */
  open(sealed: Sealed, place: readonly string[]): Promise<string>;
  readonly keys: EncryptionKeys;
}

export interface CredentialPorts {
  db: Db;
  clock: Clock;
  random: Random;
  keys: EncryptionKeys;
}

export const credentialPlace = (accountId: string, field: string): string[] => [
  'credential',
  accountId,
  field,
];

/** The key was changed between looking and storing. */
class KeyMoved extends Error {
  override readonly name = 'KeyMoved';
}

const keyMissing = ({ title, cure }: Pick<EncryptionKeys, 'title' | 'cure'>): AppError =>
  new AppError(
    'needs-user',
    'accounts.key-missing',
    'The stored sign-ins are encrypted with a key that is not here',
    {
      help: `It should be in ${title}. ${cure} Work goes on by itself then; without the key every account has to sign in again.`,
    },
  );

const damaged = (): AppError =>
  new AppError('needs-user', 'accounts.credential-damaged', 'A stored sign-in is damaged or was changed', {
    help: 'Sign in again on the accounts page.',
  });

export const credentialsOf = ({ db, clock, random, keys }: CredentialPorts): Credentials => {
  const keyOf = async (id: string): Promise<EncryptionKey> => {
    const key = await keys.find(id);
    if (key) return key;
    throw keyMissing(keys);
  };

  const keyInUse = async (): Promise<EncryptionKey> => {
    const id = await keyIdInUse(db);
    return id === undefined ? keys.first() : keyOf(id);
  };

  const sealerOf = (tx: Tx, key: EncryptionKey): Sealer => ({
    put: async ({ accountId, userId, field, value }) => {
      if (value.length === 0 || value.length > CREDENTIAL_CHARS) {
        throw new AppError(
          'input',
          'accounts.bad-credential',
          'That is no password or token: it has no or too many characters',
        );
      }
      const sealed = seal(key, random, { text: value, place: credentialPlace(accountId, field) });
      await putCredential(tx, {
        account_id: accountId,
        field,
        user_id: userId,
        key_id: sealed.keyId,
        nonce: sealed.nonce,
        ciphertext: sealed.ciphertext,
        updated_at: clock.now(),
      });
    },
    seal: (text, place) => seal(key, random, { text, place }),
  });

  const open: Credentials['open'] = async (sealed, place) => {
    const text = unseal(await keyOf(sealed.keyId), sealed, place);
    if (text === undefined) throw damaged();
    return text;
  };

  return {
    keys,
    open,
    read: async (accountId, field) => {
      const row = await findCredential(db, accountId, field);
      if (!row) return undefined;
      const sealed = { keyId: row.key_id, nonce: row.nonce, ciphertext: row.ciphertext };
      const value = await open(sealed, credentialPlace(accountId, field));
      return { value, version: versionOf(row) };
    },
    storing: async (work) => {
      for (let tries = 1; ; tries++) {
        const key = await keyInUse();
        try {
          return await db.write(async (tx) => {
            if ((await holdKeyId(tx, key.id, clock.now())) !== key.id) throw new KeyMoved();
            return work(tx, sealerOf(tx, key));
          });
        } catch (e) {
          if (!(e instanceof KeyMoved) || tries >= KEY_MOVED_TRIES) throw e;
        }
      }
    },
  };
};
