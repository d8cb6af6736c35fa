import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import { DB_BUSY_MS, DB_GROUP_MS, DB_GROUP_SIZE, DB_TRANSACTION_MS } from '#config/limits.ts';
import type { Engine, SqlValue, Tx } from '#db/db.ts';
import { busyError, isBusy, translateSqlite } from '#db/errors.ts';
import type { Tables } from '#db/tables.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { type Executed, kyselyOver } from './kysely-over.ts';

/** One SQLite connection that can hold the write lock, in this process or behind a network. */
export interface WriteSession {
  /** BEGIN IMMEDIATE. Throws the engine's BUSY error when another process writes. */
  begin(): void | Promise<void>;
  commit(): void | Promise<void>;
  /** Never throws. */
  rollback(): void | Promise<void>;
  /** False when an error has made the engine roll the whole transaction back. */
  inTransaction(): boolean;
  execute(sql: string, params: readonly SqlValue[]): Executed | Promise<Executed>;
}

interface Waiting {
  /** Runs in the context of whoever asked, so that spans and logs belong to them. */
  work: (tx: Tx) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

interface Done {
  item: Waiting;
  value: unknown;
  hooks: (() => void)[];
}

/**
 * Group commit: write transactions that are in flight together run one after the other between savepoints and share one
 * commit, so that one sync to disk serves all of them. Each fails alone; none is told of success before the commit.
 */
export class GroupWriter {
  readonly #session: WriteSession;
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #random: Random;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(session: WriteSession, ports: { engine: Engine; clock: Clock; random: Random }) {
    this.#session = session;
    this.#engine = ports.engine;
    this.#clock = ports.clock;
    this.#random = ports.random;
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise<T>((resolve, reject) => {
      const inContext = AsyncLocalStorage.snapshot();
      this.#waiting.push({
        work: (tx) => inContext(work, tx),
        resolve: resolve as (value: unknown) => void,
        reject,
      });
      // Starting in a microtask lets everything that this turn writes join the same group.
      this.#running ??= Promise.resolve().then(() => this.#loop());
    });
  }

  /** True while a group is being worked on: the connection is inside a transaction. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        await this.#begin();
      } catch (e) {
        for (const item of this.#waiting.splice(0)) item.reject(translateSqlite(e));
        continue;
      }
      await this.#group();
    }
    this.#running = undefined;
  }

  async #begin(): Promise<void> {
    const giveUpAt = this.#clock.ms() + DB_BUSY_MS;
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        await this.#session.begin();
        return;
      } catch (e) {
        if (!isBusy(e)) throw e;
        if (this.#clock.ms() > giveUpAt) throw busyError(e);
        await this.#clock.sleep(wait + this.#random.next() * wait);
      }
    }
  }

  async #group(): Promise<void> {
    const done: Done[] = [];
    const endAt = this.#clock.ms() + DB_GROUP_MS;
    for (let n = 0; n < DB_GROUP_SIZE && this.#clock.ms() <= endAt; n++) {
      const item = this.#waiting.shift();
      if (!item) break;
      await this.#one(item, done, n === 0);
      // The first of a group has no savepoint: when it fails, there is nothing else to keep.
      if (n === 0 && done.length === 0) {
        await this.#session.rollback();
        return;
      }
      if (!this.#session.inTransaction()) {
        const lost = new AppError('transient', 'db.rolled-back', 'The database rolled the transaction back');
        for (const d of done) d.item.reject(lost);
        return;
      }
    }
    try {
      await this.#session.commit();
    } catch (e) {
      await this.#session.rollback();
      for (const d of done) d.item.reject(translateSqlite(e));
      return;
    }
    for (const { item, value, hooks } of done) {
      item.resolve(value);
      for (const hook of hooks) hook();
    }
  }

  async #one(item: Waiting, done: Done[], first: boolean): Promise<void> {
    const hooks: (() => void)[] = [];
    const tx = new SqliteTx(this.#session, this.#engine, hooks);
    let cancelWatch = () => {};
    try {
      if (!first) await this.#session.execute('savepoint work', []);
      const tooLong = new Promise<never>((_, reject) => {
        cancelWatch = this.#clock.after(DB_TRANSACTION_MS, () => reject(hungError()));
      });
      const value = await Promise.race([item.work(tx), tooLong]);
      tx.end();
      if (!first) await this.#session.execute('release work', []);
      done.push({ item, value, hooks });
    } catch (e) {
      tx.end();
      if (!first) await this.#undo();
      item.reject(translateSqlite(e));
    } finally {
      cancelWatch();
    }
  }

  async #undo(): Promise<void> {
    if (!this.#session.inTransaction()) return;
    try {
      await this.#session.execute('rollback to work', []);
      await this.#session.execute('release work', []);
    } catch {
      await this.#session.rollback();
    }
  }
}

const closedError = () => new AppError('transient', 'db.closed', 'The database is closed');

const hungError = () =>
  new AppError('transient', 'db.transaction-too-long', 'A write transaction took too long and was undone');

class SqliteTx implements Tx {
  readonly engine: Engine;
  readonly #session: WriteSession;
  readonly #hooks: (() => void)[];
  #open = true;
  #query: Kysely<Tables> | undefined;

  constructor(session: WriteSession, engine: Engine, hooks: (() => void)[]) {
    this.#session = session;
    this.engine = engine;
    this.#hooks = hooks;
  }

  end(): void {
    this.#open = false;
  }

  get query(): Kysely<Tables> {
    this.#query ??= kyselyOver('sqlite', (sql, params) => this.#execute(sql, params));
    return this.#query;
  }

  async all<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    const done = this.#execute(sql, params);
    return (done instanceof Promise ? (await done).rows : done.rows) as Row[];
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    const done = this.#execute(sql, params);
    return done instanceof Promise ? (await done).changes : done.changes;
  }

  afterCommit(fn: () => void): void {
    this.#hooks.push(fn);
  }

  #execute(sql: string, params: readonly SqlValue[]): Executed | Promise<Executed> {
    if (!this.#open) throw new Error('A transaction was used after its end');
    return this.#session.execute(sql, params);
  }
}
