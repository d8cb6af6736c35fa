import { copyFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '#db/db.ts';
import { currentVersion, migrate } from '#db/migrate.ts';
import { MIGRATIONS } from '#db/migrations/catalog.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock as clock } from '#std/clock.ts';
import { startChild } from './kit/child.ts';
import { placeOf } from './kit/labor.ts';
import { countOld, fillOld, type Migrated, type MigrateOrder, schemaOf } from './kit/old-mail.ts';
import { type SmallDisk, smallDisk } from './kit/small-disk.ts';
import { defineTrial, type TrialDatabase, type TrialRun } from './trial.ts';

const NEWEST = MIGRATIONS.length;
const FULL_COUNT = 100_000;
const FULL_MS = 60_000;
const MEGABYTE = 1024 * 1024;

/** A start of the program; undefined when it was killed. */
const start = async (
  t: TrialRun,
  order: MigrateOrder,
  env: Record<string, string> = {},
): Promise<Migrated | undefined> => {
  const child = startChild(t, new URL('./kit/migrate.child.ts', import.meta.url), {
    args: [JSON.stringify(order)],
    env,
  });
  const told = await child.next<Migrated>().catch(() => undefined);
  const how = await child.ended;
  if (told === undefined && how !== 'SIGKILL')
    throw new Error(`a start ended with ${how}: ${child.stderr()}`);
  return told;
};

const open = (t: TrialRun, place: TrialDatabase): Promise<Db> =>
  openDatabase({ ...placeOf(place), durability: 'normal', clock, random: t.random });

/** Opens it, looks, and closes it again, so that nobody holds it while another process works. */
const look = async <T>(t: TrialRun, place: TrialDatabase, at: (db: Db) => Promise<T>): Promise<T> => {
  const db = await open(t, place);
  try {
    return await at(db);
  } finally {
    await db.close();
  }
};

const oldDatabase = async (t: TrialRun, count: number): Promise<TrialDatabase> => {
  const place = await t.database();
  await look(t, place, async (db) => {
    await migrate(db, { clock, migrations: MIGRATIONS.slice(0, 1) });
    await fillOld(db, count);
  });
  return place;
};

/** What the schema of each version is, from 1. */
const schemas = async (t: TrialRun): Promise<string[]> => {
  const place = await t.database();
  return look(t, place, async (db) => {
    const known = [''];
    for (let version = 1; version <= NEWEST; version++) {
      await migrate(db, { clock, migrations: MIGRATIONS.slice(0, version) });
      known.push(await schemaOf(db));
    }
    return known;
  });
};

interface Old {
  place: TrialDatabase;
  rows: string;
  known: readonly string[];
}

/** That it is of one version exactly, with all of its rows. Returns the version. */
const checkWhole = (t: TrialRun, old: Old, when: string): Promise<number> =>
  look(t, old.place, async (db) => {
    const version = await currentVersion(db);
    const schema = await schemaOf(db);
    if (schema !== old.known[version])
      t.check(`the schema is that of one version ${when}`, false, `${version}`);
    const rows = await countOld(db);
    if (rows !== old.rows) t.check(`every row is there ${when}`, false, rows);
    return version;
  });

/** Kills the start before each statement in turn, and at each edge of a commit, until one comes through. */
const killAtEach = async (t: TrialRun, old: Old): Promise<void> => {
  const points = ['migrate.recorded', 'migrate.committed'];
  let kills = 0;
  let version = 1;
  const killAt = async (where: string): Promise<boolean> => {
    const survived = await start(t, { database: placeOf(old.place) }, { CRASH_AT: where });
    if (survived === undefined) kills++;
    const now = await checkWhole(t, old, `after a kill at ${where} from version ${version}`);
    const moved = now > version;
    version = now;
    return moved;
  };
  while (version < NEWEST) {
    const step = () => (t.quick ? 1 + Math.floor(t.random.next() * 3) : 1);
    for (let n = step(); n < 100; n += step()) if (await killAt(`migrate.statement:${n}`)) break;
    for (const point of points) if (version < NEWEST && (await killAt(`${point}:1`))) break;
  }
  t.figure('kills', kills);
  t.check('it was killed, and is of the newest version now', kills > 0 && version === NEWEST);
};

const twoAtOnce = async (t: TrialRun, old: Old, count: number): Promise<void> => {
  const order = {
    database: placeOf(old.place),
    ...(t.engine === 'embedded' ? { backupTo: old.place.dir } : {}),
  };
  const both = await Promise.all([start(t, order), start(t, order)]);
  const applied = both.flatMap((one) => one?.applied ?? []).sort();
  const errors = both.map((one) => one?.error?.message ?? '').join('');
  t.check(
    'two at once apply each migration once',
    applied.join() ===
      MIGRATIONS.slice(1)
        .map((m) => m.id)
        .join(),
    errors,
  );
  t.check('both come to the newest version', (await checkWhole(t, old, 'after two at once')) === NEWEST);
  const ms = Math.max(...both.map((one) => one?.ms ?? 0));
  t.figure(`milliseconds for ${count} messages and jobs`, Math.round(ms));
  t.check('it is quick enough', (ms * FULL_COUNT) / Math.max(count, FULL_COUNT / 10) <= FULL_MS);
};

const olderRefuses = async (t: TrialRun, old: Old): Promise<void> => {
  const told = await start(t, { database: placeOf(old.place), knows: NEWEST - 1 });
  t.check('an older program refuses', told?.error?.code === 'db.newer', told?.error?.message);
  await checkWhole(t, old, 'after an older program');
};

const checkBackup = async (t: TrialRun, old: Old): Promise<void> => {
  const copy = readdirSync(old.place.dir).find((name) => name.startsWith('before-schema-1-'));
  t.check('a copy was made first', copy !== undefined);
  if (copy === undefined) return;
  const place = { ...old.place, url: join(old.place.dir, copy) };
  t.check('the copy is the old database', (await checkWhole(t, { ...old, place }, 'in the copy')) === 1);
};

/** On a disk that is too small for the copy, then for the change, then large enough. */
const onFullDisk = async (t: TrialRun, old: Old, disk: SmallDisk): Promise<void> => {
  const file = join(disk.dir, 'ashford.db');
  const size = statSync(old.place.url).size;
  disk.resize(size + 4 * MEGABYTE);
  copyFileSync(old.place.url, file);
  disk.resize(size + MEGABYTE / 4);
  const here = { ...old, place: { url: file, dir: disk.dir } };
  const database = { url: file };
  const noCopy = await start(t, { database, backupTo: disk.dir });
  t.check('no room for the copy: told so', noCopy?.error?.code === 'db.disk-full', noCopy?.error?.message);
  t.check('and nothing was changed', (await checkWhole(t, here, 'without room for a copy')) === 1);
  for (const name of readdirSync(disk.dir)) {
    if (!name.startsWith('before-schema-')) continue;
    t.check('no half copy is left', false, name);
    rmSync(join(disk.dir, name));
  }
  const noRoom = await start(t, { database, backupTo: old.place.dir });
  t.check('no room for the change: told so', noRoom?.error?.code === 'db.disk-full', noRoom?.error?.message);
  await checkWhole(t, here, 'without room for the change');
  disk.resize(4 * size + 16 * MEGABYTE);
  const done = await start(t, { database, backupTo: disk.dir });
  t.check('with room it goes on', done?.error === undefined, done?.error?.message);
  t.check('to the newest version', (await checkWhole(t, here, 'with room again')) === NEWEST);
};

/** From the first schema to the newest, through everything that can come in between. */
export const migrationsTrial = defineTrial({
  id: 'R25',
  title: 'a start that brings an old database up to date is interrupted',
  promise:
    'old or new schema, never between; a copy first; 60 s per 100,000; an older program refuses with a clear line',
  engines: ['embedded', 'postgres', 'remote'],
  maxMs: 30 * 60_000,
  run: async (t) => {
    const count = t.quick ? 3_000 : FULL_COUNT;
    const known = await schemas(t);
    const killed = await oldDatabase(t, Math.min(count, 3_000));
    const rows = await look(t, killed, countOld);
    await killAtEach(t, { place: killed, rows, known });
    const place = await oldDatabase(t, count);
    const old = { place, rows: await look(t, place, countOld), known };
    const disk = t.engine === 'embedded' ? smallDisk(t, MEGABYTE) : undefined;
    if (disk) await onFullDisk(t, old, disk);
    await twoAtOnce(t, old, count);
    if (t.engine === 'embedded') await checkBackup(t, old);
    await olderRefuses(t, old);
  },
});
