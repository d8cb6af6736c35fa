// A worker of jobs that leave a line in a file, an effect that no database undoes. Argument: `LaborerSettings` as JSON.
import { appendFileSync } from 'node:fs';
import { z } from 'zod';
import { openDatabase } from '#db/open.ts';
import { guardProcess } from '#queue/attribution.ts';
import { defineJob } from '#queue/define.ts';
import type { QueueLog } from '#queue/ports.ts';
import { createQueue } from '#queue/queue.ts';
import { Worker } from '#queue/runner.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom as random } from '#std/random.ts';
import { LABOR, type LaborerOrder, type LaborerSettings, type LaborPayload, NOTED_LABOR } from './labor.ts';
import { onOrder, takeNoMoreOrders, tell } from './orders.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as LaborerSettings;
const payload: z.ZodType<LaborPayload> = z.object({ ms: z.number() });

const troubles: Record<string, number> = {};
const keep = (fields: Record<string, unknown>, message: string): void => {
  const line = fields.error === undefined ? message : `${message}: ${String(fields.error)}`;
  troubles[line] = (troubles[line] ?? 0) + 1;
};
const log: QueueLog = { info: () => {}, warn: keep, error: keep };

const db = await openDatabase({ ...settings.database, durability: 'normal', clock, random });
const newId = idMaker(clock, random);
const queue = createQueue({ db, clock, newId });
const leaveMark = (jobId: string): void => appendFileSync(settings.marks, `${jobId}\n`);

const jobs = [
  defineJob<LaborPayload, object, unknown>({
    type: LABOR,
    payload,
    run: async (ctx, { ms }) => {
      if (ms > 0) await clock.sleep(ms, ctx.signal);
      leaveMark(ctx.jobId);
    },
  }),
  defineJob<LaborPayload, object, unknown>({
    type: NOTED_LABOR,
    payload,
    maxAttempts: 1_000,
    run: async (ctx) => {
      const note = 'insert into notes_of_labor (job_id) values ($1) on conflict do nothing';
      await db.write((tx) => tx.run(note, [ctx.jobId]));
      leaveMark(ctx.jobId);
    },
  }),
];
const { concurrency = 5 } = settings;
const worker = new Worker({ db, queue, clock, random, newId, log, app: {}, jobs, concurrency });
const unguard = guardProcess();

const orders: Record<LaborerOrder, () => Promise<unknown>> = {
  start: async () => worker.start(),
  drain: () => worker.drain(),
  probe: async () => {
    const began = performance.now();
    await db.run('update jobs set updated_at = updated_at where id = $1', ['nothing']);
    await db.write(async (tx) => {
      await tx.all('select id from jobs limit 1');
      await tx.run('update jobs set updated_at = updated_at where id = $1', ['nothing']);
    });
    return performance.now() - began;
  },
  troubles: async () => troubles,
  stop: async () => {
    await worker.stop();
    await db.close();
    unguard();
    return troubles;
  },
};

onOrder((order) => {
  orders[order as LaborerOrder]()
    .then(
      (value) => tell({ value }),
      (e: unknown) => tell({ error: String(e) }),
    )
    .finally(() => {
      if (order === 'stop') takeNoMoreOrders();
    });
});
tell({ value: 'ready' });
