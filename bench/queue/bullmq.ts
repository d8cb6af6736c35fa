import { mustPeer } from '../peer.ts';
import type { OpenQueue, Payload, Place, Subject } from './subject.ts';

interface Bullmq {
  Queue: new (
    name: string,
    o: object,
  ) => {
    add(name: string, data: Payload, o?: object): Promise<unknown>;
    addBulk(list: readonly object[]): Promise<unknown>;
    getJobCounts(...states: string[]): Promise<Record<string, number>>;
    close(): Promise<void>;
  };
  Worker: new (
    name: string,
    run: (job: { data: Payload }) => Promise<void>,
    o: object,
  ) => { waitUntilReady(): Promise<unknown>; close(): Promise<void> };
}

// Its 0 means no priority, and goes before every other.
const optionsFor = (place: Place | undefined): object => (place && !place.live ? { priority: 10 } : {});

const open = async (port: number): Promise<OpenQueue> => {
  const { Queue, Worker } = mustPeer<Bullmq>('bullmq');
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
  const queue = new Queue('bench', { connection });
  return {
    enqueue: (p, place) => queue.add('bench', p, optionsFor(place)),
    enqueueMany: (list, place) =>
      queue.addBulk(list.map((data) => ({ name: 'bench', data, opts: optionsFor(place) }))),
    work: async (handler, concurrency) => {
      const worker = new Worker('bench', (job) => handler(job.data), { connection, concurrency });
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
    open: async () => {
      const counts = await queue.getJobCounts('waiting', 'active', 'prioritized');
      return Object.values(counts).reduce((sum, n) => sum + n, 0);
    },
    close: () => queue.close(),
  };
};

export const BULLMQ: readonly Subject[] = [
  {
    id: 'bullmq',
    label: 'BullMQ on Redis',
    ours: false,
    store: 'redis',
    durability: 'second',
    needs: ['bullmq', 'ioredis'],
    open: ({ redisPort }) => open(redisPort),
  },
];
