import {
  JOB_POLL_MS,
  JOB_TALLY_MS,
  JOB_WATCH_LAG_MS,
  JOB_WATCH_SEEN_MS,
  SCHEDULE_OVERDUE_MS,
} from '#config/limits.ts';
import type { Sql } from '#db/db.ts';
import { toInstant, toMs } from '#std/time.ts';
import { countOverdue } from './schedule-store.ts';
import { type QueueStats, queueStats } from './stats-store.ts';
import { type Tally, talliesSince } from './tally-store.ts';
import { type BusyWorker, countMade, workersThatRun } from './watch-store.ts';

/** Jobs a second. */
export interface Rates extends Tally {
  enqueued: number;
}

export type { BusyWorker } from './watch-store.ts';

export interface QueueView {
  at: string;
  stats: QueueStats;
  workers: BusyWorker[];
  overdueSchedules: number;
  /** Since the last look; null at the first one. */
  rates: Rates | null;
}

const KEYS = ['started', 'completed', 'failed', 'retried'] as const;

/** A worker notes what it did at the latest so long after it began to do something. */
const NOTE_MS = JOB_TALLY_MS + JOB_POLL_MS;

interface Seen {
  atMs: number;
  tally: Tally;
  rate: Tally;
}

const NOTHING: Tally = { started: 0, completed: 0, failed: 0, retried: 0 };

/** Per second, from one note to the next. A worker that had nothing to do wrote nothing: that time does not count. */
const rateOf = (before: Seen, now: { atMs: number; tally: Tally }): Tally => {
  const seconds = Math.min(now.atMs - before.atMs, NOTE_MS) / 1000;
  const rate = { ...NOTHING };
  for (const key of KEYS)
    rate[key] = Math.max(0, now.tally[key] - before.tally[key]) / Math.max(seconds, 0.001);
  return rate;
};

/**
 * Looks at a queue from outside, again and again. It reads what waits, runs and failed through their indexes, and rates from
 * what workers note: the same work however many jobs are kept, and none for those who do the jobs.
 */
export const watchQueue = (sql: Sql) => {
  const seen = new Map<string, Seen>();
  let lastMs: number | undefined;

  const ratesOfWorkers = async (nowMs: number): Promise<Tally> => {
    const sum = { ...NOTHING };
    const first = lastMs === undefined;
    for (const { workerId, seenAt, ...tally } of await talliesSince(
      sql,
      toInstant(nowMs - JOB_WATCH_SEEN_MS),
    )) {
      const atMs = toMs(seenAt);
      // One that came after our first look had done nothing before.
      const before =
        seen.get(workerId) ?? (first ? undefined : { atMs: atMs - NOTE_MS, tally: NOTHING, rate: NOTHING });
      const isNew = before !== undefined && atMs > before.atMs;
      const rate = isNew ? rateOf(before, { atMs, tally }) : (before?.rate ?? NOTHING);
      seen.set(workerId, { atMs, tally, rate });
      if (nowMs - atMs > NOTE_MS) continue;
      for (const key of KEYS) sum[key] += rate[key];
    }
    return sum;
  };

  return {
    async look(nowMs: number): Promise<QueueView> {
      const now = toInstant(nowMs);
      const done = await ratesOfWorkers(nowMs);
      let rates: Rates | null = null;
      if (lastMs !== undefined && nowMs > lastMs) {
        // An id is made a moment before its row can be seen.
        const made = await countMade(sql, lastMs - JOB_WATCH_LAG_MS, nowMs - JOB_WATCH_LAG_MS);
        rates = { ...done, enqueued: (made * 1000) / (nowMs - lastMs) };
      }
      lastMs = nowMs;
      return {
        at: now,
        stats: await queueStats(sql, now),
        workers: await workersThatRun(sql),
        overdueSchedules: await countOverdue(sql, toInstant(nowMs - SCHEDULE_OVERDUE_MS)),
        rates,
      };
    },
  };
};
