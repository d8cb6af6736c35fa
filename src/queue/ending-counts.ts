import type { AttemptEnding } from './ports.ts';

/** How many attempts ended how. */
export type EndingCounts = Record<AttemptEnding, number>;

export const noCounts = (): EndingCounts => ({
  completed: 0,
  failed: 0,
  exhausted: 0,
  canceled: 0,
  retried: 0,
  snoozed: 0,
  released: 0,
  lost: 0,
});

export const countsSince = (before: EndingCounts, now: EndingCounts): EndingCounts => {
  const counts = noCounts();
  for (const key of Object.keys(counts) as AttemptEnding[]) counts[key] = now[key] - before[key];
  return counts;
};
