import { expect, test } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { makeClaim } from '#queue/claim-store.ts';
import { pruneJob } from '#queue/prune.job.ts';
import { createQueue } from '#queue/queue.ts';
import { noteTally } from '#queue/tally-store.ts';
import { type Clock, ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { hasSqld } from '#test/kit/sqld-server.ts';
import { database } from './database.ts';

const NOTHING = { started: 0, completed: 0, failed: 0, retried: 0 };

/** What the doctor says of a database, after its first line. */
const examine = async (url: string, clock: Clock) => {
  const loaded = loadConfig({
    env: {},
    cwd: '/',
    homeDir: '/',
    readFile: () => undefined,
    overrides: { 'paths.database': url },
  });
  return (await database.examine({ ...loaded, clock })).slice(1);
};

test.runIf(hasSqld())('the doctor says what a libSQL server needs that many workers share', async () => {
  const clock = new ManualClock();
  await using t = await testDatabase('remote', { clock });
  const workers = ['one', 'two', 'three'];
  for (const id of workers.slice(1)) await noteTally(t.db, { id, now: clock.now() }, NOTHING);
  expect(await examine(t.url, clock)).toHaveLength(2);
  await noteTally(t.db, { id: 'one', now: clock.now() }, NOTHING);
  const [found] = await examine(t.url, clock);
  expect(found?.says).toContain('3 workers');
  expect(found?.cure).toContain('SQLD_MAX_CONCURRENT_CONNECTIONS=2');
});

test('the doctor warns of jobs whose worker is gone when nobody takes them back', async () => {
  const clock = new ManualClock();
  await using t = await testDatabase('file', { clock });
  const found = async () => (await examine(t.url, clock)).slice(1);
  const newId = idMaker(clock, systemRandom);
  await createQueue({ db: t.db, clock, newId }).enqueue(pruneJob, {});
  const { claim } = makeClaim([pruneJob.type], t.db.engine, 'app');
  const now = clock.now();
  await t.db.write((tx) =>
    claim(tx, { rooms: [1], limit: 1, token: newId(), workerId: 'elsewhere/x/1/a', now }),
  );
  clock.advance(10 * 60_000);
  expect(await found()).toMatchObject([{ state: 'ok' }]);
  clock.advance(2 * 60_000 + 1);
  expect(await found()).toMatchObject([{ state: 'warn', says: expect.stringContaining('(1)') as unknown }]);
});
