import { readFileSync } from 'node:fs';
import type { TrialRun } from '#test/torture/trial.ts';

const LOOK_MS = 50;
const RESIDENT = /^VmRSS:\s+(\d+) kB$/m;

/** Follows the resident memory of a process, in bytes. Where the system does not tell, all is 0. */
export const followMemory = (t: Pick<TrialRun, 'onEnd'>, pid: number) => {
  let most = 0;
  const samples: number[] = [];
  const look = (): number => {
    try {
      const bytes = Number(RESIDENT.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
      most = Math.max(most, bytes);
      samples.push(bytes);
      return bytes;
    } catch {
      return 0;
    }
  };
  const timer = setInterval(look, LOOK_MS);
  t.onEnd(() => clearInterval(timer));
  return {
    /** What it had half of the time since this was asked for last. */
    usual: (): number => {
      const sorted = samples.splice(0).sort((a, b) => a - b);
      return sorted[sorted.length >> 1] ?? 0;
    },
    /** The most since this was asked for last. */
    most: (): number => {
      look();
      const told = most;
      most = 0;
      return told;
    },
  };
};
