// A worker process with the jobs of the program and those of the trials. Arguments: the place, options as JSON.
import { flushCompileCache } from 'node:module';
import { JOBS } from '#jobs.ts';
import { guardProcess } from '#queue/attribution.ts';
import { Worker } from '#queue/runner.ts';
import { armCrash } from '#std/crashpoint.ts';
import { openInstallation, placeOf } from './installation.ts';
import { onOrder, takeNoMoreOrders, tell } from './orders.ts';
import { notifyJob, sendJob } from './outbox-jobs.ts';

const [, , place, options = '{}'] = process.argv;
armCrash(process.env.CRASH_AT);
const removeGuard = guardProcess();
const app = await openInstallation(placeOf(place));
const worker = new Worker({
  ...app,
  app,
  jobs: [...JOBS, sendJob, notifyJob],
  concurrency: 10,
  ...(JSON.parse(options) as object),
});
worker.start();

onOrder((order) => {
  if (order !== 'stop') return;
  void worker
    .stop()
    .then(() => app.close())
    .then(removeGuard)
    .then(takeNoMoreOrders);
});
// Who is killed writes nothing at its end.
flushCompileCache();
tell('ready');
