// The program without its server: a worker that also watches mailboxes. Arguments: the place, settings as JSON.
import { flushCompileCache } from 'node:module';
import { watchMailboxes } from '#ingest/watch.ts';
import { workerOf } from '#main.ts';
import { guardProcess } from '#queue/attribution.ts';
import { armCrash } from '#std/crashpoint.ts';
import { openInstallation, placeOf } from './installation.ts';
import { onOrder, takeNoMoreOrders, tell } from './orders.ts';

const [, , place, settings = '{}'] = process.argv;
armCrash(process.env.CRASH_AT);
const removeGuard = guardProcess();
const app = await openInstallation(placeOf(place), {
  settings: JSON.parse(settings) as Record<string, unknown>,
});
const worker = workerOf(app);
const watching = await watchMailboxes(app);

onOrder((order) => {
  if (order !== 'stop') return;
  void worker
    .stop()
    .then(() => watching.stop())
    .then(() => app.close())
    .then(removeGuard)
    .then(takeNoMoreOrders);
});
// Who is killed writes nothing at its end.
flushCompileCache();
worker.start();
tell('ready');
