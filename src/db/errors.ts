import { AppError } from '#std/errors.ts';

export type ConstraintKind = 'unique' | 'foreign' | 'check' | 'other';

/** A constraint refused the write. `fields.constraint` says which kind. */
export const constraintError = (kind: ConstraintKind, cause: unknown): AppError =>
  new AppError('conflict', 'db.constraint', `The database refused the change (${kind} constraint)`, {
    fields: { constraint: kind },
    cause,
  });

export const isConstraint = (e: unknown, kind: ConstraintKind): boolean =>
  e instanceof AppError && e.code === 'db.constraint' && e.fields.constraint === kind;

export const busyError = (cause: unknown): AppError =>
  new AppError('transient', 'db.busy', 'The database is busy with another write', {
    help: 'Another process holds the write lock for long. It will be tried again.',
    cause,
  });

const byCode: Record<number, (cause: unknown) => AppError> = {
  5: busyError,
  6: busyError,
  8: (cause) =>
    new AppError('permanent', 'db.read-only', 'The database file cannot be written to', {
      help: 'Check the permissions of the data folder and of the database file.',
      cause,
    }),
  10: (cause) =>
    new AppError('transient', 'db.io', 'Reading or writing the database file failed', {
      help: 'Check the disk and its free space.',
      cause,
    }),
  11: (cause) =>
    new AppError('permanent', 'db.corrupt', 'The database file is damaged', {
      help: 'Restore the newest backup, then run `ashford doctor`.',
      cause,
    }),
  13: (cause) =>
    new AppError('transient', 'db.disk-full', 'The disk that holds the database is full', {
      help: 'Free some space; work goes on by itself.',
      cause,
    }),
  14: (cause) =>
    new AppError('permanent', 'db.cannot-open', 'The database file cannot be opened', {
      help: 'Check that its folder exists and that you may write to it.',
      cause,
    }),
  19: (cause) => constraintError(constraintKind(cause), cause),
  26: (cause) =>
    new AppError('input', 'db.not-a-database', 'The file is not a database', {
      help: 'Check paths.database in the config: it names a file of another kind.',
      cause,
    }),
};

const UNIQUE_CODES = new Set([1555, 2067, 2579]);

const constraintKind = (e: unknown): ConstraintKind => {
  const code = sqliteCode(e);
  const text = e instanceof Error ? e.message : '';
  if (UNIQUE_CODES.has(code) || /unique constraint/i.test(text)) return 'unique';
  if (code === 787 || /foreign key constraint/i.test(text)) return 'foreign';
  if (code === 275 || code === 1811 || /check constraint|status cannot move/i.test(text)) return 'check';
  return 'other';
};

/** SQLite's extended result code, from node:sqlite's `errcode` or from the code text of a libSQL server; 0 when there is none. */
export const sqliteCode = (e: unknown): number => {
  const found = e as { errcode?: unknown; code?: unknown } | null;
  if (typeof found?.errcode === 'number') return found.errcode;
  if (typeof found?.code !== 'string') return 0;
  if (found.code.startsWith('SQLITE_BUSY')) return 5;
  if (found.code.startsWith('SQLITE_LOCKED')) return 6;
  if (found.code.startsWith('SQLITE_CONSTRAINT')) return 19;
  if (found.code.startsWith('SQLITE_FULL')) return 13;
  if (found.code.startsWith('SQLITE_READONLY')) return 8;
  return 0;
};

export const isBusy = (e: unknown): boolean => {
  if (e instanceof AppError) return e.code === 'db.busy';
  const primary = sqliteCode(e) & 0xff;
  return primary === 5 || primary === 6;
};

/** SQLite's errors → ours; everything else is returned as it came. */
export const translateSqlite = (e: unknown): unknown => {
  if (e instanceof AppError) return e;
  const make = byCode[sqliteCode(e) & 0xff];
  return make ? make(e) : e;
};

/** PostgreSQL's SQLSTATE classes → ours (appendix A of its manual). */
export const translatePostgres = (e: unknown): unknown => {
  const code = (e as { code?: unknown } | null)?.code;
  if (e instanceof AppError || typeof code !== 'string') return e;
  if (code === '23505') return constraintError('unique', e);
  if (code === '23503') return constraintError('foreign', e);
  if (code === '23514' || code === '23502') return constraintError('check', e);
  if (code === '53100')
    return new AppError('transient', 'db.disk-full', 'The database server has no disk space left', {
      help: 'Free space on the database server; work goes on by itself.',
      cause: e,
    });
  if (code === '28P01' || code === '28000')
    return new AppError('permanent', 'db.sign-in', 'The database server refused the user or password', {
      help: 'Check the user and password in paths.database.',
      cause: e,
    });
  const away = /^(08|57P|53|40)/.test(code) || AWAY.has(code);
  if (!away) return e;
  return new AppError('transient', 'db.away', 'The database server cannot be reached right now', {
    help: 'Check that the database server runs and can be reached. It will be tried again.',
    cause: e,
  });
};

const AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
