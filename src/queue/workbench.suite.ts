import { z } from 'zod';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { seededRandom } from '#std/random.ts';
import type { TestDatabase } from '#test/kit/databases.ts';
import type { JobContext } from './context.ts';
import { defineJob, type JobKind } from './define.ts';
import type { QueueHooks, QueueLog } from './ports.ts';
import { createQueue } from './queue.ts';
import { Worker, type WorkerOptions } from './runner.ts';

type Handler = (ctx: JobContext<object>, payload: { n: number }) => Promise<unknown>;

/** A kind of job whose work is given by the test. */
export const kindOf = (
  type: string,
  run: Handler = async () => {},
  more: Partial<Parameters<typeof defineJob<{ n: number }, object, unknown>>[0]> = {},
) => defineJob<{ n: number }, object, unknown>({ type, payload: z.object({ n: z.number() }), run, ...more });

export interface LogLine {
  level: 'info' | 'warn' | 'error';
  message: string;
  fields: Record<string, unknown>;
}

/** A queue on `t`, with a clock that stands still and a log that can be read. */
export const workbench = (t: Pick<TestDatabase, 'db'>, hooks: QueueHooks = {}) => {
  const clock = new ManualClock();
  const random = seededRandom(7);
  const newId = idMaker(clock, random);
  const lines: LogLine[] = [];
  const write = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...fields } });
  const log: QueueLog = { info: write('info'), warn: write('warn'), error: write('error') };
  const queue = createQueue({ db: t.db, clock, newId, hooks });
  const worker = (jobs: readonly JobKind<object>[], more: Partial<WorkerOptions<object>> = {}) =>
    new Worker({
      db: t.db,
      queue,
      clock,
      random,
      newId,
      log,
      hooks,
      app: {},
      jobs,
      leaseClock: 'app',
      ...more,
    });
  return { db: t.db, clock, random, newId, queue, lines, log, worker };
};

export type Workbench = ReturnType<typeof workbench>;
