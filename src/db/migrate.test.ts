import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '#std/clock.ts';
import { isAppError } from '#std/errors.ts';
import { systemRandom } from '#std/random.ts';
import { onEveryDatabase, testDatabase } from '#test/kit/databases.ts';
import { backupBeforeMigrating, backupDatabase } from './backup.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/catalog.ts';
import { openDatabase } from './open.ts';

const broken = {
  id: MIGRATIONS.length + 1,
  name: 'broken half way',
  statements: () => ['create table half (id text)', 'insert into no_such_table values (1)'],
};

const working = { ...broken, name: 'works', statements: () => ['create table half (id text)'] };

onEveryDatabase('migrations', (fresh) => {
  test('run once, and say what they did', async () => {
    await using t = await fresh();
    expect(await migrate(t.db, { clock: systemClock })).toEqual([]);
    const rows = await t.db.all<{ id: number; applied_at: string }>(
      'select id, applied_at from schema_migrations',
    );
    expect(rows.map((r) => r.id)).toEqual(MIGRATIONS.map((m) => m.id));
    expect(rows[0]?.applied_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('one that fails leaves nothing behind and can be tried again', async () => {
    await using t = await fresh();
    await expect(
      migrate(t.db, { clock: systemClock, migrations: [...MIGRATIONS, broken] }),
    ).rejects.toThrow();
    await expect(t.db.all('select * from half')).rejects.toThrow();
    expect(await migrate(t.db, { clock: systemClock, migrations: [...MIGRATIONS, working] })).toEqual([
      working.id,
    ]);
    expect(await t.db.all('select * from half')).toEqual([]);
  });

  test('a database of a newer program is refused and not touched', async () => {
    await using t = await fresh();
    await migrate(t.db, { clock: systemClock, migrations: [...MIGRATIONS, working] });
    const refused = migrate(t.db, { clock: systemClock });
    await expect(refused).rejects.toSatisfy((e) => isAppError(e, 'db.newer'));
    expect(await t.db.all('select * from half')).toEqual([]);
  });
});

const runScript = (script: string, url: string): Promise<{ code: number | null; out: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.once('exit', (code) => resolve({ code, out }));
  });

onEveryDatabase(
  'several programs',
  (_fresh, kind) => {
    test('programs that start at once migrate once', async () => {
      await using t = await testDatabase(kind, { migrated: false });
      const script = `
      const { openDatabase } = await import('#db/open.ts');
      const { migrate } = await import('#db/migrate.ts');
      const { systemClock } = await import('#std/clock.ts');
      const { systemRandom } = await import('#std/random.ts');
      const db = await openDatabase({ url: process.argv[1], clock: systemClock, random: systemRandom });
      process.stdout.write(String((await migrate(db, { clock: systemClock })).length));
      await db.close();`;
      const runs = await Promise.all([1, 2, 3].map(() => runScript(script, t.url)));
      expect(runs.map((r) => r.code)).toEqual([0, 0, 0]);
      // Each migration by one of them, whichever it was.
      const applied = runs.reduce((sum, r) => sum + Number(r.out), 0);
      expect(applied).toBe(MIGRATIONS.length);
    });
  },
  ['file', 'postgres'],
);

test('an embedded file is copied before a migration changes it, and the copy opens', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-migrate-'));
  const url = join(dir, 'a.db');
  const ports = { clock: systemClock, random: systemRandom };
  const db = await openDatabase({ url, ...ports });
  await migrate(db, { clock: systemClock });
  const beforeChange = backupBeforeMigrating({
    db,
    config: { paths: { data_dir: dir, database: url } } as never,
    clock: systemClock,
    log: { info: () => {} },
  });
  await migrate(db, { clock: systemClock, migrations: [...MIGRATIONS, working], beforeChange });
  await db.close();
  const [copy] = readdirSync(dir).filter((f) => f.startsWith('before-schema-'));
  const old = await openDatabase({ url: join(dir, copy ?? ''), ...ports });
  expect(await migrate(old, { clock: systemClock })).toEqual([]);
  await old.close();
  rmSync(dir, { recursive: true });
});

test('a database server is not copied from here, and the error says what to do', async () => {
  await using t = await testDatabase('postgres');
  await expect(backupDatabase(t.db, '/tmp/never')).rejects.toSatisfy((e) => isAppError(e, 'db.no-backup'));
});

test('a file that is no database is refused by name', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-notdb-'));
  const url = join(dir, 'photo.db');
  writeFileSync(
    url,
    'This is no database at all, but it is long enough to have a header of a hundred bytes. '.repeat(3),
  );
  const opening = openDatabase({ url, clock: systemClock, random: systemRandom });
  await expect(opening).rejects.toSatisfy((e) => isAppError(e, 'db.not-a-database'));
  rmSync(dir, { recursive: true });
});
