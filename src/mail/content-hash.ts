import { createHash } from 'node:crypto';

/** SHA-256 of the raw bytes, in hexadecimal: what a message without a better name is known by. */
export const contentHash = (raw: Uint8Array): string => createHash('sha256').update(raw).digest('hex');

// 52 bits of the hash: a number that JavaScript holds exactly, and far smaller in memory than a text.
const KEY_CHARS = 13;

/**
 * Counts equal messages, so that an archive with the same mail twice gives two messages, and the same archive read again
 * gives the same two. Use one for a whole archive, from its start.
 */
export class CopyCounter {
  readonly #seen = new Map<number, number>();

  /** 1 for the first message with this hash, 2 for the next … */
  next(hash: string): number {
    const key = Number.parseInt(hash.slice(0, KEY_CHARS), 16);
    const copy = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, copy);
    return copy;
  }
}
