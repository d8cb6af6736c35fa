import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, startPostgres } from '#test/kit/postgres-server.ts';
import { pause } from './subject.ts';

export interface Servers {
  /** Without a database's name; null where it does not run. */
  postgres: string | null;
  redisPort: number;
  stop(): Promise<void>;
}

/** As a careful operator would run it: nothing is acknowledged before it is on the disk. */
const POSTGRES = [
  'fsync=on',
  'full_page_writes=on',
  'synchronous_commit=on',
  'shared_buffers=1GB',
  'max_wal_size=8GB',
  'checkpoint_timeout=15min',
  'max_connections=200',
];

const START_TRIES = 100;

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

export const hasProgram = (name: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

const startRedis = async (dir: string): Promise<{ port: number; stop(): void }> => {
  const port = await freePort();
  mkdirSync(dir);
  const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir];
  const policy = ['--maxmemory-policy', 'noeviction'];
  const server = spawn('redis-server', [...place, ...durable, ...policy], { stdio: 'ignore' });
  for (let tries = 0; tries < START_TRIES; tries++) {
    if (await answers(port)) return { port, stop: () => server.kill() };
    await pause(50);
  }
  server.kill();
  throw new Error('redis-server did not start');
};

/** Private servers on loopback, of which only those asked for are started. */
export const startServers = async (
  dir: string,
  wanted: { postgres: boolean; redis: boolean },
): Promise<Servers> => {
  const redis = wanted.redis ? await startRedis(join(dir, 'redis')) : undefined;
  const postgres = wanted.postgres ? await startPostgres({ settings: POSTGRES }) : undefined;
  return {
    postgres: postgres ? postgres.url.replace(/\/postgres$/, '') : null,
    redisPort: redis?.port ?? 0,
    stop: async () => {
      redis?.stop();
      await postgres?.stop();
    },
  };
};

const MAIN = 'postgres';

/** A fresh database, a copy of `template` where one is named. */
export const freshDatabase = async (base: string, name: string, template?: string): Promise<string> => {
  const client = new pg.Client({ connectionString: `${base}/${MAIN}` });
  await client.connect();
  await client.query(`drop database if exists "${name}" with (force)`);
  const from = template === undefined ? '' : ` template "${template}" strategy file_copy`;
  await client.query(`create database "${name}"${from}`);
  await client.end();
  return `${base}/${name}`;
};

/** Statistics and a checkpoint, so that seeding is not paid for while something is measured. */
export const settleDatabase = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.query('checkpoint');
  await client.end();
};

/** Empties Redis. */
export const emptyRedis = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'));
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
