import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DB_CHECKPOINT_COMMITS } from '#config/limits.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock as clock } from '#std/clock.ts';
import { systemRandom as random } from '#std/random.ts';

const PAGE = 4_096;

test('many small commits get by with a small log', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-embedded-'));
  try {
    const file = join(dir, 'a.db');
    const db = await openDatabase({ url: file, clock, random, durability: 'full' });
    await db.write((tx) => tx.run('create table t (n integer primary key)'));
    for (let n = 0; n < 2 * DB_CHECKPOINT_COMMITS; n++) {
      await db.write((tx) => tx.run('insert into t values ($1)', [n]));
    }
    expect(statSync(`${file}-wal`).size).toBeLessThan(1.5 * DB_CHECKPOINT_COMMITS * PAGE);
    await db.close();
  } finally {
    rmSync(dir, { recursive: true });
  }
});
