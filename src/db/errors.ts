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

const signInError = (cause: unknown): AppError =>
  new AppError('permanent', 'db.sign-in', 'The database server refused the user or password', {
    help: 'Check the user and password in paths.database.',
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

/** The server was lost between our asking for the commit and its answer. */
export const unknownCommit = (cause: unknown): AppError =>
  new AppError(
    'transient',
    'db.commit-unknown',
    'The database was lost before it said whether it saved this',
    {
      help: 'Look whether it was done before you do it again.',
      cause,
    },
  );

export const awayError = (cause: unknown): AppError =>
  new AppError('transient', 'db.away', 'The database server cannot be reached right now', {
    help: 'Check paths.database, and that the server runs and can be reached. It will be tried again.',
    cause,
  });

/** The server could not be reached, and nothing was changed. */
export const isAway = (e: unknown): boolean => e instanceof AppError && e.code === 'db.away';

export const isUnknownCommit = (e: unknown): boolean =>
  e instanceof AppError && e.code === 'db.commit-unknown';

const LOST_RACES = new Set(['40001', '40P01']);

/** PostgreSQL gave up one of several transactions that stood in each other's way. */
export const isLostRace = (e: unknown): boolean =>
  e instanceof AppError && LOST_RACES.has(String((e.cause as { code?: unknown } | undefined)?.code));

const byState: Record<string, (cause: unknown) => AppError> = {
  '23505': (cause) => constraintError('unique', cause),
  '23503': (cause) => constraintError('foreign', cause),
  '23514': (cause) => constraintError('check', cause),
  '23502': (cause) => constraintError('check', cause),
  '40001': busyError,
  '40P01': busyError,
  '25P03': awayError,
  '53100': (cause) =>
    new AppError('transient', 'db.disk-full', 'The database server has no disk space left', {
      help: 'Free space on the database server; work goes on by itself.',
      cause,
    }),
  '57014': (cause) =>
    new AppError('transient', 'db.too-slow', 'The database server took too long and stopped the statement', {
      help: 'Look what keeps the database server busy. It will be tried again.',
      cause,
    }),
  '28P01': signInError,
  '28000': signInError,
};

/** PostgreSQL's SQLSTATE classes → ours (appendix A of its manual), and what its driver says of lost connections. */
export const translatePostgres = (e: unknown): unknown => {
  if (e instanceof AppError) return e;
  const code = (e as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return e instanceof Error && LOST.test(e.message) ? awayError(e) : e;
  const make = byState[code];
  if (make) return make(e);
  return /^(08|57P|53)/.test(code) || AWAY.has(code) ? awayError(e) : e;
};

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** The driver has no codes for these. */
const LOST =
  /^(Connection terminated|Query read timeout|timeout (expired|exceeded)|Client (was closed|has encountered))/;
