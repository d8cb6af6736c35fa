import { randomFillSync } from 'node:crypto';

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  bytes(n: number): Uint8Array;
  /** Printed when a test fails, so that the run can be repeated. */
  readonly seed: string;
}

const FLOAT_BITS = 2 ** 32;
const pool = new Uint32Array(1024);
let used = pool.length;

const nextWord = (): number => {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const word = pool[used++];
  return word === undefined ? 0 : word;
};

/** Cryptographically strong; the pool only saves calls into the kernel. */
export const systemRandom: Random = {
  seed: 'system',
  next: () => nextWord() / FLOAT_BITS,
  bytes: (n) => randomFillSync(new Uint8Array(n)),
};

/** mulberry32: small, fast, repeatable. For tests and simulations, never for secrets. */
export const seededRandom = (seed: number): Random => {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / FLOAT_BITS;
  };
  return {
    seed: String(seed),
    next,
    bytes: (n) => Uint8Array.from({ length: n }, () => Math.floor(next() * 256)),
  };
};
