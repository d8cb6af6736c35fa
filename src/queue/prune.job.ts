import { z } from 'zod';
import type { Config } from '#config/config.ts';
import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import type { JobContext } from './context.ts';
import { defineJob } from './define.ts';
import { pruneJobs } from './prune.ts';

interface PrunePorts {
  db: Db;
  clock: Clock;
  config: Pick<Config, 'queue'>;
}

/** Deletes jobs that ended long ago, as the retention settings say. */
export const pruneJob = defineJob({
  type: 'queue.prune',
  title: 'Delete jobs that ended long ago',
  payload: z.strictObject({}),
  keepCompleted: false,
  singletonKey: () => 'queue.prune',
  serialKey: () => 'queue.prune',
  run: async (ctx: JobContext<PrunePorts>) => {
    const { retention, retention_failed } = ctx.app.config.queue;
    const keep = { keepCompletedMs: retention, keepFailedMs: retention_failed, signal: ctx.signal };
    ctx.note({ jobs: await pruneJobs(ctx.app, keep) });
    // Stopped half way, the rest is not forgotten.
    ctx.signal.throwIfAborted();
  },
});
