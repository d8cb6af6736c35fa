// A worker process that stops as the program's own does. Arguments: the place, options as JSON.
import { flushCompileCache } from 'node:module';
import { listenForStop } from '#cli/stop-signals.ts';
import { JOBS } from '#jobs.ts';
import { guardProcess } from '#queue/attribution.ts';
import { Worker } from '#queue/runner.ts';
import { openInstallation, placeOf } from './installation.ts';
import { takeNoMoreOrders, tell } from './orders.ts';
import { notifyJob, sendJob } from './outbox-jobs.ts';
import { honestJob, stubbornJob } from './poison-jobs.ts';

const [, , place] = process.argv;
const GRACE_MS = 3_000;

process.once('disconnect', () => process.exit(1));
const removeGuard = guardProcess();
using stop = listenForStop((await import('#std/clock.ts')).systemClock);
const app = await openInstallation(placeOf(place));
const worker = new Worker({
  ...app,
  app,
  jobs: [...JOBS, sendJob, notifyJob, honestJob, stubbornJob],
  concurrency: 10,
});
worker.start();
flushCompileCache();
tell('ready');
await stop.stopped;
await worker.stop({ graceMs: GRACE_MS });
await app.close();
removeGuard();
takeNoMoreOrders();
