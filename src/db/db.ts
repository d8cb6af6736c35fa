import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** `embedded` and `remote` speak SQLite's dialect, `postgres` its own. */
export type Engine = 'embedded' | 'remote' | 'postgres';

export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * Where statements run. Hand-written SQL uses `$1`, `$2` … on every engine, and is prepared once per text: build
 * statements once, never by joining values in.
 */
export interface Sql {
  readonly engine: Engine;
  /** The typed query builder, for everything that is not on a hot path: compiling a query costs more than running it. */
  readonly query: Kysely<Tables>;
  /** Rows of a SELECT, or of a statement with RETURNING. */
  all<Row>(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /** Rows changed. */
  run(sql: string, params?: readonly SqlValue[]): Promise<number>;
}

/** A write transaction. It must not outlive the callback that it was given to, and that callback must not wait for the network. */
export interface Tx extends Sql {
  /** Called after the commit, never after a rollback. For waking workers and telling listeners. */
  afterCommit(fn: () => void): void;
}

/** A statement that is a transaction by itself. */
export interface SingleStatement {
  sql: string;
  params: readonly SqlValue[];
  /**
   * Losing it in a power cut does no harm: an embedded file, whose power is ours too, makes it durable with whatever is
   * committed after it. Nothing of it is lost when only the program dies. A server may die before us, and takes no notice.
   */
  lazily?: boolean;
  /** As of a transaction. */
  afterCommit?: () => void;
}

export interface Db extends Sql {
  /**
   * Runs `work` in a write transaction: all of it is committed, durably, when the promise resolves, or none of it when it
   * rejects. On SQLite, transactions in flight together share one commit; each still fails alone. `work` may be run again
   * from its start when the engine asks for it, so it must have no effect outside the database.
   * Statements on the Db itself (not on `tx`) are for reading; a write goes through here.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Where one statement alone is quicker than a transaction around it. Use `writeOne`. */
  single?<Row>(one: SingleStatement): Promise<Row[]>;
  /**
   * Calls `fn` soon after another process committed something, where the engine can tell (an embedded file is watched,
   * PostgreSQL notifies). Only a hint: it may come late, twice or not at all. Returns a function that stops it.
   */
  onForeignCommit(fn: () => void): () => void;
  /** True for a while after a write that found no room on the disk of the database. */
  readonly diskFull?: boolean;
  close(): Promise<void>;
}
