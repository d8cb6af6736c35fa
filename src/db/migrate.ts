import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { Db, Tx } from './db.ts';
import { MIGRATIONS, type Migration } from './migrations/catalog.ts';
import { postgresDialect, sqliteDialect } from './migrations/dialect.ts';

// Any number, as long as every process uses the same one.
const MIGRATION_LOCK = 7_411_026_114;

export interface MigrateOptions {
  clock: Clock;
  migrations?: readonly Migration[];
  /** Called before an existing database is changed; a rejection stops the migration. */
  beforeChange?: (from: number, to: number) => Promise<void>;
}

/**
 * Brings the schema up to date. Each migration is one transaction, so a failing one leaves nothing; processes that start
 * together run each one once. Returns the ids that this call applied. Throws `db.newer` when the database was made by a
 * newer program.
 */
export const migrate = async (db: Db, o: MigrateOptions): Promise<number[]> => {
  const migrations = o.migrations ?? MIGRATIONS;
  const newest = migrations.at(-1)?.id ?? 0;
  await db.write(async (tx) => {
    await lock(tx);
    await tx.run(
      'create table if not exists schema_migrations (id integer primary key, name text not null, applied_at text not null)',
    );
  });
  const before = await currentVersion(db);
  refuseNewer(before, newest);
  if (before > 0 && before < newest) await o.beforeChange?.(before, newest);
  const applied: number[] = [];
  for (const migration of migrations) {
    if (migration.id <= before) continue;
    if (await db.write((tx) => applyOne(tx, migration, o.clock))) applied.push(migration.id);
    crashpoint('migrate.committed');
  }
  return applied;
};

const applyOne = async (tx: Tx, migration: Migration, clock: Clock): Promise<boolean> => {
  await lock(tx);
  const [found] = await tx.all<{ id: number }>('select id from schema_migrations where id = $1', [
    migration.id,
  ]);
  if (found) return false;
  const statements = migration.statements(tx.engine === 'postgres' ? postgresDialect : sqliteDialect);
  for (const sql of statements) {
    crashpoint('migrate.statement');
    await tx.run(sql);
  }
  await tx.run('insert into schema_migrations (id, name, applied_at) values ($1, $2, $3)', [
    migration.id,
    migration.name,
    clock.now(),
  ]);
  crashpoint('migrate.recorded');
  return true;
};

/** SQLite's write transaction is already exclusive; PostgreSQL's is not. */
const lock = async (tx: Tx): Promise<void> => {
  if (tx.engine === 'postgres') await tx.all('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
};

/** The newest migration that the database has, 0 for none. */
export const currentVersion = async (db: Db): Promise<number> => {
  const [row] = await db.all<{ version: number | null }>('select max(id) as version from schema_migrations');
  return Number(row?.version ?? 0);
};

const refuseNewer = (version: number, newest: number): void => {
  if (version <= newest) return;
  throw new AppError(
    'input',
    'db.newer',
    `The database has schema version ${version}; this program knows ${newest}`,
    {
      help: 'It was used by a newer Ashford. Install that version or a newer one; nothing was changed.',
      fields: { database: version, program: newest },
    },
  );
};
