import { expect, test } from 'vitest';
import { loadConfig } from '#config/load.ts';
import type { Db } from '#db/db.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { seededRandom } from '#std/random.ts';
import { memoryLog } from '#telemetry/log-memory.ts';
import { startTelemetry } from '#telemetry/start.ts';
import { withTraceparent } from '#telemetry/trace.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { listActivity, type NewActivity, recordActivity } from './store.ts';

const clock = new ManualClock();
const random = seededRandom(3);
const ports = { clock, newId: idMaker(clock, random) };

const addUsers = async (db: Db, ...ids: string[]): Promise<void> => {
  const [email, at] = ['@mail.example', clock.now()];
  for (const id of ids) {
    await db.write((tx) =>
      tx.run(
        'insert into users (id, email, display_name, time_zone, locale, created_at, updated_at) values ($1, $2, $1, $3, $4, $5, $5)',
        [id, id + email, 'UTC', 'en', at],
      ),
    );
  }
};

const entry = (userId: string, n: number, more: Partial<NewActivity> = {}): NewActivity => ({
  userId,
  actor: `user:${userId}`,
  channel: 'web',
  action: 'rule.update',
  subjectType: 'rule',
  subjectId: `r${n % 2}`,
  details: { n },
  ...more,
});

onEveryDatabase('The audit log', (fresh) => {
  test('entries are listed newest first, page by page, each once, and only to their user', async () => {
    await using t = await fresh();
    await addUsers(t.db, 'ann', 'bob');
    for (let n = 0; n < 7; n++) {
      await t.db.write(async (tx) => {
        await recordActivity(ports, tx, entry('ann', n));
        await recordActivity(ports, tx, entry('bob', n));
      });
    }
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await listActivity(t.db, 'ann', { limit: 3, cursor });
      seen.push(...page.items.map(({ userId, details }) => [userId, details.n]));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => ['ann', n]));
  });

  test('the history of one thing can be read alone', async () => {
    await using t = await fresh();
    await addUsers(t.db, 'ann');
    await t.db.write(async (tx) => {
      for (let n = 0; n < 4; n++) await recordActivity(ports, tx, entry('ann', n));
    });
    const { items, next } = await listActivity(t.db, 'ann', { subject: { type: 'rule', id: 'r1' } });
    expect(items.map(({ details }) => details.n)).toEqual([3, 1]);
    expect(next).toBeNull();
  });

  test('an entry goes with the transaction that it tells of', async () => {
    await using t = await fresh();
    await addUsers(t.db, 'ann');
    const failing = t.db.write(async (tx) => {
      await recordActivity(ports, tx, entry('ann', 1));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await listActivity(t.db, 'ann')).items).toEqual([]);
  });

  test('an entry keeps the trace that was open, and leaves out details that are too long', async () => {
    await using t = await fresh();
    await addUsers(t.db, 'ann');
    const { config } = loadConfig({
      env: {},
      cwd: '/',
      homeDir: '/',
      readFile: () => undefined,
      overrides: { 'telemetry.metrics': false },
    });
    const telemetry = await startTelemetry({ config, version: '1', clock, random, log: memoryLog() });
    const traceId = 'c'.repeat(32);
    await withTraceparent(`00-${traceId}-${'d'.repeat(16)}-01`, () =>
      t.db.write((tx) =>
        recordActivity(ports, tx, entry('ann', 1, { details: { long: 'x'.repeat(20_000) } })),
      ),
    );
    await telemetry.stop();
    const { items } = await listActivity(t.db, 'ann');
    expect(items).toMatchObject([{ traceId, at: clock.now(), details: { leftOut: '20011 characters' } }]);
  });

  test('a cursor of our own making is needed', async () => {
    await using t = await fresh();
    for (const cursor of ['', 'x', '-1', '0', '1e3', '9'.repeat(30)]) {
      await expect(listActivity(t.db, 'ann', { cursor })).rejects.toMatchObject({
        code: 'activity.bad-cursor',
      });
    }
  });
});
