import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DB_CACHE_KIB, DB_CHECKPOINT_PAGES } from '#config/limits.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom as random } from '#std/random.ts';
import type { OpenQueue, Payload, Subject } from './subject.ts';

const TYPE = 'bench.no-op';
const INSERT = `insert into jobs (id, type, payload_json, not_before, created_at, updated_at, turn)
  values (?1, ?2, ?3, ?4, ?4, ?4, ?4) on conflict do nothing`;

type Durability = 'full' | 'normal';

const unsupported = (): never => {
  throw new Error('There is no queue here, only its table');
};

const open = async (dir: string, durability: Durability, readyIndex: boolean): Promise<OpenQueue> => {
  const file = join(dir, 'ashford.db');
  const made = await openDatabase({ url: file, clock, random, durability });
  await migrate(made, { clock });
  await made.close();
  const db = new DatabaseSync(file);
  db.exec(`pragma synchronous = ${durability}; pragma cache_size = -${DB_CACHE_KIB};
    pragma wal_autocheckpoint = ${DB_CHECKPOINT_PAGES}`);
  if (!readyIndex) db.exec('drop index jobs_ready');
  const insert = db.prepare(INSERT);
  const newId = idMaker(clock, random);
  const put = (p: Payload) => insert.run(newId(), TYPE, JSON.stringify(p), clock.now());
  return {
    enqueue: async (p) => put(p),
    enqueueMany: async (list) => {
      db.exec('begin immediate');
      for (const p of list) put(p);
      db.exec('commit');
    },
    work: unsupported,
    open: unsupported,
    close: async () => db.close(),
  };
};

const bare = (durability: Durability, readyIndex = true): Subject => ({
  id: `bare-${durability}${readyIndex ? '' : '-unindexed'}`,
  label: 'the table alone',
  ours: true,
  store: 'file',
  durability,
  needs: [],
  open: ({ dir }) => open(dir, durability, readyIndex),
});

/** The least that a job can cost in our table: one prepared statement on node:sqlite, and no queue around it. */
export const BARE: readonly Subject[] = [
  bare('full'),
  bare('normal'),
  bare('full', false),
  bare('normal', false),
];
