/** A repeatable source of chance: the same seed gives the same run. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** That many hexadecimal digits. */
  hex(digits: number): string;
}

/** A small generator of 32 bits (the xorshift of Marsaglia, with a multiplied output). */
export const randomOf = (seed: number): SeededRandom => {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  const word = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.imul(state, 0x85ebca6b) >>> 0;
  };
  const below = (limit: number): number => Math.floor((word() / 2 ** 32) * limit);
  return {
    next: () => word() / 2 ** 32,
    below,
    hex: (digits) =>
      Array.from({ length: Math.ceil(digits / 8) }, () => word().toString(16).padStart(8, '0'))
        .join('')
        .slice(0, digits),
  };
};
