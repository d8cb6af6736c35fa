import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { AppError } from '#std/errors.ts';
import type { Db } from './db.ts';

/** What SQLite keeps beside its file. */
const COMPANIONS = ['-wal', '-shm'];

const removeFiles = (file: string): void => {
  for (const end of ['', ...COMPANIONS]) rmSync(`${file}${end}`, { force: true });
};

/** Throws `db.bad-backup` when the file is no database, or is not whole. */
const readThrough = async (db: Db): Promise<void> => {
  let found: { integrity_check: string }[] = [];
  try {
    const [known] = await db.all("select name from sqlite_master where name = 'schema_migrations'");
    if (known) found = await db.all<{ integrity_check: string }>('pragma integrity_check');
  } catch (cause) {
    throw bad(cause);
  }
  if (found.length !== 1 || found[0]?.integrity_check !== 'ok') throw bad();
};

const bad = (cause?: unknown): AppError =>
  new AppError('input', 'db.bad-backup', 'The file is damaged, or is no backup of Ashford', {
    help: 'Nothing was changed. Choose another backup.',
    cause,
  });

export interface RestorePlan<T> {
  /** A copy that was made by a backup. It is only read. */
  backup: string;
  /** The file that it takes the place of. */
  database: string;
  /** Where that one is kept. */
  aside: string;
  open(file: string): Promise<Db>;
  /** Brings the copy up to date and makes it fit for work, before it is in its place. */
  settle(db: Db): Promise<T>;
}

/**
 * Puts a backup in the place of an embedded database that nobody has open. The backup is checked first, and made fit for
 * work where it lies aside, so that at every moment either the old database is there, or the new one as it has to be.
 */
export const restoreDatabase = async <T>(plan: RestorePlan<T>): Promise<T> => {
  const draft = `${plan.database}.restoring`;
  removeFiles(draft);
  try {
    copyFileSync(plan.backup, draft);
    const settled = await within(plan, draft, async (db) => {
      await readThrough(db);
      return plan.settle(db);
    });
    await putAside(plan);
    renameSync(draft, plan.database);
    return settled;
  } finally {
    removeFiles(draft);
  }
};

const within = async <T, R>(
  { open }: RestorePlan<T>,
  file: string,
  work: (db: Db) => Promise<R>,
): Promise<R> => {
  const db = await open(file);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
};

/** The log of the old database is worked into it first, so that one file holds all of it; a damaged one is kept as it is. */
const putAside = async <T>(plan: RestorePlan<T>): Promise<void> => {
  const { database, aside } = plan;
  if (!existsSync(database)) return;
  await within(plan, database, (db) => db.all('select 1')).catch(() => {});
  linkSync(database, aside);
  for (const end of COMPANIONS)
    if (existsSync(`${database}${end}`)) renameSync(`${database}${end}`, `${aside}${end}`);
};
