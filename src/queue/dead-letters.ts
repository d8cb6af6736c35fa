import { JOB_BULK_ROWS, JOB_BULK_SCAN_ROWS } from '#config/limits.ts';
import type { Db, Tx } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { type DeadFilter, type DeadRow, type Stretch, stretchOfDead } from './dead-store.ts';
import { giveTurns, type Placed } from './fair-turns.ts';
import type { Job } from './job.ts';
import { READY, type Signals } from './signals.ts';
import { discardDeadJobs, jobsOfIds, retryJob, retryPlainJobs } from './store.ts';
import { writeRacing } from './write-racing.ts';

export interface BulkDone {
  count: number;
  types: Record<string, number>;
  /** The limit was reached, and there are more that fit. */
  more: boolean;
}

interface BulkOptions {
  /** At most so many; default: all. */
  limit?: number;
  signal?: AbortSignal;
  /** Told after each transaction how many it was by then. */
  onProgress?(count: number): void;
}

/** What is done with many jobs that failed or were canceled, the oldest first, in small transactions. */
export interface DeadLetters {
  /** The newest first; the next page is asked for with `before`, the last id of this one. */
  listDead(filter: DeadFilter, page: { limit: number; before?: string | undefined }): Promise<Job[]>;
  /** How many the other two would find. */
  countDead(filter: DeadFilter, options?: BulkOptions): Promise<BulkDone>;
  /** They wait again, with all their attempts. */
  retryMany(filter: DeadFilter, options?: BulkOptions): Promise<BulkDone>;
  /** They are deleted. */
  discardMany(filter: DeadFilter, options?: BulkOptions): Promise<BulkDone>;
}

const isPlain = (row: DeadRow): boolean => row.singleton_key === null && row.fair_key === null;

/** A job with a singleton key may have to give it up, and one with a fair key gets in line behind those of its key. */
const retryRows = async (tx: Tx, rows: readonly DeadRow[], now: string): Promise<void> => {
  const plain = rows.filter(isPlain).map((row) => row.id);
  if (plain.length > 0) await retryPlainJobs(tx, plain, now);
  for (const row of rows) {
    if (isPlain(row)) continue;
    const place: Placed = { fairKey: row.fair_key, type: row.type, priority: row.priority, turn: now };
    await giveTurns(tx, [place]);
    await retryJob(tx, row.id, { now, turn: place.turn });
  }
};

const isMore = async (db: Db, filter: DeadFilter, from: string | undefined): Promise<boolean> => {
  for (let after: string | null | undefined = from; after !== null; ) {
    const found: Stretch = await stretchOfDead(db, filter, { after, most: 1 });
    if (found.rows.length > 0) return true;
    after = found.next;
  }
  return false;
};

interface Walk {
  filter: DeadFilter;
  options: BulkOptions;
  stretch(after: string | undefined, most: number): Promise<Stretch>;
}

/** Goes through all that fit. The next turn of the event loop may belong to somebody else after every transaction. */
const goThrough = async (db: Db, { filter, options, stretch }: Walk): Promise<BulkDone> => {
  const { limit = Number.POSITIVE_INFINITY, signal, onProgress } = options;
  const done: BulkDone = { count: 0, types: {}, more: false };
  for (let after: string | null | undefined; after !== null && !signal?.aborted; ) {
    if (done.count >= limit) {
      done.more = await isMore(db, filter, after);
      break;
    }
    const { rows, next }: Stretch = await stretch(after, limit - done.count);
    for (const { type } of rows) done.types[type] = (done.types[type] ?? 0) + 1;
    done.count += rows.length;
    onProgress?.(done.count);
    after = next;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return done;
};

export const deadLetters = (ports: { db: Db; clock: Clock; signals: Signals }): DeadLetters => {
  const { db, clock, signals } = ports;

  const changing =
    (apply: (tx: Tx, rows: readonly DeadRow[]) => Promise<void>) =>
    (filter: DeadFilter, options: BulkOptions = {}): Promise<BulkDone> => {
      const stretch = (after: string | undefined, most: number) =>
        writeRacing(db, async (tx) => {
          const part = { after, most: Math.min(most, JOB_BULK_ROWS), locked: true };
          const found = await stretchOfDead(tx, filter, part);
          if (found.rows.length > 0) await apply(tx, found.rows);
          return found;
        });
      return goThrough(db, { filter, options, stretch });
    };

  return {
    listDead: async (filter, { limit, before }) => {
      const ids: string[] = [];
      for (let after: string | null | undefined = before; after !== null && ids.length < limit; ) {
        const part = { after, most: limit - ids.length, newestFirst: true };
        const found: Stretch = await stretchOfDead(db, filter, part);
        for (const { id } of found.rows) ids.push(id);
        after = found.next;
      }
      return jobsOfIds(db, ids);
    },
    countDead: (filter, options = {}) => {
      const stretch = (after: string | undefined, most: number) =>
        stretchOfDead(db, filter, { after, most: Math.min(most, JOB_BULK_SCAN_ROWS) });
      return goThrough(db, { filter, options, stretch });
    },
    retryMany: changing(async (tx, rows) => {
      await retryRows(tx, rows, clock.now());
      tx.afterCommit(() => signals.ready(READY));
    }),
    discardMany: changing(async (tx, rows) => {
      await discardDeadJobs(
        tx,
        rows.map((row) => row.id),
      );
    }),
  };
};
