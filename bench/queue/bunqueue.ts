import { join } from 'node:path';
import { mustPeer } from '../peer.ts';
import { type OpenQueue, type Payload, pause, type Subject } from './subject.ts';

interface Bunqueue {
  Queue: new (
    name: string,
    o: object,
  ) => {
    add(name: string, data: Payload, o?: object): Promise<unknown>;
    addBulk(list: readonly object[]): Promise<unknown>;
    close?(): Promise<void> | void;
  };
  Worker: new (
    name: string,
    run: (job: { data: Payload }) => Promise<void>,
    o: object,
  ) => { close(): Promise<void> };
}

interface BunSqlite {
  Database: new (file: string, o: object) => { query(sql: string): { get(): unknown } };
}

const OPEN = `select count(*) as n from jobs where queue = 'bench' and state not in ('completed', 'failed', 'delayed')`;
/** Its single adds wait in memory for up to 10 ms. */
const SETTLE_MS = 100;

const open = async (dir: string): Promise<OpenQueue> => {
  const { Queue, Worker } = mustPeer<Bunqueue>('bunqueue/client');
  // Known to the other runtime only.
  const sqlite: string = 'bun:sqlite';
  const { Database } = (await import(sqlite)) as BunSqlite;
  const file = join(dir, 'bunqueue.db');
  const queue = new Queue('bench', { embedded: true, dataPath: file });
  let raw: InstanceType<BunSqlite['Database']> | undefined;
  return {
    enqueue: (p) => queue.add('bench', p),
    enqueueMany: (list) => queue.addBulk(list.map((data) => ({ name: 'bench', data }))),
    settle: () => pause(SETTLE_MS),
    work: async (handler, concurrency) => {
      const worker = new Worker('bench', (job) => handler(job.data), { embedded: true, concurrency });
      return { stop: () => worker.close() };
    },
    open: async () => {
      raw ??= new Database(file, { readonly: true });
      return (raw.query(OPEN).get() as { n: number }).n;
    },
    close: async () => queue.close?.(),
  };
};

export const BUNQUEUE: readonly Subject[] = [
  {
    id: 'bunqueue',
    label: 'bunqueue',
    ours: false,
    store: 'file',
    durability: 'normal',
    runtime: 'bun',
    oneProcess: true,
    needs: ['bunqueue'],
    open: ({ dir }) => open(dir),
  },
];
