// Brings a database up to date, as a start of the program does. Argument: `MigrateOrder` as JSON.
import { backupBeforeMigrating } from '#db/backup.ts';
import { migrate } from '#db/migrate.ts';
import { MIGRATIONS } from '#db/migrations/catalog.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock as clock } from '#std/clock.ts';
import { armCrash } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { systemRandom as random } from '#std/random.ts';
import type { Migrated, MigrateOrder } from './old-mail.ts';
import { takeNoMoreOrders, tell } from './orders.ts';

armCrash(process.env.CRASH_AT);
const order = JSON.parse(process.argv[2] ?? '{}') as MigrateOrder;

const run = async (): Promise<Migrated> => {
  const db = await openDatabase({ ...order.database, clock, random });
  const began = performance.now();
  try {
    const paths = { data_dir: order.backupTo ?? '', database: order.database.url };
    const beforeChange = backupBeforeMigrating({
      db,
      config: { paths } as Parameters<typeof backupBeforeMigrating>[0]['config'],
      clock,
      log: { info: () => {} },
    });
    const applied = await migrate(db, {
      clock,
      migrations: MIGRATIONS.slice(0, order.knows ?? MIGRATIONS.length),
      ...(order.backupTo === undefined ? {} : { beforeChange }),
    });
    return { applied, ms: performance.now() - began };
  } finally {
    await db.close();
  }
};

const told = await run().catch((e: unknown): Migrated => {
  const ms = 0;
  if (!(e instanceof AppError)) return { applied: [], ms, error: { code: 'unexpected', message: String(e) } };
  return { applied: [], ms, error: { code: e.code, message: `${e.message}. ${e.help ?? ''}` } };
});
tell(told);
takeNoMoreOrders();
