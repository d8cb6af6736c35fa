import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import {
  DB_BUSY_LOOK_MS,
  DB_BUSY_MS,
  DB_GROUP_MS,
  DB_GROUP_SIZE,
  DB_TRANSACTION_MS,
  DB_TURN_COMMITS,
} from '#config/limits.ts';
import type { Engine, SingleStatement, SqlValue, Tx } from '#db/db.ts';
import { isAway, isBusy, translateSqlite } from '#db/errors.ts';
import type { Tables } from '#db/tables.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { type Executed, kyselyOver } from './kysely-over.ts';

/** Enough for the longest wait. */
const MAX_DOUBLINGS = 10;

/** One SQLite connection that can hold the write lock, in this process or behind a network. */
export interface WriteSession {
  /**
   * BEGIN IMMEDIATE. Throws the engine's BUSY error when another process writes; one that begins with its first statement
   * may throw it there.
   */
  begin(): void | Promise<void>;
  commit(): void | Promise<void>;
  rollback(): void | Promise<void>;
  /** After a commit. Never throws. */
  tell?(): void;
  /** False when an error has made the engine roll the whole transaction back. */
  inTransaction(): boolean;
  execute(sql: string, params: readonly SqlValue[]): Executed | Promise<Executed>;
  /** Outside a transaction, without waiting for the disk; default: as all others. */
  executeLazily?(sql: string, params: readonly SqlValue[]): Executed;
}

interface Waiting {
  /** When it gives up waiting for another process that writes, or for a server that is away. */
  giveUpAt: number;
  /** Runs in the context of whoever asked, so that spans and logs belong to them. */
  work: (tx: Tx) => Promise<unknown>;
  /** Set where this is all that the work does. */
  single?: SingleStatement;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

interface Done {
  item: Waiting;
  value: unknown;
  hooks: (() => void)[];
}

interface GroupPorts {
  engine: Engine;
  clock: Clock;
  random: Random;
  /**
   * Whether a group is begun only after the event loop went round once, so that what other sockets brought at the same
   * moment joins it: worth it where a commit waits for the disk, and everybody with it.
   */
  gathers?: boolean;
}

/**
 * Group commit: write transactions that are in flight together run one after the other between savepoints and share one
 * commit, so that one sync to disk serves all of them. Each fails alone; none is told of success before the commit.
 */
export class GroupWriter {
  readonly #session: WriteSession;
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #gathers: boolean;
  readonly #random: Random;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  /** False until something was written: until then, a server that is away is a setting that is wrong. */
  #reached = false;
  /** Commits since the event loop last went round. */
  #commitsInTurn = 0;

  constructor(session: WriteSession, ports: GroupPorts) {
    this.#session = session;
    this.#gathers = ports.gathers ?? false;
    this.#engine = ports.engine;
    this.#clock = ports.clock;
    this.#random = ports.random;
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const inContext = AsyncLocalStorage.snapshot();
    return this.#add({ work: (tx) => inContext(work, tx) });
  }

  /** One statement, which is a transaction by itself where nobody else waits: it then needs no begin and no commit. */
  single<Row>(single: SingleStatement): Promise<Row[]> {
    const { sql, params, afterCommit } = single;
    const work = async (tx: Tx) => {
      const rows = await tx.all<Row>(sql, params);
      if (afterCommit) tx.afterCommit(afterCommit);
      return rows;
    };
    return this.#add({ work, single });
  }

  #add<T>(item: Pick<Waiting, 'work' | 'single'>): Promise<T> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise<T>((resolve, reject) => {
      const giveUpAt = this.#clock.ms() + DB_BUSY_MS;
      this.#waiting.push({ ...item, giveUpAt, resolve: resolve as (value: unknown) => void, reject });
      // Not at once, so that everything that this turn writes joins the same group.
      this.#running ??= (this.#gathers ? this.#goRound() : Promise.resolve()).then(() => this.#loop());
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
    for (let waits = 0; this.#waiting.length > 0; ) {
      try {
        // What an error has left open would make every later begin fail.
        if (this.#session.inTransaction()) await this.#rollback();
        const [first] = this.#waiting;
        if (first?.single && this.#waiting.length === 1) await this.#alone(first, first.single);
        else {
          await this.#session.begin();
          await this.#group();
        }
        waits = 0;
        if (this.#commitsInTurn >= DB_TURN_COMMITS) await this.#goRound();
      } catch (e) {
        if (!this.#mayWait(e)) for (const item of this.#waiting.splice(0)) item.reject(translateSqlite(e));
        else if (this.#giveUpLate(e)) await this.#waitLonger(waits++);
      }
    }
    this.#running = undefined;
  }

  #countCommit(): void {
    if (this.#commitsInTurn++ > 0) return;
    setImmediate(() => {
      this.#commitsInTurn = 0;
    });
  }

  /**
   * Where the engine answers at once, a caller that writes again and again runs from promise to promise: now and then the
   * event loop must get to timers, sockets and other people's work.
   */
  #goRound(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Another process writes, or the server is away, and nothing was changed: it may well work soon. */
  #mayWait(e: unknown): boolean {
    return isBusy(e) || (this.#reached && isAway(e));
  }

  /** Those who have waited long enough are told; true when somebody still waits. */
  #giveUpLate(e: unknown): boolean {
    const now = this.#clock.ms();
    const late = this.#waiting.filter((item) => item.giveUpAt < now);
    this.#waiting = this.#waiting.filter((item) => item.giveUpAt >= now);
    for (const item of late) item.reject(translateSqlite(e));
    return this.#waiting.length > 0;
  }

  #waitLonger(times: number): Promise<void> {
    const wait = Math.min(DB_BUSY_LOOK_MS, 2 ** Math.min(times, MAX_DOUBLINGS));
    return this.#clock.sleep(wait * (1 + this.#random.next()));
  }

  /** Throws only when nothing was done: everybody waits as before. */
  async #alone(item: Waiting, { sql, params, lazily, afterCommit }: SingleStatement): Promise<void> {
    const session = this.#session;
    let done: Executed;
    try {
      done = await (lazily && session.executeLazily
        ? session.executeLazily(sql, params)
        : session.execute(sql, params));
    } catch (e) {
      if (this.#mayWait(e)) throw e;
      this.#waiting.shift();
      return item.reject(translateSqlite(e));
    }
    this.#waiting.shift();
    this.#committed();
    item.resolve(done.rows);
    afterCommit?.();
  }

  #committed(): void {
    this.#reached = true;
    this.#countCommit();
    this.#session.tell?.();
  }

  /** One transaction for as many as fit. Throws only when nothing was done: everybody waits as before. */
  async #group(): Promise<void> {
    const done: Done[] = [];
    let endAt = Number.POSITIVE_INFINITY;
    for (let n = 0; n < DB_GROUP_SIZE && this.#clock.ms() <= endAt; n++) {
      const item = this.#waiting.shift();
      if (!item) break;
      const failure = await this.#one(item, done, n === 0);
      if (failure && this.#mayWait(failure.error)) {
        await this.#rollback();
        this.#waiting.unshift(...done.map((d) => d.item), item);
        throw failure.error;
      }
      if (failure) item.reject(translateSqlite(failure.error));
      // The first of a group has no savepoint: when it fails, there is nothing else to keep.
      if (n === 0 && failure) return this.#rollback();
      if (!this.#session.inTransaction()) {
        // An error took the others' work with it.
        this.#waiting.unshift(...done.map((d) => d.item));
        return;
      }
      // The first may have waited for the lock, which is no time of the group.
      if (n === 0) endAt = this.#clock.ms() + DB_GROUP_MS;
    }
    try {
      await this.#session.commit();
    } catch (e) {
      await this.#rollback();
      if (isBusy(e)) {
        // Nothing of it was kept.
        this.#waiting.unshift(...done.map((d) => d.item));
        throw e;
      }
      for (const d of done) d.item.reject(translateSqlite(e));
      return;
    }
    this.#committed();
    for (const { item, value, hooks } of done) {
      item.resolve(value);
      for (const hook of hooks) hook();
    }
  }

  /** Undefined when it went well. */
  async #one(item: Waiting, done: Done[], first: boolean): Promise<{ error: unknown } | undefined> {
    const hooks: (() => void)[] = [];
    const tx = new SqliteTx(this.#session, this.#engine, hooks);
    let cancelWatch = () => {};
    try {
      if (!first) await this.#session.execute('savepoint work', []);
      const tooLong = new Promise<never>((_, reject) => {
        cancelWatch = this.#clock.after(DB_TRANSACTION_MS, () => reject(hungError(this.#engine)));
      });
      const value = await Promise.race([item.work(tx), tooLong]);
      tx.end();
      if (!first) await this.#session.execute('release work', []);
      done.push({ item, value, hooks });
      return undefined;
    } catch (error) {
      tx.end();
      if (!first) await this.#undo();
      return { error };
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
      await this.#rollback();
    }
  }

  /** A failure here must not end the loop; the next group finds out whether something is still open. */
  async #rollback(): Promise<void> {
    try {
      await this.#session.rollback();
    } catch {}
  }
}

const closedError = () => new AppError('transient', 'db.closed', 'The database is closed');

const hungError = (engine: Engine) =>
  new AppError(
    'transient',
    'db.transaction-too-long',
    'A write transaction took too long and was undone',
    engine === 'remote'
      ? {
          help: 'When this goes on, start the libSQL server again: it may have lost its write lock (docs/operating.md).',
        }
      : {},
  );

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
