import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import pg from 'pg';
import {
  DB_ANSWER_MS,
  DB_AWAY_LOOK_MS,
  DB_AWAY_MS,
  DB_CONNECT_MS,
  DB_KEEPALIVE_MS,
  DB_POOL,
  DB_RETRIES,
  DB_STATEMENT_MS,
} from '#config/limits.ts';
import type { Db, SingleStatement, SqlValue, Tx } from '#db/db.ts';
import { isAway, isLostRace, isUnknownCommit, translatePostgres, unknownCommit } from '#db/errors.ts';
import type { Tables } from '#db/tables.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { DiskWatch } from './disk-watch.ts';
import { type Executed, kyselyOver } from './kysely-over.ts';
import { type CommitListener, listenForCommits } from './postgres-listen.ts';

export interface PostgresOptions {
  url: string;
  clock: Clock;
  random: Random;
  /** Told when the listening connection is lost and found again. */
  onProblem?: (error: unknown) => void;
}

// int8 arrives as text by default; none of our numbers passes 2^53.
pg.types.setTypeParser(20, Number);

export const COMMIT_CHANNEL = 'ashford_commit';

/** Enough doublings of a wait to reach the longest. */
const MAX_DOUBLINGS = 10;

const bind = (v: SqlValue | boolean | undefined): unknown => {
  if (typeof v === 'boolean') return v ? 1 : 0;
  if (typeof v === 'bigint') return v.toString();
  // PostgreSQL text holds no NUL; mail does.
  if (typeof v === 'string') return v.includes('\0') ? v.replaceAll('\0', '\uFFFD') : v;
  if (v instanceof Uint8Array) return Buffer.from(v.buffer, v.byteOffset, v.byteLength);
  return v ?? null;
};

const names = new Map<string, string>();

/** A prepared statement's name; the same text has the same name on every connection. */
const statementName = (sql: string): string => {
  let name = names.get(sql);
  if (!name) {
    name = createHash('sha1').update(sql).digest('hex');
    names.set(sql, name);
  }
  return name;
};

type Queryable = pg.Pool | pg.PoolClient;

const execute = async (
  on: Queryable,
  sql: string,
  params: readonly SqlValue[],
  prepared: boolean,
): Promise<Executed> => {
  const values = params.map(bind);
  const text = prepared ? { name: statementName(sql), text: sql, values } : { text: sql, values };
  const done = await on.query(text);
  return { rows: done.rows, changes: done.rowCount ?? 0 };
};

class PostgresTx implements Tx {
  readonly engine = 'postgres';
  readonly hooks: (() => void)[] = [];
  readonly #client: pg.PoolClient;
  #open = true;
  #query: Kysely<Tables> | undefined;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  end(): void {
    this.#open = false;
  }

  get query(): Kysely<Tables> {
    this.#query ??= kyselyOver('postgres', (sql, params) => this.#execute(sql, params, false));
    return this.#query;
  }

  async all<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.#execute(sql, params, true)).rows as Row[];
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    return (await this.#execute(sql, params, true)).changes;
  }

  afterCommit(fn: () => void): void {
    this.hooks.push(fn);
  }

  async #execute(sql: string, params: readonly SqlValue[], prepared: boolean): Promise<Executed> {
    if (!this.#open) throw new Error('A transaction was used after its end');
    try {
      return await execute(this.#client, sql, params, prepared);
    } catch (e) {
      throw translatePostgres(e);
    }
  }
}

const rolledBack = (client: pg.PoolClient): Promise<boolean> =>
  client.query('rollback').then(
    () => true,
    () => false,
  );

export class PostgresDb implements Db {
  readonly engine = 'postgres';
  readonly query: Kysely<Tables>;
  readonly #pool: pg.Pool;
  readonly #options: PostgresOptions;
  /** Tells our own notifications from those of other processes. */
  readonly #instance: string;
  readonly #notify: string;
  readonly #disk: DiskWatch;
  #listener: CommitListener | undefined;
  /** False until the server was there: until then, being away is a setting that is wrong, and is told at once. */
  #reached = false;

  constructor(o: PostgresOptions) {
    this.#options = o;
    this.#disk = new DiskWatch(o.clock);
    this.#instance = Buffer.from(o.random.bytes(8)).toString('hex');
    this.#notify = `notify ${COMMIT_CHANNEL}, '${this.#instance}'`;
    this.#pool = new pg.Pool({
      connectionString: o.url,
      max: DB_POOL,
      statement_timeout: DB_STATEMENT_MS,
      idle_in_transaction_session_timeout: DB_STATEMENT_MS,
      query_timeout: DB_ANSWER_MS,
      connectionTimeoutMillis: DB_CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: DB_KEEPALIVE_MS,
      allowExitOnIdle: true,
      pipeline: true,
    });
    // A server that stops ends idle connections; the pool opens new ones when they are needed.
    this.#pool.on('error', () => {});
    // One that is lost while it is in use tells of it twice: its statements fail, which is enough.
    this.#pool.on('connect', (client) => {
      this.#reached = true;
      client.on('error', () => {});
    });
    this.query = kyselyOver('postgres', (sql, params) => this.#read(sql, params, false));
  }

  async all<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.#read(sql, params, true)).rows as Row[];
  }

  run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    return this.write((tx) => tx.run(sql, params));
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#patiently(() => this.#once(work));
  }

  single<Row>(one: SingleStatement): Promise<Row[]> {
    return this.#patiently(async () => {
      const client = await this.#connect();
      let broken = false;
      try {
        const doing = execute(client, one.sql, one.params, true);
        // Behind it on the same way; when it is lost, the others find at their next look what it would have told.
        const told = one.afterCommit && client.query(this.#notify).catch(() => {});
        const { rows } = await doing;
        await told;
        one.afterCommit?.();
        return rows as Row[];
      } catch (e) {
        const ours = translatePostgres(e);
        broken = isAway(ours);
        throw broken ? unknownCommit(e) : ours;
      } finally {
        client.release(broken);
      }
    });
  }

  onForeignCommit(fn: () => void): () => void {
    this.#listener ??= listenForCommits({ ...this.#options, instance: this.#instance });
    return this.#listener.add(fn);
  }

  get diskFull(): boolean {
    return this.#disk.full;
  }

  async close(): Promise<void> {
    await this.#listener?.close();
    if (this.#pool.ending) return;
    // A server that is away can't keep us from ending.
    const late = new Promise<void>((resolve) => this.#options.clock.after(DB_CONNECT_MS, resolve));
    await Promise.race([this.#pool.end(), late]);
  }

  /** Runs `work` again when it lost a race, and when the server is away for a moment: nothing of it was committed then. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    const giveUpAt = clock.ms() + DB_AWAY_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (e) {
        const lostRace = isLostRace(e) && attempt < DB_RETRIES;
        const away = isAway(e) && this.#reached && !this.#pool.ending && clock.ms() < giveUpAt;
        this.#disk.note(e);
        if (!lostRace && !away) throw e;
        const wait = lostRace ? attempt * 10 : 10 * 2 ** Math.min(attempt, MAX_DOUBLINGS);
        await clock.sleep(Math.min(DB_AWAY_LOOK_MS, wait) * (0.5 + random.next()));
      }
    }
  }

  async #once<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    const tx = new PostgresTx(client);
    let broken = false;
    try {
      // On its way together with the first statement, so that both cost one round trip.
      const begun = client.query('begin');
      begun.catch(() => {});
      const value = await work(tx);
      tx.end();
      await begun;
      await this.#commit(client, tx.hooks.length > 0);
      for (const hook of tx.hooks) hook();
      return value;
    } catch (e) {
      tx.end();
      const ours = translatePostgres(e);
      // A connection in a state that nobody knows is not used again.
      broken = isAway(ours) || isUnknownCommit(ours) || !(await rolledBack(client));
      throw ours;
    } finally {
      client.release(broken);
    }
  }

  async #commit(client: pg.PoolClient, tell: boolean): Promise<void> {
    // Whoever wants to be told after the commit has given others work to do.
    const told = tell ? client.query(this.#notify) : undefined;
    const [done] = await Promise.all([client.query('commit'), told]).catch((e: unknown) => {
      const ours = translatePostgres(e);
      throw isAway(ours) ? unknownCommit(e) : ours;
    });
    // A transaction in which a statement failed is answered so, not by an error.
    if (done.command !== 'COMMIT') {
      throw new AppError('transient', 'db.rolled-back', 'The database rolled the transaction back');
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (e) {
      throw translatePostgres(e);
    }
  }

  #read(sql: string, params: readonly SqlValue[], prepared: boolean): Promise<Executed> {
    return this.#patiently(async () => {
      try {
        return await execute(this.#pool, sql, params, prepared);
      } catch (e) {
        throw translatePostgres(e);
      }
    });
  }
}
