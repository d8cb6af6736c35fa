import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ManualClock, systemClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom as random } from '#std/random.ts';
import { type DatabaseKind, testDatabase } from '#test/kit/databases.ts';
import type { EndingCounts } from './ending-counts.ts';
import { silentLog } from './ports.ts';
import { createQueue } from './queue.ts';
import { rescueDead } from './rescue.ts';
import { Worker } from './runner.ts';
import { kindOf } from './workbench.suite.ts';

const SCRIPT = fileURLToPath(new URL('./child-worker.suite.ts', import.meta.url));

const child = (mode: string, url: string): ChildProcess =>
  fork(SCRIPT, [mode, url], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });

const message = <T>(from: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    from.once('message', (m) => resolve(m as T));
    from.once('exit', (code, signal) => reject(new Error(`the child ended: ${code ?? signal}`)));
  });

const ended = (of: ChildProcess): Promise<number | string> =>
  new Promise((resolve) => of.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')));

const fresh = async (kind: DatabaseKind) => {
  const t = await testDatabase(kind);
  await t.db.write((tx) =>
    tx.run('create table effects (job_id text, what text, attempt integer, worker text)'),
  );
  return t;
};

const once = kindOf('child.once');

test.each([
  ['file', 3_000],
  ['postgres', 1_500],
] as const)(
  'four processes on one %s database run each job once',
  async (kind, count) => {
    await using t = await fresh(kind);
    const queue = createQueue({ db: t.db, clock: systemClock, newId: idMaker(systemClock, random) });
    const payloads = (n: number) => Array.from({ length: n }, () => ({ n }));
    await queue.enqueueMany(once, payloads(count - 200));
    for (const serialKey of ['a', 'b']) await queue.enqueueMany(once, payloads(100), { serialKey });
    const children = Array.from({ length: 4 }, () => child('drain', t.url));
    await Promise.all(children.map((c) => message(c)));
    const counts = children.map((c) => message<EndingCounts>(c));
    const exits = children.map(ended);
    for (const c of children) c.send('go');
    const all = await Promise.all(counts);
    expect(await Promise.all(exits)).toEqual([0, 0, 0, 0]);
    // The last jobs of a serial key may have been held by one worker when another found nothing due.
    const rest = await drainHere(t.db, queue);
    const completed = all.reduce((sum, c) => sum + c.completed, 0) + rest;
    expect(completed).toBe(count);
    for (const c of all) expect(c).toMatchObject({ retried: 0, failed: 0, lost: 0, exhausted: 0 });
    const [effects] = await t.db.all<{ n: number; jobs: number }>(
      'select count(*) as n, count(distinct job_id) as jobs from effects',
    );
    expect(effects).toEqual({ n: count - rest, jobs: count - rest });
  },
  60_000,
);

const drainHere = async (
  db: Awaited<ReturnType<typeof fresh>>['db'],
  queue: ReturnType<typeof createQueue>,
) => {
  const newId = idMaker(systemClock, random);
  const worker = new Worker({ db, queue, clock: systemClock, random, newId, app: {}, jobs: [once] });
  return (await worker.drain()).completed;
};

test('workers killed again and again lose no job, and no recorded step runs twice', async () => {
  await using t = await fresh('file');
  const clock = new ManualClock(systemClock.ms());
  const newId = idMaker(systemClock, random);
  const queue = createQueue({ db: t.db, clock, newId });
  const steps = kindOf('child.steps', async (ctx) => {
    for (const name of ['a', 'b', 'c']) {
      await ctx.step(name, () =>
        t.db.write((tx) =>
          tx.run("insert into effects (job_id, what, attempt, worker) values ($1, $2, $3, 'last')", [
            ctx.jobId,
            name,
            ctx.attempt,
          ]),
        ),
      );
    }
  });
  await queue.enqueueMany(
    steps,
    Array.from({ length: 400 }, (_, n) => ({ n })),
    { maxAttempts: 50 },
  );
  const ports = {
    db: t.db,
    clock,
    random,
    log: silentLog,
    hooks: {},
    signals: queue.signals,
    lease: 'app',
  } as const;
  let rescued = 0;
  for (let round = 0; round < 6; round++) {
    const victim = child('start', t.url);
    const end = ended(victim);
    let heard = 0;
    victim.on('message', () => {
      if (++heard === 20 + round) victim.kill('SIGKILL');
    });
    expect(await end).toBe('SIGKILL');
    rescued += await rescueDead(ports);
  }
  expect(rescued).toBeGreaterThan(0);
  clock.set(systemClock.ms() + 3_600_000);
  const worker = new Worker({ db: t.db, queue, clock, random, newId, app: {}, jobs: [steps] });
  await worker.drain();
  const states = await t.db.all('select state, count(*) as n from jobs group by state');
  expect(states).toEqual([{ state: 'completed', n: 400 }]);
  const [recorded] = await t.db.all<{ n: number }>(
    'select count(*) as n from job_steps where finished_at is not null',
  );
  expect(recorded?.n).toBe(1_200);
  const again = await t.db.all(
    `select e.job_id from effects e join job_steps s on s.job_id = e.job_id and s.name = e.what
     where e.attempt > s.attempt`,
  );
  expect(again).toEqual([]);
}, 60_000);

test('what a job starts and nobody awaits fails that job and nothing else', async () => {
  await using t = await fresh('file');
  const queue = createQueue({ db: t.db, clock: systemClock, newId: idMaker(systemClock, random) });
  const bad = ['child.rejects', 'child.rejects-later', 'child.throws'];
  for (const type of bad) await queue.enqueue(kindOf(type), { n: 1 }, { maxAttempts: 1 });
  await queue.enqueueMany(
    once,
    Array.from({ length: 20 }, (_, n) => ({ n })),
  );
  const c = child('drain', t.url);
  await message(c);
  const counts = message<EndingCounts>(c);
  const end = ended(c);
  c.send('go');
  expect(await counts).toMatchObject({ completed: 20, exhausted: 3 });
  expect(await end).toBe(0);
  const failed = await queue.list({ state: 'failed' });
  expect(Object.fromEntries(failed.map((j) => [j.type, j.lastError]))).toEqual({
    'child.rejects': 'Error: nobody awaits this',
    'child.rejects-later': 'Error: nobody awaits this either',
    'child.throws': 'Error: thrown in a timer',
  });
});

test('what belongs to no job ends the process with its stack', async () => {
  await using t = await fresh('file');
  const c = child('stray', t.url);
  let stderr = '';
  c.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  expect(await ended(c)).toBe(1);
  expect(stderr).toMatch('this belongs to no job');
});
