import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, inject } from 'vitest';
import type { Db } from '#db/db.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { type Clock, systemClock } from '#std/clock.ts';
import { systemRandom } from '#std/random.ts';
import { hasSqld, startSqld } from './sqld-server.ts';

export type DatabaseKind = 'memory' | 'file' | 'remote' | 'postgres';

export interface TestDatabase extends AsyncDisposable {
  db: Db;
  /** What another process would open to share it; `:memory:` cannot be shared. */
  url: string;
}

/** A fresh, migrated database of its own for one test. `server` is the libSQL server to use for `remote`. */
export const testDatabase = async (
  kind: DatabaseKind = 'memory',
  options: { clock?: Clock; server?: string; migrated?: boolean } = {},
): Promise<TestDatabase> => {
  const place = await placeFor(kind, options.server);
  const db = await openDatabase({
    url: place.url,
    clock: options.clock ?? systemClock,
    random: systemRandom,
  });
  if (options.migrated !== false) await migrate(db, { clock: options.clock ?? systemClock });
  return {
    db,
    url: place.url,
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await place.remove();
    },
  };
};

interface Place {
  url: string;
  remove(): Promise<void>;
}

const placeFor = async (kind: DatabaseKind, server: string | undefined): Promise<Place> => {
  switch (kind) {
    case 'memory':
      return { url: ':memory:', remove: async () => {} };
    case 'file': {
      const dir = mkdtempSync(join(tmpdir(), 'ashford-db-'));
      return { url: join(dir, 'test.db'), remove: async () => rmSync(dir, { recursive: true, force: true }) };
    }
    case 'remote': {
      const own = server === undefined ? await startSqld() : undefined;
      return { url: server ?? own?.url ?? '', remove: async () => own?.stop() };
    }
    case 'postgres': {
      const root = inject('postgresUrl');
      // Test files run in threads of one process, so neither its id nor the time tells two databases apart.
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      await administer(root, `create database ${name}`);
      const url = root.replace(/\/postgres$/, `/${name}`);
      return { url, remove: () => administer(root, `drop database if exists ${name} with (force)`) };
    }
  }
};

const administer = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

export const DATABASE_KINDS: readonly DatabaseKind[] = hasSqld()
  ? ['memory', 'file', 'remote', 'postgres']
  : ['memory', 'file', 'postgres'];

/**
 * Runs the same suite on every kind of database. `fresh()` gives each test an empty, migrated one; dispose of it with
 * `await using`. A libSQL server has one database, so its tests empty a server of their own instead of sharing.
 */
export const onEveryDatabase = (
  name: string,
  suite: (fresh: (options?: { clock?: Clock }) => Promise<TestDatabase>, kind: DatabaseKind) => void,
  kinds: readonly DatabaseKind[] = DATABASE_KINDS,
): void => {
  describe.each(kinds.map((kind) => ({ kind })))(`${name} on $kind`, ({ kind }) => {
    suite((options = {}) => testDatabase(kind, options), kind);
  });
};
