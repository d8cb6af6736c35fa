import { expect, test } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { makeClaim } from '#queue/claim-store.ts';
import { pruneJob } from '#queue/prune.job.ts';
import { createQueue } from '#queue/queue.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { database } from './database.ts';

test('the doctor warns of jobs whose worker is gone when nobody takes them back', async () => {
  const clock = new ManualClock();
  await using t = await testDatabase('file', { clock });
  const loaded = loadConfig({
    env: {},
    cwd: '/',
    homeDir: '/',
    readFile: () => undefined,
    overrides: { 'paths.database': t.url },
  });
  const examine = async () => (await database.examine({ ...loaded, clock })).slice(2);
  const newId = idMaker(clock, systemRandom);
  await createQueue({ db: t.db, clock, newId }).enqueue(pruneJob, {});
  const { claim } = makeClaim([pruneJob.type], t.db.engine, 'app');
  const now = clock.now();
  await t.db.write((tx) =>
    claim(tx, { rooms: [1], limit: 1, token: newId(), workerId: 'elsewhere/x/1/a', now }),
  );
  clock.advance(10 * 60_000);
  expect(await examine()).toMatchObject([{ state: 'ok' }]);
  clock.advance(2 * 60_000 + 1);
  expect(await examine()).toMatchObject([{ state: 'warn', says: expect.stringContaining('(1)') as unknown }]);
});
