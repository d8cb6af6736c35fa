import { join } from 'node:path';
import { z } from 'zod';
import type { Db } from '#db/db.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { defineJob } from '#queue/define.ts';
import type { EnqueueOptions } from '#queue/enqueue.ts';
import type { QueueLog } from '#queue/ports.ts';
import { createQueue } from '#queue/queue.ts';
import { Worker } from '#queue/runner.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom as random } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import {
  DAY_MS,
  type Handler,
  type OpenQueue,
  type Payload,
  type Place,
  payload,
  type Subject,
  type Surroundings,
} from './subject.ts';

const TYPE = 'bench.no-op';
const BULK = 10;

const job = defineJob<Payload, { handle: Handler }>({
  type: TYPE,
  payload: z.object({
    n: z.number(),
    sentMs: z.number(),
    to: z.string(),
    subject: z.string(),
    template: z.string(),
    body: z.string(),
  }),
  run: (ctx, given) => ctx.app.handle(given),
});

const optionsFor = (place: Place | undefined): EnqueueOptions =>
  place ? { fairKey: place.account, priority: place.live ? 0 : BULK } : {};

const OPEN = `select (select count(*) from jobs where state = 'running')
  + (select count(*) from jobs where type = $1 and state = 'queued' and not_before <= updated_at) as n`;

// The payload is bound apart from the numbers, since it is text on both engines.
const COLUMNS = `insert into jobs (id, type, payload_json, priority, max_attempts, not_before, turn, created_at, updated_at`;
const seedSql = (engine: Db['engine'], finished: boolean): string => {
  const source =
    engine === 'postgres'
      ? 'generate_series(cast($6 as integer), cast($7 as integer)) as s(n)'
      : '(with recursive s(n) as (select cast($6 as integer) union all select n + 1 from s where n < cast($7 as integer)) select n from s) as s';
  const id = engine === 'postgres' ? `$1 || lpad(to_hex(n), 10, '0')` : `$1 || printf('%010x', n)`;
  const state = finished ? ', state, attempts, claim_token, worker_id, started_at, finished_at)' : ', state)';
  const values = finished ? `, 'completed', 1, $1, 'seed', $5, $5` : `, 'queued'`;
  return `${COLUMNS}${state} select ${id}, $2, $3, 0, 5, $4, $4, $5, $5${values} from ${source}`;
};

const SEED_ROWS = 50_000;

/** Rows as the queue itself leaves them, only quicker. */
const seed = async (db: Db, rows: { finished: number; delayed: number }): Promise<void> => {
  const now = clock.ms();
  const json = JSON.stringify(payload(1));
  const fill = async (count: number, finished: boolean) => {
    const sql = seedSql(db.engine, finished);
    const due = toInstant(finished ? now : now + DAY_MS);
    const prefix = finished ? '01900000-0000-7000-8000-1f' : '01900000-0000-7000-8000-2d';
    for (let from = 0; from < count; from += SEED_ROWS) {
      const to = Math.min(count, from + SEED_ROWS) - 1;
      await db.run(sql, [prefix, TYPE, json, due, toInstant(now), from, to]);
    }
  };
  await fill(rows.finished, true);
  await fill(rows.delayed, false);
};

const openAshford = async (
  url: string,
  o: { durability: 'full' | 'normal'; strict: boolean },
): Promise<OpenQueue> => {
  let problems = 0;
  const note: QueueLog['warn'] = (fields, message) => {
    problems++;
    process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
  };
  const log: QueueLog = { info: () => {}, warn: note, error: note };
  const db = await openDatabase({ url, clock, random, durability: o.durability });
  await migrate(db, { clock });
  const newId = idMaker(clock, random);
  const queue = createQueue({ db, clock, newId });
  return {
    enqueue: (p, place) => queue.enqueue(job, p, optionsFor(place)),
    enqueueMany: (list, place) => queue.enqueueMany(job, list, optionsFor(place)),
    work: async (handle, concurrency) => {
      const more = o.strict ? { ahead: 0 } : {};
      const app = { handle };
      const worker = new Worker({
        db,
        queue,
        clock,
        random,
        newId,
        log,
        app,
        jobs: [job],
        concurrency,
        ...more,
      });
      worker.start();
      return { stop: () => worker.stop({ graceMs: 1_000 }) };
    },
    open: async () => Number((await db.all<{ n: number }>(OPEN, [TYPE]))[0]?.n ?? 0),
    problems: () => problems,
    seed: (rows) => seed(db, rows),
    close: () => db.close(),
  };
};

const onFile = (durability: 'full' | 'normal', strict: boolean): Subject => ({
  id: `ashford-${durability}${strict ? '-strict' : ''}`,
  label: strict ? 'Ashford, strict' : 'Ashford',
  ours: true,
  store: 'file',
  durability,
  ...(strict ? { variant: 'strict' as const } : {}),
  needs: [],
  open: (where: Surroundings) => openAshford(join(where.dir, 'ashford.db'), { durability, strict }),
});

const onPostgres = (strict: boolean): Subject => ({
  id: `ashford-postgres${strict ? '-strict' : ''}`,
  label: strict ? 'Ashford, strict' : 'Ashford',
  ours: true,
  store: 'postgres',
  durability: 'full',
  ...(strict ? { variant: 'strict' as const } : {}),
  needs: [],
  open: (where: Surroundings) => openAshford(where.postgresUrl, { durability: 'full', strict }),
});

export const ASHFORD: readonly Subject[] = [
  onFile('full', false),
  onFile('full', true),
  onFile('normal', false),
  onFile('normal', true),
  onPostgres(false),
  onPostgres(true),
];
