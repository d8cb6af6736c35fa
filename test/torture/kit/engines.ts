import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '#test/kit/postgres-server.ts';
import { hasSqld, startSqld } from '#test/kit/sqld-server.ts';
import type { TrialDatabase, TrialEngine } from '#test/torture/trial.ts';

/** The servers of one programme: each is started when it is first asked for, and stopped at the end. */
export interface Engines {
  /** False when this machine cannot run it. */
  has(engine: TrialEngine): boolean;
  /** An empty database; `folder` must not exist yet. `remove` drops it, with whoever is connected. */
  fresh(engine: TrialEngine, folder: string): Promise<{ database: TrialDatabase; remove(): Promise<void> }>;
  stop(): Promise<void>;
}

type Server = Awaited<ReturnType<typeof startPostgres>>;

const administer = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

export const engines = (): Engines => {
  let postgres: Promise<Server> | undefined;
  const onPostgres = async () => {
    postgres ??= startPostgres();
    const root = (await postgres).url;
    const name = `torture_${randomUUID().replaceAll('-', '')}`;
    await administer(root, `create database ${name}`);
    return {
      url: root.replace(/\/postgres$/, `/${name}`),
      remove: () => administer(root, `drop database if exists ${name} with (force)`),
    };
  };
  return {
    has: (engine) => engine !== 'remote' || hasSqld(),
    fresh: async (engine, folder) => {
      mkdirSync(folder, { recursive: true });
      if (engine === 'embedded') {
        return { database: { url: join(folder, 'ashford.db'), dir: folder }, remove: async () => {} };
      }
      if (engine === 'postgres') {
        const { url, remove } = await onPostgres();
        return { database: { url, dir: folder }, remove };
      }
      // A libSQL server has one database. As docs/operating.md says for several processes.
      const server = await startSqld({ connections: 2 });
      const url = server.url.replace(/^http:/, 'ws:');
      return { database: { url, dir: folder }, remove: () => server.stop() };
    },
    stop: async () => {
      await (await postgres)?.stop();
    },
  };
};
