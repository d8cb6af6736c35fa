import { existsSync } from 'node:fs';
import { SCHEDULE_OVERDUE_MS } from '#config/limits.ts';
import { currentVersion } from '#db/migrate.ts';
import { MIGRATIONS } from '#db/migrations/catalog.ts';
import { engineOf, openDatabase } from '#db/open.ts';
import { type OverdueSchedule, overdueSchedules } from '#queue/schedule-store.ts';
import { systemRandom } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import type { Check, Finding } from './check.ts';

const isMissing = (url: string): boolean =>
  engineOf(url) === 'embedded' && url !== ':memory:' && !existsSync(url.replace(/^file:/, ''));

const late = (s: OverdueSchedule): Omit<Finding, 'name'> => {
  const what = `The schedule of ${s.type} (${s.cron})`;
  if (s.last_error !== null) {
    return {
      state: 'warn',
      says: `${what} could not run: ${s.last_error}`,
      cure: '`ashford schedules list` shows it; remove it and add it anew.',
    };
  }
  if (s.failed) {
    return {
      state: 'warn',
      says: `${what} failed when it last ran.`,
      cure: '`ashford jobs dead` shows why, and `ashford jobs retry ID` tries again.',
    };
  }
  return {
    state: 'warn',
    says: `${what} is late.`,
    cure: 'Start the server (`ashford start`), or do what is due now: ashford run --until-idle',
  };
};

/** Whether what is done again and again is done. Looks without changing the schema, and without making a file. */
export const schedules: Check = {
  name: 'schedules',
  examine: async ({ config, clock }) => {
    const { database: url, database_auth_token } = config.paths;
    if (isMissing(url)) return [];
    const authToken = database_auth_token?.reveal();
    const db = await openDatabase({ url, authToken, clock, random: systemRandom });
    try {
      const version = await currentVersion(db).catch(() => 0);
      // What is to say about that, the database's own check says.
      if (version !== MIGRATIONS.at(-1)?.id) return [];
      const overdue = await overdueSchedules(db, toInstant(clock.ms() - SCHEDULE_OVERDUE_MS));
      return overdue.length > 0 ? overdue.map(late) : [{ state: 'ok', says: 'None is late.' }];
    } finally {
      await db.close();
    }
  },
};
