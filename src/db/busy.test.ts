import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { systemClock } from '#std/clock.ts';
import { systemRandom } from '#std/random.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open.ts';

const insert =
  "insert into users (id, email, display_name, time_zone, locale, created_at, updated_at) values ($1, $1, 'U', 'UTC', 'en', 'x', 'x')";

const withFile = async (work: (file: string) => Promise<void>): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-busy-'));
  try {
    await work(join(dir, 'a.db'));
  } finally {
    rmSync(dir, { recursive: true });
  }
};

test('a write waits for another program that holds the lock, and the connection works on', () =>
  withFile(async (file) => {
    const db = await openDatabase({ url: file, clock: systemClock, random: systemRandom });
    await migrate(db, { clock: systemClock });
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    const waiting = db.write((tx) => tx.run(insert, ['one']));
    let done = false;
    void waiting.then(() => {
      done = true;
    });
    await systemClock.sleep(60);
    expect(done).toBe(false);
    other.exec('rollback');
    await waiting;
    await db.write((tx) => tx.run(insert, ['two']));
    expect(other.prepare('select count(*) as n from users').get()?.n).toBe(2);
    other.close();
    await db.close();
  }));

test('a commit of another program is noticed, and our own are not', () =>
  withFile(async (file) => {
    const ports = { clock: systemClock, random: systemRandom };
    const db = await openDatabase({ url: file, ...ports });
    await migrate(db, { clock: systemClock });
    const other = await openDatabase({ url: file, ...ports });
    let ownHeard = 0;
    const heard = new Promise<void>((resolve) => {
      other.onForeignCommit(resolve);
    });
    db.onForeignCommit(() => ownHeard++);
    await db.write((tx) => tx.run(insert, ['one']));
    await heard;
    expect(ownHeard).toBe(0);
    await other.close();
    await db.close();
  }));
