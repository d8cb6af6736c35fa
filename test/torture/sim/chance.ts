import { type Random, seededRandom } from '#std/random.ts';

const SPREAD = 0x9e3779b1;

/** Another stream of chance for each purpose of one seed, so that what one draws does not change what another gets. */
export const streamOf = (seed: number, ...of: number[]): Random => {
  let mixed = seed >>> 0;
  for (const n of of) mixed = (Math.imul(mixed ^ (n + 1), SPREAD) ^ (mixed >>> 13)) >>> 0;
  return seededRandom(mixed);
};

/** A whole number from `from` to `to`, both included. */
export const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random.next() * (to - from + 1));

/** True in this share of cases. */
export const sometimes = (random: Random, share: number): boolean => random.next() < share;

export const oneOf = <T>(random: Random, all: readonly [T, ...T[]]): T =>
  all[Math.floor(random.next() * all.length)] ?? all[0];
