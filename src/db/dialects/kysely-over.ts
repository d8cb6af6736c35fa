import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqlValue } from '#db/db.ts';
import type { Tables } from '#db/tables.ts';

export interface Executed {
  rows: unknown[];
  changes: number;
}

type Execute = (sql: string, params: readonly SqlValue[]) => Executed | Promise<Executed>;

const noTransactions = (): never => {
  throw new Error('Transactions are begun by Db.write, not by the query builder');
};

/** A query builder that runs on whatever `execute` runs on: a reader, or the one transaction that made it. */
export const kyselyOver = (dialect: 'sqlite' | 'postgres', execute: Execute): Kysely<Tables> => {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, changes } = await execute(query.sql, query.parameters as SqlValue[]);
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    },
    streamQuery: () => {
      throw new Error('Read pages instead of streaming');
    },
  };
  const driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: noTransactions,
    commitTransaction: noTransactions,
    rollbackTransaction: noTransactions,
    releaseConnection: async () => {},
    destroy: async () => {},
  };
  const parts: Dialect =
    dialect === 'sqlite'
      ? {
          createAdapter: () => new SqliteAdapter(),
          createQueryCompiler: () => new SqliteQueryCompiler(),
          createIntrospector: (db) => new SqliteIntrospector(db),
          createDriver: () => driver,
        }
      : {
          createAdapter: () => new PostgresAdapter(),
          createQueryCompiler: () => new PostgresQueryCompiler(),
          createIntrospector: (db) => new PostgresIntrospector(db),
          createDriver: () => driver,
        };
  return new Kysely<Tables>({ dialect: parts });
};
