import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DB_CACHE_KIB, DB_CHECKPOINT_COMMITS, DB_CHECKPOINT_PAGES } from '#config/limits.ts';
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

const TEXT_ID = 'id text primary key not null';

/** The id is the row's own number: one tree less, and shorter entries in the index. Indexes that no job here is in go too. */
const numbered = (created: string): string => {
  if (!created.includes(TEXT_ID)) throw new Error('The table of jobs has another id than it had');
  return `pragma foreign_keys = off; drop table jobs;
    ${created.replace(TEXT_ID, 'number integer primary key, id text not null')};
    create index jobs_ready on jobs (type, priority, turn, serial_key)
    where state = 'queued' and not_before <= updated_at`;
};

/** What the table is changed to, to see what a part of it costs. */
const SHAPES = {
  '': () => '',
  '-unindexed': () => 'drop index jobs_ready',
  '-numbered': numbered,
};
type Shape = keyof typeof SHAPES;

const unsupported = (): never => {
  throw new Error('There is no queue here, only its table');
};

const open = async (dir: string, durability: Durability, shape: Shape): Promise<OpenQueue> => {
  const file = join(dir, 'ashford.db');
  const made = await openDatabase({ url: file, clock, random, durability });
  await migrate(made, { clock });
  await made.close();
  const db = new DatabaseSync(file);
  db.exec(`pragma synchronous = ${durability}; pragma cache_size = -${DB_CACHE_KIB};
    pragma wal_autocheckpoint = ${DB_CHECKPOINT_PAGES}`);
  const table = db.prepare("select sql from sqlite_schema where name = 'jobs'").get();
  db.exec(SHAPES[shape](String(table?.sql)));
  const insert = db.prepare(INSERT);
  const newId = idMaker(clock, random);
  const put = (p: Payload) => insert.run(newId(), TYPE, JSON.stringify(p), clock.now());
  let commits = 0;
  const committed = () => {
    if (durability === 'full' && ++commits % DB_CHECKPOINT_COMMITS === 0)
      db.exec('pragma wal_checkpoint(passive)');
  };
  return {
    enqueue: async (p) => {
      put(p);
      committed();
    },
    enqueueMany: async (list) => {
      db.exec('begin immediate');
      for (const p of list) put(p);
      db.exec('commit');
      committed();
    },
    work: unsupported,
    open: unsupported,
    close: async () => db.close(),
  };
};

const bare = (durability: Durability, shape: Shape): Subject => ({
  id: `bare-${durability}${shape}`,
  label: 'the table alone',
  ours: true,
  store: 'file',
  durability,
  needs: [],
  open: ({ dir }) => open(dir, durability, shape),
});

/** The least that a job can cost in our table: one prepared statement on node:sqlite, and no queue around it. */
export const BARE: readonly Subject[] = (['full', 'normal'] as const).flatMap((durability) =>
  (Object.keys(SHAPES) as Shape[]).map((shape) => bare(durability, shape)),
);
