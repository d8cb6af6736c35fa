import { join } from 'node:path';
import { mustPeer } from '../peer.ts';
import type { Sqlite, SqliteConstructor } from './plainjob.ts';
import type { OpenQueue, Payload, Subject } from './subject.ts';

interface Drizzle {
  $client: Sqlite;
  transaction(work: (tx: Drizzle) => unknown): unknown;
}

interface Liteque {
  buildDBClient(file: string, o: object): Drizzle;
  SqliteQueue: new (name: string, db: Drizzle, o: object) => { enqueue(p: Payload): Promise<unknown> };
  Runner: new (queue: object, does: object, o: object) => { run(): Promise<void>; stop(): void };
}

const OPEN = 'select count(*) as n from tasks where availableAt is null or availableAt <= ?';
const POLL_MS = 1_000;

const open = async (dir: string, full: boolean): Promise<OpenQueue> => {
  const Database = mustPeer<SqliteConstructor>('better-sqlite3');
  const { buildDBClient, Runner, SqliteQueue } = mustPeer<Liteque>('liteque');
  const file = join(dir, 'liteque.db');
  const db = buildDBClient(file, { runMigrations: true });
  // It hands an async function to a synchronous transaction. Old drivers committed before the work was done, new ones
  // refuse; so the work runs without. What guards it is a compare-and-set.
  db.transaction = (work) => work(db);
  const raw = new Database(file);
  // Its client hides the connection in some versions of the layer between.
  const session = (db as unknown as { session: { client: Sqlite } }).session;
  if (full) (db.$client ?? session.client).pragma('synchronous = full');
  let problems = 0;
  const queue = new SqliteQueue('bench', db, { defaultJobArgs: { numRetries: 2 }, keepFailedJobs: false });
  const enqueue = (p: Payload) => queue.enqueue(p);
  const onProblem = (e: unknown): void => {
    problems++;
    process.stderr.write(`liteque: ${e}\n`);
  };
  return {
    enqueue,
    // It has no call for many.
    enqueueMany: async (list) => {
      for (const p of list) await enqueue(p);
    },
    work: async (handler, concurrency) => {
      const does = {
        run: (job: { data: Payload }) => handler(job.data),
        onError: async (job: { error: unknown }) => onProblem(job.error),
      };
      const runner = new Runner(queue, does, { concurrency, pollIntervalMs: POLL_MS, timeoutSecs: 60 });
      void runner.run().catch(onProblem);
      return { stop: async () => runner.stop() };
    },
    open: async () => (raw.prepare(OPEN).get(Date.now()) as { n: number }).n,
    problems: () => problems,
    close: async () => raw.close(),
  };
};

const subject = (durability: 'full' | 'normal'): Subject => ({
  id: `liteque-${durability}`,
  label: 'liteque',
  ours: false,
  store: 'file',
  durability,
  needs: ['liteque', 'better-sqlite3'],
  open: ({ dir }) => open(dir, durability === 'full'),
});

export const LITEQUE: readonly Subject[] = [subject('full'), subject('normal')];
