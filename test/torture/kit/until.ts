import type { TrialRun } from '#test/torture/trial.ts';

const LOOK_MS = 100;

/** Waits until `is` says true. Returns the milliseconds that it took; after `maxMs` it returns all the same. */
export const until = async (t: TrialRun, maxMs: number, is: () => Promise<boolean>): Promise<number> => {
  const began = performance.now();
  while (performance.now() - began < maxMs) {
    if (await is()) break;
    t.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return performance.now() - began;
};
