// A worker process, with a watchdog, that also runs jobs which do harm. Arguments: the place, options as JSON.
import { flushCompileCache } from 'node:module';
import { guardProcess } from '#queue/attribution.ts';
import { Worker } from '#queue/runner.ts';
import { startWatchdog } from '#queue/watchdog.ts';
import { openInstallation, placeOf } from './installation.ts';
import { onOrder, takeNoMoreOrders, tell } from './orders.ts';
import { honestJob, POISONS } from './poison-jobs.ts';

const [, , place, options = '{}'] = process.argv;
/** Milliseconds: shorter than in real life, or a trial would take an hour. */
const STILL_MS = 2_000;

const removeGuard = guardProcess();
const app = await openInstallation(placeOf(place));
const watchdog = startWatchdog({ clock: app.clock, stillMs: STILL_MS, lookMs: 100 });
const worker = new Worker({
  ...app,
  app,
  jobs: [...Object.values(POISONS), honestJob],
  hooks: watchdog.watch({}),
  concurrency: 10,
  ...(JSON.parse(options) as object),
});
worker.start();

onOrder((order) => {
  if (order !== 'stop') return;
  void worker
    .stop()
    .then(() => app.close())
    .then(() => watchdog.stop())
    .then(removeGuard)
    .then(takeNoMoreOrders);
});
flushCompileCache();
tell('ready');
