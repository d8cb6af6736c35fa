/** What differs between the two SQL dialects when tables are made. Everything else is written once. */
export interface Dialect {
  engine: 'sqlite' | 'postgres';
  /** 64-bit integer. */
  bigint: string;
  blob: string;
  /** Column of an integer key that counts up by itself. */
  serial: string;
}

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  bigint: 'integer',
  blob: 'blob',
  serial: 'integer primary key autoincrement',
};

export const postgresDialect: Dialect = {
  engine: 'postgres',
  bigint: 'bigint',
  blob: 'bytea',
  serial: 'bigint generated always as identity primary key',
};

/** `check (column in ('a', 'b'))` from the list that TypeScript uses too. */
export const oneOf = (column: string, values: readonly string[]): string =>
  `check (${column} in (${values.map((v) => `'${v}'`).join(', ')}))`;
