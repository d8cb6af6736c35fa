import { type Client, createClient, type InValue, type Transaction } from '@libsql/client/web';
import type { Kysely } from 'kysely';
import { DB_ANSWER_MS } from '#config/limits.ts';
import type { Db, SqlValue, Tx } from '#db/db.ts';
import { awayError, busyError, isAway, translateSqlite, unknownCommit } from '#db/errors.ts';
import type { Tables } from '#db/tables.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { DiskWatch } from './disk-watch.ts';
import { GroupWriter, type WriteSession } from './group-writer.ts';
import { type Executed, kyselyOver } from './kysely-over.ts';
import { sqlitePlaces } from './places.ts';

export interface RemoteOptions {
  /** `wss://` or `ws://` for one WebSocket, `libsql://`, `https://` or `http://` for a request each. */
  url: string;
  authToken: string | undefined;
  clock: Clock;
  random: Random;
}

// The protocol sends JavaScript numbers as REAL; whole numbers must arrive as integers.
const bind = (v: SqlValue | boolean | undefined): InValue => {
  if (v === undefined || v === null) return null;
  if (typeof v === 'number' && Number.isSafeInteger(v)) return BigInt(v);
  if (typeof v === 'boolean') return v ? 1n : 0n;
  return v;
};

/** The server took the lock from a transaction that was slow (5 s) while others waited, and undid it. */
const TAKEN_AWAY = /TRANSACTION_(TIMEOUT|CLOSED)|no transaction is active/;

/** A host that takes no WebSocket; one that has too much to do (408, 425, 429) may take it later. */
const REFUSED_SOCKET = /unexpected server response: (4(?!08|25|29)|501|505)/i;

const RETURNS_ROWS = /\breturning\b/i;

const execute = async (
  on: Pick<Client, 'execute'> | Transaction,
  sql: string,
  params: readonly SqlValue[],
): Promise<Executed> => {
  const done = await on.execute({ sql: sqlitePlaces(sql), args: params.map(bind) });
  const rows = done.rows.map((row) =>
    Object.fromEntries(
      done.columns.map((name, i) => {
        const value = row[i];
        return [name, value instanceof ArrayBuffer ? new Uint8Array(value) : value];
      }),
    ),
  );
  return { rows, changes: RETURNS_ROWS.test(sql) ? rows.length : done.rowsAffected };
};

const translateRemote = (e: unknown): unknown => {
  const ours = translateSqlite(e);
  if (ours !== e) return ours;
  const text =
    e instanceof Error ? `${e.message} ${String((e.cause as Error | undefined)?.message ?? '')}` : '';
  if (TAKEN_AWAY.test(`${(e as { code?: unknown } | null)?.code} ${text}`)) return busyError(e);
  if (/\b401\b|unauthorized|authentication/i.test(text)) {
    return new AppError('permanent', 'db.sign-in', 'The database server refused the token', {
      help: 'Set LIBSQL_AUTH_TOKEN to a valid token.',
      cause: e,
    });
  }
  if (REFUSED_SOCKET.test(text)) {
    return new AppError('permanent', 'db.no-websocket', 'The database server takes no WebSocket', {
      help: 'Write https:// for wss:// (or http:// for ws://) in paths.database.',
      cause: e,
    });
  }
  if (
    /fetch failed|ECONN|ENOTFOUND|ETIMEDOUT|socket|stream|closed|unexpected server response|\b50[0234]\b/i.test(
      text,
    )
  ) {
    return awayError(e);
  }
  return e;
};

/**
 * A connection whose other end went silent tells nobody: what is not answered in time counts as lost, and its connection
 * with it.
 */
const answered =
  (client: Client, clock: Clock) =>
  async <T>(asked: Promise<T>): Promise<T> => {
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(DB_ANSWER_MS, () => {
        reject(awayError(new Error(`no answer for ${DB_ANSWER_MS} ms`)));
        // What cannot be reached now is tried again by the next statement.
        (async () => client.reconnect())().catch(() => {});
      });
    });
    try {
      return await Promise.race([asked, late]);
    } catch (e) {
      throw translateRemote(e);
    } finally {
      cancel();
    }
  };

type Answer = ReturnType<typeof answered>;

const remoteSession = (client: Client, answer: Answer): WriteSession => {
  let tx: Transaction | undefined;
  return {
    begin: async () => {
      tx = await answer(client.transaction('write'));
    },
    commit: async () => {
      try {
        if (tx) await answer(tx.commit());
      } catch (e) {
        throw isAway(e) ? unknownCommit(e) : e;
      }
      tx = undefined;
    },
    rollback: async () => {
      try {
        if (tx) await answer(tx.rollback());
      } catch {
        tx?.close();
      }
      tx = undefined;
    },
    inTransaction: () => tx !== undefined && !tx.closed,
    execute: (sql, params) => {
      if (!tx) throw new Error('No transaction is open');
      return answer(execute(tx, sql, params));
    },
  };
};

/** A libSQL server over its own protocol. */
export class RemoteDb implements Db {
  readonly engine = 'remote';
  readonly query: Kysely<Tables>;
  readonly #client: Client;
  readonly #answer: Answer;
  readonly #group: GroupWriter;
  readonly #disk: DiskWatch;

  constructor(o: RemoteOptions) {
    this.#client = createClient({
      url: o.url,
      intMode: 'number',
      ...(o.authToken === undefined ? {} : { authToken: o.authToken }),
    });
    this.#disk = new DiskWatch(o.clock);
    this.#answer = answered(this.#client, o.clock);
    this.#group = new GroupWriter(remoteSession(this.#client, this.#answer), {
      engine: 'remote',
      clock: o.clock,
      random: o.random,
    });
    this.query = kyselyOver('sqlite', (sql, params) => this.#read(sql, params));
  }

  async all<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.#read(sql, params)).rows as Row[];
  }

  run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    return this.write((tx) => tx.run(sql, params));
  }

  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.#group.write(work);
    } catch (e) {
      const ours = translateRemote(e);
      this.#disk.note(ours);
      throw ours;
    }
  }

  /** The protocol cannot tell; callers poll. */
  onForeignCommit(): () => void {
    return () => {};
  }

  get diskFull(): boolean {
    return this.#disk.full;
  }

  async close(): Promise<void> {
    await this.#group.close();
    this.#client.close();
  }

  #read(sql: string, params: readonly SqlValue[]): Promise<Executed> {
    return this.#answer(execute(this.#client, sql, params));
  }
}
