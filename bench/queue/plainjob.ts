import { join } from 'node:path';
import { mustPeer } from '../peer.ts';
import { DAY_MS, type OpenQueue, payload, type Subject } from './subject.ts';

/** As much of better-sqlite3 as is used here. */
export interface Sqlite {
  pragma(text: string): unknown;
  exec(sql: string): unknown;
  prepare(sql: string): { get(...values: unknown[]): unknown };
  close(): void;
}
export type SqliteConstructor = new (file: string) => Sqlite;

interface Plainjob {
  better(db: Sqlite): unknown;
  defineQueue(o: object): {
    add(type: string, data: unknown): unknown;
    addMany(type: string, data: readonly unknown[]): unknown;
    close(): void;
  };
  defineWorker(
    type: string,
    run: (job: { data: string }) => Promise<void>,
    o: object,
  ): { start(): unknown; stop(): Promise<void> };
}

const nothing = () => {};
const logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };

const OPEN = `select (select count(*) from plainjob_jobs where status = 0 and type = 'bench' and next_run_at <= ?)
  + (select count(*) from plainjob_jobs where status = 1 and type = 'bench') as n`;

const seedSql = (count: number, values: string): string =>
  `with recursive s(n) as (select 1 union all select n + 1 from s where n < ${count})
   insert into plainjob_jobs (type, data, status, next_run_at, created_at) select 'bench', ${values} from s`;

const open = async (dir: string, full: boolean): Promise<OpenQueue> => {
  const Database = mustPeer<SqliteConstructor>('better-sqlite3');
  const { better, defineQueue, defineWorker } = mustPeer<Plainjob>('plainjob');
  const db = new Database(join(dir, 'plainjob.db'));
  const queue = defineQueue({ connection: better(db), logger });
  // It sets WAL and NORMAL itself.
  if (full) db.pragma('synchronous = full');
  return {
    enqueue: async (p) => queue.add('bench', p),
    enqueueMany: async (list) => queue.addMany('bench', list),
    work: async (handler, concurrency) => {
      // A worker of this package runs one job at a time.
      const workers = Array.from({ length: concurrency }, () =>
        defineWorker('bench', (job) => handler(JSON.parse(job.data)), { queue, logger }),
      );
      for (const one of workers) one.start();
      return { stop: () => Promise.all(workers.map((one) => one.stop())) };
    },
    open: async () => (db.prepare(OPEN).get(Date.now()) as { n: number }).n,
    seed: async ({ finished, delayed }) => {
      const now = Date.now();
      const json = JSON.stringify(payload(1));
      if (finished > 0) db.exec(seedSql(finished, `'${json}', 2, ${now}, ${now}`));
      if (delayed > 0) db.exec(seedSql(delayed, `'${json}', 0, ${now + DAY_MS} + n, ${now}`));
    },
    close: async () => queue.close(),
  };
};

const subject = (durability: 'full' | 'normal'): Subject => ({
  id: `plainjob-${durability}`,
  label: 'plainjob',
  ours: false,
  store: 'file',
  durability,
  needs: ['plainjob', 'better-sqlite3'],
  open: ({ dir }) => open(dir, durability === 'full'),
});

export const PLAINJOB: readonly Subject[] = [subject('full'), subject('normal')];
