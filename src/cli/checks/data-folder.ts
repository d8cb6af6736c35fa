import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { bytes } from '#cli/text.ts';
import type { Check } from './check.ts';

/** Bytes below which the disk counts as nearly full, and as full. */
const LOW_BYTES = 1_000_000_000;
const FULL_BYTES = 100_000_000;

/** The folder itself, or the nearest one above it that exists: that is where it would be made. */
const nearest = (folder: string): string => (existsSync(folder) ? folder : nearest(dirname(folder)));

const mayWrite = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

export const dataFolder: Check = {
  name: 'data folder',
  examine: async ({ config }) => {
    const folder = config.paths.data_dir;
    const at = nearest(folder);
    if (!mayWrite(at)) {
      return [
        {
          state: 'fail',
          says: `${at} may not be written to.`,
          cure: 'Give its owner the right to write, or choose another folder with paths.data_dir or --data-dir.',
        },
      ];
    }
    const { bavail, bsize } = statfsSync(at);
    const free = bavail * bsize;
    const says = `${folder}${at === folder ? '' : ' (not made yet)'}, ${bytes(free)} free.`;
    if (free >= LOW_BYTES) return [{ state: 'ok', says }];
    const cure = 'Free some space on this disk: a full one stops all work.';
    return [{ state: free < FULL_BYTES ? 'fail' : 'warn', says, cure }];
  },
};
