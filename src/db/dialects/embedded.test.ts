import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DB_CHECKPOINT_COMMITS } from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock as clock } from '#std/clock.ts';
import { systemRandom as random } from '#std/random.ts';

const PAGE = 4_096;

const withTable = async (work: (db: Db, file: string) => Promise<void>): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-embedded-'));
  try {
    const file = join(dir, 'a.db');
    const db = await openDatabase({ url: file, clock, random, durability: 'full' });
    await db.write((tx) => tx.run('create table t (n integer primary key)'));
    await work(db, file);
    await db.close();
  } finally {
    rmSync(dir, { recursive: true });
  }
};

test('many small commits get by with a small log', () =>
  withTable(async (db, file) => {
    for (let n = 0; n < 2 * DB_CHECKPOINT_COMMITS; n++) {
      await db.write((tx) => tx.run('insert into t values ($1)', [n]));
    }
    expect(statSync(`${file}-wal`).size).toBeLessThan(1.5 * DB_CHECKPOINT_COMMITS * PAGE);
  }));

test('a statement that gives all columns gives those that were added since it was prepared', () =>
  withTable(async (db) => {
    await db.run('insert into t values (1)');
    expect(await db.all('select * from t')).toEqual([{ n: 1 }]);
    await db.run('alter table t add column m integer');
    await db.run('update t set m = 2');
    expect(await db.all('select * from t')).toEqual([{ n: 1, m: 2 }]);
  }));
