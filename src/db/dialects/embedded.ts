import { closeSync, existsSync, type FSWatcher, openSync, rmSync, utimesSync, watch } from 'node:fs';
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import {
  DB_CACHE_KIB,
  DB_CHECKPOINT_COMMITS,
  DB_CHECKPOINT_PAGES,
  DB_NATIVE_BUSY_MS,
  DB_OPEN_BUSY_MS,
  DB_STATEMENTS,
  DB_WAL_BYTES,
} from '#config/limits.ts';
import type { Db, SingleStatement, SqlValue, Tx } from '#db/db.ts';
import { translateSqlite } from '#db/errors.ts';
import type { Tables } from '#db/tables.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import { DiskWatch } from './disk-watch.ts';
import { GroupWriter, type WriteSession } from './group-writer.ts';
import { type Executed, kyselyOver } from './kysely-over.ts';
import { sqlitePlaces } from './places.ts';

export type Durability = 'full' | 'normal';

export interface EmbeddedOptions {
  /** A path, or `:memory:`. */
  file: string;
  /** `full`: what is committed survives a power cut. `normal`: it survives a crash of the program. */
  durability: Durability;
  clock: Clock;
  random: Random;
}

// node:sqlite binds every number as REAL; whole numbers must arrive as integers.
const bind = (v: SqlValue | boolean | undefined): SqlValue => {
  if (v === undefined || v === null) return null;
  if (typeof v === 'number') return Number.isSafeInteger(v) ? BigInt(v) : v;
  if (typeof v === 'boolean') return v ? 1n : 0n;
  return v;
};

interface Prepared {
  statement: StatementSync;
  /** Of what it gives back; none where it only writes. */
  columns: string[];
}

const columnsOf = (statement: StatementSync): string[] => statement.columns().map(({ name }) => name);

/**
 * Rows as objects. `node:sqlite` would make them too, but looks each name up anew for each row, and what it makes is slow
 * to read.
 */
const rowsOf = (found: Prepared, values: SqlValue[]): Record<string, unknown>[] => {
  const rows = found.statement.all(...values) as unknown as unknown[][];
  // `select *` gives more once a column was added.
  if (rows[0] && rows[0].length !== found.columns.length) found.columns = columnsOf(found.statement);
  const { columns } = found;
  return rows.map((cells) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) row[columns[i] as string] = cells[i];
    return row;
  });
};

/** One connection with its prepared statements. */
class Connection {
  readonly db: DatabaseSync;
  #statements = new Map<string, Prepared>();

  constructor(file: string, options: { readOnly?: boolean } = {}) {
    this.db = new DatabaseSync(file, { timeout: 0, ...options });
  }

  execute(sql: string, params: readonly SqlValue[]): Executed {
    let found = this.#statements.get(sql);
    if (!found) {
      const statement = this.db.prepare(sqlitePlaces(sql));
      found = { statement, columns: columnsOf(statement) };
      // A delete from the index of words leaves a last row id that no number of JavaScript can hold.
      if (found.columns.length === 0) statement.setReadBigInts(true);
      else statement.setReturnArrays(true);
      if (this.#statements.size >= DB_STATEMENTS) this.#statements.clear();
      this.#statements.set(sql, found);
    }
    const values = params.map(bind);
    if (found.columns.length > 0) {
      const rows = rowsOf(found, values);
      return { rows, changes: rows.length };
    }
    return { rows: [], changes: Number(found.statement.run(...values).changes) };
  }

  close(): void {
    this.#statements.clear();
    this.db.close();
  }
}

/**
 * An empty file beside the database, which whoever wants to know of others' commits makes, and every process touches
 * after its own: once for all commits of one round of the event loop. The log tells too early, before the commit can be
 * read, and a touch of it would make each sync write its inode too.
 */
const bellOf = (file: string): string => `${file}-bell`;

const ringer = (file: string, clock: Clock): (() => void) => {
  const bell = bellOf(file);
  let pending = false;
  let listened = true;
  const ring = () => {
    pending = false;
    // To look costs less than to fail.
    if (!listened && !existsSync(bell)) return;
    const now = clock.ms() / 1000;
    try {
      utimesSync(bell, now, now);
      listened = true;
    } catch {
      listened = false;
    }
  };
  return () => {
    if (!pending) setImmediate(ring);
    pending = true;
  };
};

/** Small commits get by with a small log, and a sync takes about twice as long while the log still grows. */
const checkpointer = (c: Connection): (() => void) => {
  let commits = 0;
  return () => {
    if (++commits < DB_CHECKPOINT_COMMITS) return;
    commits = 0;
    try {
      c.db.exec('pragma wal_checkpoint(passive)');
    } catch {
      // What is wrong with the disk the next write is told.
    }
  };
};

const writeSession = (c: Connection, durability: Durability, tell: () => void): WriteSession => ({
  begin: () => c.db.exec('begin immediate'),
  commit: () => c.db.exec('commit'),
  rollback: () => {
    if (c.db.isTransaction) c.db.exec('rollback');
  },
  inTransaction: () => c.db.isTransaction,
  execute: (sql, params) => c.execute(sql, params),
  ...(durability === 'full' && {
    executeLazily: (sql, params) => {
      c.db.exec('pragma synchronous = normal');
      try {
        return c.execute(sql, params);
      } finally {
        c.db.exec('pragma synchronous = full');
      }
    },
  }),
  tell,
});

/** The embedded file: one connection that writes, one that reads what is committed. See decision 0001. */
export class EmbeddedDb implements Db {
  readonly engine = 'embedded';
  readonly query: Kysely<Tables>;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #group: GroupWriter;
  readonly #disk: DiskWatch;
  readonly #watches = new Set<() => void>();

  constructor(o: EmbeddedOptions) {
    this.#file = o.file;
    this.#clock = o.clock;
    try {
      this.#writer = openWriter(o);
      this.#reader = o.file === ':memory:' ? this.#writer : openReader(o.file);
    } catch (e) {
      throw translateSqlite(e);
    }
    this.#disk = new DiskWatch(o.clock);
    const ring = o.file === ':memory:' ? () => {} : ringer(o.file, o.clock);
    const checkpoint = o.durability === 'full' ? checkpointer(this.#writer) : () => {};
    const tell = () => {
      ring();
      checkpoint();
    };
    this.#group = new GroupWriter(writeSession(this.#writer, o.durability, tell), {
      engine: 'embedded',
      clock: o.clock,
      random: o.random,
      gathers: o.durability === 'full' && o.file !== ':memory:',
    });
    this.query = kyselyOver('sqlite', (sql, params) => this.#read(sql, params));
  }

  async all<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#read(sql, params).rows as Row[];
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    return this.write((tx) => tx.run(sql, params));
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#noted(this.#group.write(work));
  }

  single<Row>(one: SingleStatement): Promise<Row[]> {
    return this.#noted(this.#group.single<Row>(one));
  }

  async #noted<T>(writing: Promise<T>): Promise<T> {
    try {
      return await writing;
    } catch (e) {
      this.#disk.note(e);
      throw e;
    }
  }

  /** Listens to the bell; `data_version` tells another connection's commits from our own. */
  onForeignCommit(fn: () => void): () => void {
    if (this.#file === ':memory:') return () => {};
    let seen = this.#dataVersion();
    let cancel: (() => void) | undefined;
    const look = () => {
      cancel = undefined;
      if (this.#group.busy) {
        cancel = this.#clock.after(1, look);
        return;
      }
      const now = this.#dataVersion();
      if (now === seen) return;
      seen = now;
      fn();
    };
    const watcher = watchBell(bellOf(this.#file), () => {
      if (!cancel) look();
    });
    const stop = () => {
      cancel?.();
      watcher?.close();
      this.#watches.delete(stop);
    };
    this.#watches.add(stop);
    return stop;
  }

  /** Writes a consistent copy; one that can't be finished leaves no file. */
  async backup(file: string): Promise<void> {
    try {
      await backup(this.#reader.db, file);
    } catch (e) {
      for (const left of [file, `${file}-journal`]) rmSync(left, { force: true });
      throw translateSqlite(e);
    }
  }

  get diskFull(): boolean {
    return this.#disk.full;
  }

  async close(): Promise<void> {
    if (!this.#writer.db.isOpen) return;
    for (const stop of [...this.#watches]) stop();
    await this.#group.close();
    if (!this.#writer.db.isOpen) return;
    if (this.#reader !== this.#writer) this.#reader.close();
    this.#writer.close();
  }

  #read(sql: string, params: readonly SqlValue[]): Executed {
    try {
      return this.#reader.execute(sql, params);
    } catch (e) {
      throw translateSqlite(e);
    }
  }

  #dataVersion(): unknown {
    return (this.#writer.execute('pragma data_version', []).rows[0] as { data_version: unknown } | undefined)
      ?.data_version;
  }
}

const openWriter = (o: EmbeddedOptions): Connection => {
  const c = new Connection(o.file);
  // Two programs that open a new file at once both try to turn the log on: that is worth waiting for.
  c.db.exec(`pragma busy_timeout = ${DB_OPEN_BUSY_MS}`);
  c.db.exec('pragma journal_mode = wal');
  c.db.exec(`pragma synchronous = ${o.durability}`);
  c.db.exec('pragma foreign_keys = on');
  c.db.exec(`pragma cache_size = -${DB_CACHE_KIB}`);
  c.db.exec(`pragma journal_size_limit = ${DB_WAL_BYTES}`);
  c.db.exec(`pragma wal_autocheckpoint = ${DB_CHECKPOINT_PAGES}`);
  // A short wait inside SQLite catches the common case; longer ones happen outside, where the event loop runs on.
  c.db.exec(`pragma busy_timeout = ${DB_NATIVE_BUSY_MS}`);
  return c;
};

const openReader = (file: string): Connection => {
  const c = new Connection(file);
  c.db.exec(`pragma busy_timeout = ${DB_OPEN_BUSY_MS}`);
  c.db.exec('pragma query_only = on');
  c.db.exec(`pragma cache_size = -${DB_CACHE_KIB}`);
  return c;
};

/** null where the bell cannot be made or watched: the poll is then the only way to notice. */
const watchBell = (bell: string, fn: () => void): FSWatcher | null => {
  try {
    closeSync(openSync(bell, 'a', 0o600));
    const watcher = watch(bell, { persistent: false }, fn);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
};
