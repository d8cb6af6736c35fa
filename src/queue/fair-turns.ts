import type { Sql } from '#db/db.ts';
import { toInstant, toMs } from '#std/time.ts';
import type { NewJob } from './insert-store.ts';
import { firstTurn, lastTurn } from './turn-store.ts';

/** What its place in line depends on, and the place. */
export type Placed = Pick<NewJob, 'fairKey' | 'type' | 'priority' | 'turn'>;

/**
 * Places jobs with a fair key in the order of their priority: behind the last of their own key, and no earlier than the
 * job that is next at this moment. So each key gets every n-th place, whatever waits of the others, and a claim needs no
 * thought of it (self-clocked fair queueing; Golestani 1994). A millisecond is one place, not a time.
 */
export const giveTurns = async (sql: Sql, jobs: readonly Placed[]): Promise<void> => {
  const next = new Map<string, number>();
  for (const job of jobs) {
    const { fairKey, type, priority } = job;
    if (fairKey === null) continue;
    const lane = `${priority} ${type} ${fairKey}`;
    const ms = next.get(lane) ?? (await start(sql, { fairKey, type, priority, turn: job.turn }));
    job.turn = toInstant(ms);
    next.set(lane, ms + 1);
  }
};

const start = async (
  sql: Sql,
  lane: { fairKey: string; type: string; priority: number; turn: string },
): Promise<number> => {
  const last = await lastTurn(sql, lane);
  const first = await firstTurn(sql, lane);
  if (first === undefined) return toMs(lane.turn);
  return last === undefined ? toMs(first) : Math.max(toMs(first), toMs(last) + 1);
};
