/** Where the time of the queue goes: the sampling profiler beside single measurements of `queue`. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../figure.ts';
import { hasPeer } from '../peer.ts';
import type { Profiled } from './profile-child.ts';
import { freshDatabase, startServers } from './servers.ts';
import type { Task } from './task.ts';

const CHILD = fileURLToPath(new URL('profile-child.ts', import.meta.url));
const STORE = 'src/db/dialects/embedded.ts';

/** Columns, and the functions whose own time belongs to each; whatever fits none is the program's. */
const PLACES: readonly [string, (name: string) => boolean][] = [
  ['commit', (name) => name === `commit ${STORE}`],
  ['begin', (name) => name === `begin ${STORE}`],
  ['statements', (name) => name === `execute ${STORE}` || name === `rowsOf ${STORE}`],
  ['waiting', (name) => name.startsWith('(idle)')],
  ['garbage', (name) => name.startsWith('(garbage')],
];
const REST = 'own code and Node';

/** Those that hide all their work in one native call: only the sum says something, and they have no worker to drain. */
const BESIDE = ['bare', 'plainjob'];
const isBeside = (id: string): boolean => BESIDE.some((name) => id.startsWith(name));

const onFile = (durability: string): string[] => [
  `ashford-${durability}`,
  `bare-${durability}`,
  `bare-${durability}-unindexed`,
  `bare-${durability}-numbered`,
  `plainjob-${durability}`,
];
const SUBJECTS = [...onFile('full'), ...onFile('normal'), 'ashford-postgres'];
const SCENARIOS = ['enqueue', 'bulk', 'drain'] as const;

const shares = ({ us }: Profiled): string[] => {
  const all = Object.values(us).reduce((sum, one) => sum + one, 0);
  const columns = new Map<string, number>();
  for (const [name, time] of Object.entries(us)) {
    const place = PLACES.find(([, fits]) => fits(name))?.[0] ?? REST;
    columns.set(place, (columns.get(place) ?? 0) + time);
  }
  return [...PLACES.map(([place]) => place), REST].map((place) => {
    const part = Math.round((100 * (columns.get(place) ?? 0)) / all);
    return part === 0 ? '' : `${part} %`;
  });
};

const bench: Bench = async ({ quick, only, say, table }) => {
  const jobs = quick ? 4_000 : 20_000;
  const fits = (name: string) => only.length === 0 || only.includes(name);
  const dir = mkdtempSync(join(tmpdir(), 'ashford-profile-'));
  chmodSync(dir, 0o755);
  const subjects = SUBJECTS.filter((id) => fits(id) && (!id.startsWith('plainjob') || hasPeer('plainjob')));
  const servers = await startServers(dir, { postgres: subjects.includes('ashford-postgres'), redis: false });
  const rows: string[][] = [];
  try {
    for (const scenario of SCENARIOS) {
      for (const subject of subjects) {
        if (isBeside(subject) && scenario === 'drain') continue;
        const where = { dir: join(dir, 'run'), postgresUrl: '', redisPort: 0 };
        rmSync(where.dir, { recursive: true, force: true });
        mkdirSync(where.dir);
        if (servers.postgres) where.postgresUrl = await freshDatabase(servers.postgres, 'run');
        const task: Partial<Task> = { subject, scenario, where, jobs, concurrency: 10 };
        const out = execFileSync(process.execPath, [CHILD, JSON.stringify(task)], { encoding: 'utf8' });
        const profiled = JSON.parse(out) as Profiled;
        say(`${scenario} ${subject}: ${Math.round(jobs / (profiled.ms / 1_000))} jobs/s`);
        const perJob = ((1_000 * profiled.ms) / jobs).toFixed(1);
        rows.push([scenario, subject, perJob, ...(isBeside(subject) ? [] : shares(profiled))]);
      }
    }
  } finally {
    await servers.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  table({
    title: 'Where the time goes, with the profiler on',
    head: ['', 'queue', 'µs a job', ...PLACES.map(([place]) => place), REST],
    rows,
  });
};

export default bench;
