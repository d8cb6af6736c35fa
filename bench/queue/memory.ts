import { readFileSync } from 'node:fs';

/** Of this process, in megabytes. */
export const residentMegabytes = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
