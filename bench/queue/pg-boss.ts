import { mustPeer } from '../peer.ts';
import { countOn } from './postgres-count.ts';
import { type Handler, type OpenQueue, type Payload, type Place, pause, type Subject } from './subject.ts';

interface Fetched {
  id: string;
  data: Payload;
}

interface Boss {
  on(event: 'error', fn: (e: unknown) => void): void;
  start(): Promise<unknown>;
  stop(o: object): Promise<void>;
  getQueue(name: string): Promise<unknown>;
  createQueue(name: string, o: object): Promise<void>;
  send(name: string, data: Payload, o: object): Promise<unknown>;
  insert(name: string, jobs: readonly object[]): Promise<unknown>;
  work(name: string, o: object, run: (jobs: Fetched[]) => Promise<void>): Promise<unknown>;
  offWork(name: string): Promise<unknown>;
  fetch(name: string, o: object): Promise<Fetched[]>;
  complete(name: string, ids: readonly string[]): Promise<unknown>;
}

interface PgBoss {
  PgBoss: new (o: object) => Boss;
}

const OPEN = `select count(*) as n from pgboss.job where name = 'bench' and state < 'completed' and start_after <= now()`;
const POLL_SECONDS = 0.5;
const TUNED_BATCH = 200;

/** The higher goes first here. */
const optionsFor = (place: Place | undefined): object => (place?.live ? { priority: 10 } : {});

const runAll = async (jobs: readonly Fetched[], handler: Handler, concurrency: number): Promise<void> => {
  let at = 0;
  const one = async (): Promise<void> => {
    for (let job = jobs[at++]; job; job = jobs[at++]) await handler(job.data);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, jobs.length) }, one));
};

/** A loop on its own calls for fetching and completing many at once: the quickest way that it offers. */
const workByFetching = (boss: Boss, handler: Handler, concurrency: number) => {
  let stopped = false;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const jobs = await boss.fetch('bench', { batchSize: TUNED_BATCH });
      if (jobs.length === 0) await pause(5);
      await runAll(jobs, handler, concurrency);
      if (jobs.length > 0)
        await boss.complete(
          'bench',
          jobs.map((job) => job.id),
        );
    }
  };
  const ended = loop();
  return {
    stop: async () => {
      stopped = true;
      await ended;
    },
  };
};

const open = async (url: string, tuned: boolean): Promise<OpenQueue> => {
  const { PgBoss } = mustPeer<PgBoss>('pg-boss');
  const boss = new PgBoss({ connectionString: url, useListenNotify: true, max: 10 });
  let problems = 0;
  boss.on('error', () => problems++);
  await boss.start();
  if (!(await boss.getQueue('bench'))) await boss.createQueue('bench', { notify: true });
  const counter = countOn(url, OPEN);
  return {
    enqueue: (p, place) => boss.send('bench', p, optionsFor(place)),
    enqueueMany: (list, place) =>
      boss.insert(
        'bench',
        list.map((data) => ({ data, ...optionsFor(place) })),
      ),
    work: async (handler, concurrency) => {
      if (tuned) return workByFetching(boss, handler, concurrency);
      const o = {
        batchSize: concurrency,
        pollingIntervalSeconds: POLL_SECONDS,
        burstWhenBatchFull: concurrency > 1,
      };
      await boss.work('bench', o, (jobs) => runAll(jobs, handler, concurrency));
      return { stop: () => boss.offWork('bench') };
    },
    open: counter.count,
    problems: () => problems,
    close: async () => {
      await counter.close();
      await boss.stop({ graceful: false });
    },
  };
};

const subject = (tuned: boolean): Subject => ({
  id: `pg-boss${tuned ? '-tuned' : ''}`,
  label: 'pg-boss',
  ours: false,
  store: 'postgres',
  durability: 'full',
  ...(tuned ? { variant: 'tuned' as const } : {}),
  needs: ['pg-boss'],
  open: ({ postgresUrl }) => open(postgresUrl, tuned),
});

export const PG_BOSS: readonly Subject[] = [subject(false), subject(true)];
