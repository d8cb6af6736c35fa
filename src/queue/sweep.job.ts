import { z } from 'zod';
import type { Config } from '#config/config.ts';
import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import { leaseClockOf } from './claim-store.ts';
import type { JobContext } from './context.ts';
import { defineJob } from './define.ts';
import type { QueueHooks, QueueLog } from './ports.ts';
import type { Queue } from './queue.ts';
import { LATE_BEAT, type RescuePorts, rescueStale, silentJobs } from './rescue.ts';

interface SweepPorts {
  db: Db;
  clock: Clock;
  random: Random;
  log: QueueLog;
  hooks: QueueHooks;
  queue: Queue;
  config: Pick<Config, 'queue'>;
}

/**
 * Takes jobs back from workers that gave no sign of life. After a machine slept or its clock was set, everybody looks silent:
 * so those that do are given the time of a heartbeat, as long as this process is awake, to show that they are not.
 */
export const sweepJob = defineJob({
  type: 'queue.sweep',
  title: 'Take jobs back from workers that are gone',
  payload: z.strictObject({}),
  keepCompleted: false,
  singletonKey: () => 'queue.sweep',
  serialKey: () => 'queue.sweep',
  run: async (ctx: JobContext<SweepPorts>) => {
    const { config, queue, clock } = ctx.app;
    const { stale_after, heartbeat } = config.queue;
    const lease = leaseClockOf(ctx.app.db.engine);
    const ports: RescuePorts = { ...ctx.app, signals: queue.signals, lease };
    const silent = await silentJobs(ports, stale_after);
    if (silent.size === 0) return;
    await clock.sleep(heartbeat * (1 + LATE_BEAT), ctx.signal);
    ctx.note({ rescued: await rescueStale(ports, stale_after, silent) });
  },
});
