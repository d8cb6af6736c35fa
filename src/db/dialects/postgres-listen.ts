import pg from 'pg';
import { DB_AWAY_LOOK_MS, DB_CONNECT_MS, DB_KEEPALIVE_MS } from '#config/limits.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';

export interface CommitListener {
  /** Returns a function that removes `fn`. */
  add(fn: () => void): () => void;
  close(): Promise<void>;
}

/** Enough doublings of a wait to reach the longest. */
const MAX_DOUBLINGS = 10;

interface ListenOptions {
  url: string;
  instance: string;
  clock: Clock;
  random: Random;
  onProblem?: (error: unknown) => void;
}

/** One connection that listens; when it is lost it is made again, and everyone is told to look, since something may have been missed. */
export const listenForCommits = (o: ListenOptions): CommitListener => {
  const listeners = new Set<() => void>();
  let client: pg.Client | undefined;
  let closed = false;
  let failures = 0;
  let cancelRetry = () => {};

  const tellAll = () => {
    for (const fn of listeners) fn();
  };

  const retry = (error: unknown) => {
    if (closed) return;
    o.onProblem?.(error);
    client = undefined;
    failures++;
    const wait =
      Math.min(DB_AWAY_LOOK_MS, 10 * 2 ** Math.min(failures, MAX_DOUBLINGS)) * (0.5 + o.random.next() / 2);
    cancelRetry = o.clock.after(wait, () => void connect());
  };

  const connect = async () => {
    const next = new pg.Client({
      connectionString: o.url,
      connectionTimeoutMillis: DB_CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: DB_KEEPALIVE_MS,
    });
    client = next;
    let lost = false;
    const onLost = (error: unknown) => {
      if (lost || client !== next) return;
      lost = true;
      retry(error);
    };
    next.on('error', onLost);
    next.on('end', () => onLost(new Error('The listening connection ended')));
    next.on('notification', (m) => {
      if (m.payload !== o.instance) tellAll();
    });
    try {
      await next.connect();
      await next.query('listen ashford_commit');
      if (failures > 0) tellAll();
      failures = 0;
    } catch (e) {
      onLost(e);
      await next.end().catch(() => {});
    }
  };

  void connect();
  return {
    add: (fn) => {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    close: async () => {
      closed = true;
      cancelRetry();
      await client?.end().catch(() => {});
    },
  };
};
