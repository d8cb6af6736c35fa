// A worker process with the jobs of the program and those of a mailbox. Arguments: the place, settings as JSON.
import { flushCompileCache } from 'node:module';
import { JOBS } from '#jobs.ts';
import { guardProcess } from '#queue/attribution.ts';
import { Worker } from '#queue/runner.ts';
import { openInstallation, placeOf } from './installation.ts';
import { mailboxJob } from './mailbox-job.ts';
import { onOrder, takeNoMoreOrders, tell } from './orders.ts';

const [, , place, settings = '{}'] = process.argv;
const removeGuard = guardProcess();
const app = await openInstallation(placeOf(place), {
  settings: JSON.parse(settings) as Record<string, unknown>,
});
const worker = new Worker({ ...app, app, jobs: [...JOBS, mailboxJob], concurrency: 20 });

onOrder((order) => {
  if (order === 'start') {
    worker.start();
    tell('started');
  }
  if (order !== 'stop') return;
  void worker
    .stop()
    .then(() => app.close())
    .then(removeGuard)
    .then(takeNoMoreOrders);
});
flushCompileCache();
tell('ready');
