import { guardProcess } from '#queue/attribution.ts';
import type { Job } from '#queue/job.ts';
import type { Clock } from '#std/clock.ts';
import type { OpenProgram } from './program.ts';
import { listenForStop } from './stop-signals.ts';

const LOOK_MS = 150;
/** Milliseconds that running jobs get when somebody stops a command. */
const STOP_MS = 3_000;

/** Whether it will not run again by itself. */
export const isEnded = (job: Job | undefined): boolean => !job || !['queued', 'running'].includes(job.state);

export interface Draining {
  clock: Clock;
  /** Called again and again while there is work, and once more at the end. */
  look(): Promise<void>;
  /** Whether what was waited for is done, although other processes may still do it. True when left out. */
  done?(): Promise<boolean>;
}

/**
 * Does the work that is due with a worker of this process, beside those of others. Returns whether it came to its end;
 * false when somebody stopped it, and then what was begun is put back to be done later.
 */
export const drainWork = async ({ worker: makeWorker }: OpenProgram, o: Draining): Promise<boolean> => {
  const unguard = guardProcess();
  using stop = listenForStop(o.clock);
  const worker = await makeWorker();
  let over = false;
  const watch = async () => {
    while (!over && !stop.signal.aborted) {
      await o.look();
      await o.clock.sleep(LOOK_MS, stop.signal).catch(() => {});
    }
  };
  const work = async () => {
    worker.start();
    do {
      await Promise.race([worker.drain(), stop.stopped]);
      if (stop.signal.aborted || (await (o.done?.() ?? true))) return;
      // Another process holds it: it may take its time.
      await o.clock.sleep(LOOK_MS, stop.signal).catch(() => {});
    } while (!stop.signal.aborted);
  };
  try {
    await Promise.all([work().finally(() => (over = true)), watch()]);
  } finally {
    over = true;
    await worker.stop({ graceMs: STOP_MS });
    unguard();
  }
  await o.look();
  return !stop.signal.aborted;
};
