import { join } from 'node:path';
import type { Config } from '#config/config.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { Db } from './db.ts';
import { EmbeddedDb } from './dialects/embedded.ts';

/** Writes a consistent copy of an embedded database while it is in use. Throws `db.no-backup` for a server's. */
export const backupDatabase = async (db: Db, file: string): Promise<void> => {
  if (!(db instanceof EmbeddedDb)) {
    throw new AppError('input', 'db.no-backup', 'Only an embedded database can be copied from here', {
      help: 'Use the backup of the database server, such as pg_dump.',
    });
  }
  await db.backup(file);
};

interface Needs {
  db: Db;
  config: Pick<Config, 'paths'>;
  clock: Clock;
  log: { info(fields: Record<string, unknown>, message: string): void };
}

/** A copy beside the data, named after the version and the time, before a migration changes anything. */
export const backupBeforeMigrating =
  ({ db, config, clock, log }: Needs) =>
  async (from: number): Promise<void> => {
    if (!(db instanceof EmbeddedDb) || config.paths.database === ':memory:') return;
    const time = clock.now().replaceAll(/[:.]/g, '-');
    const file = join(config.paths.data_dir, `before-schema-${from}-${time}.db`);
    crashpoint('backup.before');
    await db.backup(file);
    crashpoint('backup.after');
    log.info({ file }, 'copied the database before changing its schema');
  };
