import { statSync } from 'node:fs';
import { toInstant, toMs } from '#std/time.ts';
import type { Check } from './check.ts';

/** Files are stamped a moment after the clock was read. */
const SLACK_MS = 5 * 60_000;
/** Nothing of this program is older. */
const OLDEST = toMs('2026-01-01T00:00:00.000Z');

/** A clock behind the files that were written with it has been set back, or was wrong when they were written. */
export const clockCheck: Check = {
  name: 'clock',
  examine: async ({ clock, config }) => {
    const now = clock.ms();
    const files = [config.paths.data_dir, config.paths.database, `${config.paths.database}-wal`];
    const written = Math.max(
      0,
      ...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0),
    );
    const cure = 'Set the clock of this machine, best by NTP: schedules, snoozes and approvals go by it.';
    if (now < OLDEST)
      return [{ state: 'fail', says: `It is ${toInstant(now)} by the clock of this machine.`, cure }];
    if (written > now + SLACK_MS) {
      return [
        {
          state: 'warn',
          says: `It is ${toInstant(now)} by the clock, and the data was written at ${toInstant(written)}.`,
          cure,
        },
      ];
    }
    return [
      { state: 'ok', says: `${toInstant(now)}; the time zone of digests is ${config.digest.time_zone}.` },
    ];
  },
};
