import { ensureCliKey } from '#access/keys.ts';
import { setPassword } from '#access/sign-in.ts';
import { removeRunFile, writeRunFile } from '#cli/run-file.ts';
import type { Config } from '#config/config.ts';
import { watchMailboxes } from '#ingest/watch.ts';
import { guardProcess } from '#queue/attribution.ts';
import type { QueueHooks } from '#queue/ports.ts';
import { Worker } from '#queue/runner.ts';
import { startWatchdog } from '#queue/watchdog.ts';
import { systemClock } from '#std/clock.ts';
import { systemRandom } from '#std/random.ts';
import type { Log } from '#telemetry/log.ts';
import { startTelemetry } from '#telemetry/start.ts';
import { type App, openApp } from './app.ts';
import { JOBS } from './jobs.ts';
import { gaugeJobs } from './queue-hooks.ts';
import { ensureSchedules, gaugeSchedules } from './schedules.ts';

export interface ProcessOptions {
  config: Config;
  version: string;
  log: Log;
  /** `server`: works and serves the web and the API. `worker`: works only. */
  role: 'server' | 'worker';
}

export interface RunningProcess {
  app: App;
  worker: Worker<App>;
  /** Where the web interface is; undefined for a worker alone. */
  url: string | undefined;
  /** Stops taking work, lets jobs finish, closes everything. Safe to call twice. */
  stop(): Promise<void>;
}

/** A worker of this program's jobs over an open App. */
export const workerOf = (app: App, watch = (hooks: QueueHooks): QueueHooks => hooks): Worker<App> =>
  new Worker<App>({
    db: app.db,
    queue: app.queue,
    clock: app.clock,
    random: app.random,
    newId: app.newId,
    log: app.log,
    hooks: watch(app.hooks),
    app,
    jobs: JOBS,
    concurrency: app.config.queue.concurrency,
    pollMs: app.config.queue.poll_interval,
    heartbeatMs: app.config.queue.heartbeat,
    staleMs: app.config.queue.stale_after,
    sweepMs: app.config.queue.sweep_interval,
  });

/** The process on one page: telemetry, the App, a worker, watches on the mailboxes, and the server. */
export const startProcess = async (o: ProcessOptions): Promise<RunningProcess> => {
  const { config, version, log } = o;
  const unguard = guardProcess();
  const telemetry = await startTelemetry({
    config,
    version,
    clock: systemClock,
    random: systemRandom,
    log,
  });
  const app = await openApp({ config, version, log });
  const closers: (() => Promise<void> | void)[] = [unguard, () => telemetry.stop(), () => app.close()];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    await ensureSchedules(app);
    const watchdog = startWatchdog({ clock: systemClock });
    closers.push(() => watchdog.stop());
    const worker = workerOf(app, watchdog.watch);
    worker.start();
    closers.push(() => worker.stop({ graceMs: config.queue.shutdown_grace }));
    const watching = await watchMailboxes(app);
    closers.push(() => watching.stop(), gaugeSchedules(app), gaugeJobs(app));
    const url = o.role === 'server' ? await serve(app, { telemetry, worker, closers }) : undefined;
    let stopping: Promise<void> | undefined;
    return {
      app,
      worker,
      url,
      stop: () => {
        stopping ??= closeAll();
        return stopping;
      },
    };
  } catch (e) {
    await closeAll();
    throw e;
  }
};

const serve = async (
  app: App,
  o: {
    telemetry: { metricsText(): Promise<string | undefined> };
    worker: Worker<App>;
    closers: (() => Promise<void> | void)[];
  },
): Promise<string> => {
  const password = app.config.auth.owner_password;
  if (password) await setPassword(app.access, app.owner.id, { password: password.reveal() });
  const cliKey = ensureCliKey(app.config.paths.data_dir, app.random);
  const { startServer } = await import('#http/server.ts');
  const server = await startServer(app, { cliKey, metricsText: () => o.telemetry.metricsText() });
  o.closers.push(() => server.close());
  const { data_dir } = app.config.paths;
  writeRunFile(data_dir, { pid: process.pid, url: server.url, started: app.clock.now() });
  o.closers.push(() => removeRunFile(data_dir, process.pid));
  return server.url;
};
