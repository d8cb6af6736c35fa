import { mustPeer } from '../peer.ts';
import { countOn } from './postgres-count.ts';
import type { OpenQueue, Payload, Place, Subject } from './subject.ts';

interface GraphileWorker {
  Logger: new (make: () => () => void) => object;
  makeWorkerUtils(o: object): Promise<{
    migrate(): Promise<void>;
    addJob(task: string, p: Payload, o: object): Promise<unknown>;
    addJobs(list: readonly object[]): Promise<unknown>;
    release(): Promise<void>;
  }>;
  run(o: object): Promise<{ stop(): Promise<void> }>;
}

const OPEN = 'select count(*) as n from graphile_worker._private_jobs where run_at <= now()';
const MOST_CONNECTIONS = 50;
/** Its own batching: many fetched in one statement, completions gathered into one. */
const TUNED = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

const optionsFor = (place: Place | undefined): object => (place && !place.live ? { priority: 10 } : {});

const open = async (url: string, tuned: boolean): Promise<OpenQueue> => {
  const { Logger, makeWorkerUtils, run } = mustPeer<GraphileWorker>('graphile-worker');
  const logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  const counter = countOn(url, OPEN);
  return {
    enqueue: (p, place) => utils.addJob('bench', p, optionsFor(place)),
    enqueueMany: (list, place) =>
      utils.addJobs(list.map((p) => ({ identifier: 'bench', payload: p, ...optionsFor(place) }))),
    work: async (handler, concurrency) => {
      const worker = {
        connectionString: url,
        concurrentJobs: concurrency,
        maxPoolSize: Math.max(10, Math.min(concurrency + 2, MOST_CONNECTIONS)),
        logger,
        ...(tuned ? TUNED : {}),
      };
      const taskList = { bench: (p: Payload) => handler(p) };
      const runner = await run({ preset: { worker }, taskList, noHandleSignals: true });
      return { stop: () => runner.stop() };
    },
    open: counter.count,
    close: async () => {
      await counter.close();
      await utils.release();
    },
  };
};

const subject = (tuned: boolean): Subject => ({
  id: `graphile-worker${tuned ? '-tuned' : ''}`,
  label: 'graphile-worker',
  ours: false,
  store: 'postgres',
  durability: 'full',
  ...(tuned ? { variant: 'tuned' as const } : {}),
  needs: ['graphile-worker'],
  open: ({ postgresUrl }) => open(postgresUrl, tuned),
});

export const GRAPHILE_WORKER: readonly Subject[] = [subject(false), subject(true)];
