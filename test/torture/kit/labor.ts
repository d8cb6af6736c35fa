import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Db } from '#db/db.ts';
import { defineJob } from '#queue/define.ts';
import type { Queue } from '#queue/queue.ts';
import { systemClock } from '#std/clock.ts';
import type { TrialDatabase, TrialRun } from '#test/torture/trial.ts';
import { type Child, startChild } from './child.ts';

/** A job that leaves a line in a file. */
export const LABOR = 'labor';
/** The same, with a row in the database first, as whatever must not be repeated blindly does. */
export const NOTED_LABOR = 'labor.noted';

export interface LaborPayload {
  /** Milliseconds that it takes. */
  ms: number;
}

export interface LaborerSettings {
  database: { url: string; authToken?: string };
  /** The file that the jobs write a line into. */
  marks: string;
  concurrency?: number;
}

export type LaborerOrder = 'start' | 'drain' | 'probe' | 'troubles' | 'stop';

const kind = (type: string) =>
  defineJob<LaborPayload, object, unknown>({
    type,
    payload: z.object({ ms: z.number() }),
    maxAttempts: 1_000,
    run: async () => {},
  });

/** What the trial enqueues; the handlers are those of the laborers. */
export const labor = kind(LABOR);
export const notedLabor = kind(NOTED_LABOR);

export interface Laborer {
  child: Child;
  ask<T>(order: LaborerOrder): Promise<T>;
}

/** A worker in a process of its own. */
export const startLaborer = async (t: TrialRun, settings: LaborerSettings): Promise<Laborer> => {
  const child = startChild(t, new URL('./laborer.child.ts', import.meta.url), {
    args: [JSON.stringify(settings)],
  });
  const answer = async <T>(): Promise<T> => {
    const { value, error } = await child.next<{ value: T; error?: string }>();
    if (error !== undefined) throw new Error(error);
    return value;
  };
  await answer();
  return {
    child,
    ask: (order) => {
      child.send(order);
      return answer();
    },
  };
};

export const placeOf = ({ url, authToken }: TrialDatabase): LaborerSettings['database'] => ({
  url,
  ...(authToken === undefined ? {} : { authToken }),
});

/** How often each job left its mark. */
export const readMarks = (file: string): Map<string, number> => {
  const marks = new Map<string, number>();
  for (const id of readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n')) {
    if (id !== '') marks.set(id, (marks.get(id) ?? 0) + 1);
  }
  return marks;
};

/** Enqueues a job every `everyMs` until it is stopped; each call waits for its own acknowledgement only. */
export const startCaller = (queue: Queue, o: { everyMs: number; jobMs: number }) => {
  const accepted: string[] = [];
  const refused: string[] = [];
  const spans: { from: number; to: number }[] = [];
  const open = new Set<Promise<void>>();
  const call = async (): Promise<void> => {
    const from = Date.now();
    try {
      accepted.push((await queue.enqueue(labor, { ms: o.jobMs })).id);
      spans.push({ from, to: Date.now() });
    } catch (e) {
      refused.push(String(e));
    }
  };
  const timer = setInterval(() => {
    const called = call();
    open.add(called);
    void called.finally(() => open.delete(called));
  }, o.everyMs);
  return {
    accepted,
    refused,
    spans,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
};

const LIVE = "select count(*) as n from jobs where state in ('queued', 'running')";

/** Waits until no job waits or runs. Returns how many still do when the time is over. */
export const untilDone = async (db: Db, ms: number): Promise<number> => {
  for (const giveUpAt = Date.now() + ms; ; ) {
    const [row] = await db.all<{ n: number }>(LIVE);
    const live = Number(row?.n ?? 0);
    if (live === 0 || Date.now() > giveUpAt) return live;
    await systemClock.sleep(50);
  }
};

/** That each accepted job was done once, and that no job is there that was not accepted. */
export const checkLabor = async (
  t: TrialRun,
  o: { db: Db; accepted: readonly string[]; marks: string },
): Promise<void> => {
  const rows = await o.db.all<{ id: string; state: string }>('select id, state from jobs');
  const states = new Map(rows.map((row) => [row.id, row.state]));
  const lost = o.accepted.filter((id) => states.get(id) !== 'completed');
  t.check('no accepted job is lost', lost.length === 0, `${lost.length} of ${o.accepted.length}`);
  const known = new Set(o.accepted);
  const surplus = rows.filter((row) => !known.has(row.id)).length;
  t.check('no job is there that its caller was told had failed', surplus === 0, `${surplus} jobs`);
  const marks = readMarks(o.marks);
  const undone = o.accepted.filter((id) => !marks.has(id));
  const double = [...marks.values()].filter((n) => n > 1).length;
  t.check('each job was done', undone.length === 0, `${undone.length} were not`);
  t.check('none was done twice', double === 0, `${double} were`);
  t.figure('jobs', o.accepted.length);
};
