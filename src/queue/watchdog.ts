import { url as debuggerUrl } from 'node:inspector';
import { Worker as Thread } from 'node:worker_threads';
import { LOOP_LOOK_MS, LOOP_STILL_MS } from '#config/limits.ts';
import type { Clock } from '#std/clock.ts';
import type { QueueHooks } from './ports.ts';
import { BOARD_BYTES, boardIn } from './watchdog-board.ts';

export interface Watchdog {
  /** The same hooks, whose jobs are on the board while they run. */
  watch(hooks: QueueHooks): QueueHooks;
  stop(): void;
}

interface WatchdogOptions {
  clock: Clock;
  /** Milliseconds that the event loop may stand still. */
  stillMs?: number;
  lookMs?: number;
}

/**
 * A handler that computes without end keeps this process from its heartbeats, its timers and its signals, while the process
 * looks alive to others. A thread beside it notices, says which jobs ran, and kills the process, which whoever started it
 * starts again; the queue then knows whom to suspect. A process under a debugger is left alone.
 */
export const startWatchdog = ({
  clock,
  stillMs = LOOP_STILL_MS,
  lookMs = LOOP_LOOK_MS,
}: WatchdogOptions): Watchdog => {
  if (debuggerUrl() !== undefined) return { watch: (hooks) => hooks, stop: () => {} };
  const shared = new SharedArrayBuffer(BOARD_BYTES);
  const board = boardIn(shared);
  const thread = new Thread(new URL('./watchdog-thread.ts', import.meta.url), {
    workerData: { shared, stillMs, lookMs },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
    execArgv: [],
  });
  thread.unref();
  let cancel = () => {};
  const beat = (): void => {
    board.beat();
    cancel = clock.after(lookMs, beat);
  };
  beat();
  return {
    watch: (hooks) => ({
      ...hooks,
      onJob: (job, run) => {
        const leave = board.enter(`${job.type} ${job.id}`);
        return (hooks.onJob ? hooks.onJob(job, run) : run()).finally(leave);
      },
    }),
    stop: () => {
      cancel();
      board.close();
      void thread.terminate();
    },
  };
};
