import { recordActivity } from '#activity/store.ts';
import type { Tx } from '#db/db.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import {
  allCredentials,
  allSignIns,
  holdKeyId,
  keyIdInUse,
  putCredential,
  putSignInVerifier,
  useKeyId,
} from './credential-store.ts';
import { type CredentialPorts, credentialPlace } from './credentials.ts';
import { type EncryptionKey, type Sealed, seal, unseal } from './seal.ts';
import { signInPlace } from './sign-in-place.ts';

export interface Rotated {
  /** Ids of keys: they tell nothing of them. */
  from: string | null;
  to: string;
  /** Credentials that are encrypted with the new key now. */
  credentials: number;
  /** Where the key is, for people. */
  place: string;
}

type RotatePorts = CredentialPorts & { newId: NewId };

/**
 * Changes the key that sign-ins are encrypted with: a new key is made beside the old one, everything is encrypted with it in
 * one transaction, and then the old one is given up. Killed anywhere it can all be read, and the next call goes on. Programs
 * that run meanwhile find the new key by themselves. Where the settings hold the key, it is the one of the settings that
 * everything is encrypted with afterwards. Throws `accounts.key-missing` and `accounts.credential-damaged`, and has changed
 * nothing then.
 */
export const rotateKey = async (
  ports: RotatePorts,
  by: { userId: string; channel: string },
): Promise<Rotated> => {
  const { db, clock, keys } = ports;
  const to = await keys.next();
  crashpoint('rotate.made');
  const from = (await keyIdInUse(db)) ?? null;
  const old = await oldKeys(ports, from);
  const credentials = await db.write(async (tx) => {
    await useKeyId(tx, to.id, clock.now());
    const count = await encryptAll(ports, tx, { to, old });
    await recordActivity(ports, tx, {
      userId: by.userId,
      actor: `user:${by.userId}`,
      channel: by.channel,
      action: 'credentials.rotate-key',
      subjectType: 'key',
      subjectId: to.id,
      details: { from, credentials: count },
    });
    crashpoint('rotate.encrypted');
    return count;
  });
  crashpoint('rotate.committed');
  await promote(ports, to);
  crashpoint('rotate.promoted');
  return { from, to: to.id, credentials, place: keys.title };
};

/** The keys of all that is stored, read before the transaction: a keychain may have to be unlocked by a person. */
const oldKeys = async (
  { db, keys }: RotatePorts,
  from: string | null,
): Promise<Map<string, EncryptionKey>> => {
  const ids = [...(await allCredentials(db)), ...(await allSignIns(db))].map((row) => row.key_id);
  const found = new Map<string, EncryptionKey>();
  for (const id of new Set(from === null ? ids : [from, ...ids])) {
    const key = await keys.find(id);
    if (key) found.set(id, key);
  }
  return found;
};

interface Change {
  to: EncryptionKey;
  old: ReadonlyMap<string, EncryptionKey>;
}

const encryptAll = async ({ random, clock }: RotatePorts, tx: Tx, { to, old }: Change): Promise<number> => {
  const anew = (sealed: Sealed, place: readonly string[]): Sealed => {
    const key = old.get(sealed.keyId);
    const text = key && unseal(key, sealed, place);
    if (text !== undefined) return seal(to, random, { text, place });
    throw key ? damaged() : missing();
  };
  let changed = 0;
  for (const row of await allCredentials(tx)) {
    if (row.key_id === to.id) continue;
    const place = credentialPlace(row.account_id, row.field);
    const sealed = anew({ keyId: row.key_id, nonce: row.nonce, ciphertext: row.ciphertext }, place);
    const { keyId, nonce, ciphertext } = sealed;
    await putCredential(tx, { ...row, key_id: keyId, nonce, ciphertext, updated_at: clock.now() });
    changed++;
  }
  for (const row of await allSignIns(tx)) {
    if (row.key_id === to.id) continue;
    const sealed = { keyId: row.key_id, nonce: row.nonce, ciphertext: row.verifier };
    const { keyId, nonce, ciphertext } = anew(sealed, signInPlace(row.state_hash));
    await putSignInVerifier(tx, { state_hash: row.state_hash, key_id: keyId, nonce, verifier: ciphertext });
  }
  return changed;
};

/** Only while the new key is still the one in use: another change may have begun, whose new key this is not. */
const promote = async ({ db, clock, keys }: RotatePorts, to: EncryptionKey): Promise<void> => {
  if (keys.configured) return keys.promote();
  await db.write(async (tx) => {
    const isInUse = (await holdKeyId(tx, to.id, clock.now())) === to.id;
    if (isInUse && (await keys.isNext(to.id))) await keys.promote();
  });
};

const missing = (): AppError =>
  new AppError(
    'needs-user',
    'accounts.key-missing',
    'A stored sign-in is encrypted with a key that is not here',
    {
      help: 'Put the old key back first (auth.encryption_key_previous, or the key file), or sign that account in again.',
    },
  );

const damaged = (): AppError =>
  new AppError('needs-user', 'accounts.credential-damaged', 'A stored sign-in is damaged or was changed', {
    help: '`ashford doctor` names the account: sign in again there first.',
  });
