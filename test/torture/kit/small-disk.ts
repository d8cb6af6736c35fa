import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialRun } from '#test/torture/trial.ts';

/** A disk of its own that can be made larger while it is in use. */
export interface SmallDisk {
  dir: string;
  resize(bytes: number): void;
}

const mount = (...args: string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;

/** Undefined where this user may not mount one, which is said. */
export const smallDisk = (t: TrialRun, bytes: number): SmallDisk | undefined => {
  const dir = join(t.dir, 'disk');
  mkdirSync(dir);
  const size = (n: number) => `size=${Math.ceil(n / 4096) * 4}k`;
  if (process.platform !== 'linux' || !mount('-t', 'tmpfs', '-o', size(bytes), 'tmpfs', dir)) {
    t.figure('a full disk', 'not tried: it takes the right to mount one');
    return undefined;
  }
  t.onEnd(() => {
    spawnSync('umount', ['-l', dir], { stdio: 'ignore' });
  });
  return {
    dir,
    resize: (n) => {
      if (!mount('-o', `remount,${size(n)}`, dir)) throw new Error('The disk could not be made larger');
    },
  };
};
