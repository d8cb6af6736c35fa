import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Random } from '#std/random.ts';

// NIST SP 800-38D: 96-bit nonces and 128-bit tags.
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 8;

/** A key that credentials are encrypted with. It prints nothing of itself. */
export interface EncryptionKey {
  /** Tells keys apart, and tells nothing of them. */
  readonly id: string;
  /** The 256 bits; not enumerable, so that no log shows them. */
  readonly bytes: Buffer;
}

const derived = (secret: string, use: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `ashford ${use}`, bytes));

/** The key that is made of what a key file, a keychain or the settings hold. */
export const encryptionKeyOf = (secret: string): EncryptionKey => {
  const key = { id: derived(secret, 'credential key id', ID_BYTES).toString('hex') };
  return Object.defineProperty(key, 'bytes', {
    value: derived(secret, 'credential key', KEY_BYTES),
    enumerable: false,
  }) as EncryptionKey;
};

export interface Sealed {
  keyId: string;
  nonce: Uint8Array;
  /** With the tag at its end. */
  ciphertext: Uint8Array;
}

/** Text, bound to the place that it is for: elsewhere it can't be opened. */
export const seal = (
  key: EncryptionKey,
  random: Random,
  { text, place }: { text: string; place: readonly string[] },
): Sealed => {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(JSON.stringify(place)));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { keyId: key.id, nonce, ciphertext };
};

/** undefined when it was changed, moved from another place, or sealed with another key. */
export const unseal = (
  key: EncryptionKey,
  { nonce, ciphertext }: Pick<Sealed, 'nonce' | 'ciphertext'>,
  place: readonly string[],
): string | undefined => {
  const at = ciphertext.length - TAG_BYTES;
  if (at < 0 || nonce.length !== NONCE_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(JSON.stringify(place)));
    decipher.setAuthTag(ciphertext.subarray(at));
    return Buffer.concat([decipher.update(ciphertext.subarray(0, at)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
};
