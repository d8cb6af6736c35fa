import { expect, test } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { composeJob } from '#digests/compose.job.ts';
import { createQueue } from '#queue/queue.ts';
import { createSchedules } from '#queue/schedules.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { schedules as check } from './schedules.ts';

test('the doctor warns of schedules that are late, and of those that could not run', async () => {
  const clock = new ManualClock();
  await using t = await testDatabase('file', { clock });
  const loaded = loadConfig({
    env: {},
    cwd: '/',
    homeDir: '/',
    readFile: () => undefined,
    overrides: { 'paths.database': t.url },
  });
  const examine = () => check.examine({ ...loaded, clock });
  expect(await examine()).toEqual([{ state: 'ok', says: 'None is late.' }]);
  const newId = idMaker(clock, systemRandom);
  const queue = createQueue({ db: t.db, clock, newId });
  const schedules = createSchedules({ db: t.db, clock, newId, queue, kinds: async () => [composeJob] });
  const daily = { job: composeJob, payload: {}, timeZone: 'UTC', userId: 'kim' };
  await schedules.add({ ...daily, cron: '0 10 * * *' });
  const { id } = await schedules.add({ ...daily, cron: '0 11 * * *' });
  clock.advance(3_600_000 + 120_001);
  await t.db.write((tx) => tx.run("update schedules set last_error = 'no such zone' where id = $1", [id]));
  expect(await examine()).toMatchObject([
    { state: 'warn', says: 'The schedule of digest.compose (0 10 * * *) is late.' },
    { state: 'warn', says: 'The schedule of digest.compose (0 11 * * *) could not run: no such zone' },
  ]);
});
