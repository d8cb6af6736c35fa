import { expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import type { Lane } from '#mail/port.ts';
import { ManualClock } from '#std/clock.ts';
import { onEveryDatabase, testDatabase } from '#test/kit/databases.ts';
import { addGmailAccount } from '#test/kit/gmail.ts';
import type { Method } from './prices.ts';
import { AccountQuota, type QuotaSettings, quotaUse } from './quota.ts';

const SETTINGS: QuotaSettings = { priceList: '2026', share: 0.75 };

/** Statements under way: time stands still for them. */
let underWay = 0;

const counted = (db: Db): Db => ({
  ...db,
  engine: db.engine,
  query: db.query,
  all: (...args) => count(() => db.all(...args)) as never,
  write: (work) => count(() => db.write(work)),
});

const count = async <T>(work: () => Promise<T>): Promise<T> => {
  underWay++;
  try {
    return await work();
  } finally {
    underWay--;
  }
};

/** Time that moves as soon as nothing else is to be done. */
const run = async <T>(clock: ManualClock, work: Promise<T>, stepMs = 20): Promise<T> => {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  ended.catch(() => {});
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    if (underWay === 0 && !done) clock.advance(stepMs);
  }
  return ended;
};

/** What was granted, and when. */
class Grants {
  readonly all: { ms: number; units: number; lane: Lane }[] = [];
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async take(quota: AccountQuota, o: { method: Method; units: number; lane: Lane }): Promise<void> {
    await quota.take(o.method, o.lane);
    this.all.push({ ms: this.#clock.ms(), units: o.units, lane: o.lane });
  }

  units(lane?: Lane): number {
    return this.all.filter((g) => lane === undefined || g.lane === lane).reduce((sum, g) => sum + g.units, 0);
  }

  /** The most in any minute. */
  worstMinute(): number {
    let worst = 0;
    for (const { ms: from } of this.all) {
      const within = this.all.filter(({ ms }) => ms >= from && ms < from + 60_000);
      worst = Math.max(
        worst,
        within.reduce((sum, g) => sum + g.units, 0),
      );
    }
    return worst;
  }
}

const READ = { method: 'messages.get', units: 20 } as const;

const open = async (db: Db, settings = SETTINGS) => {
  const clock = new ManualClock();
  const made = (accountId = 'a1') => new AccountQuota({ db: counted(db), clock, settings }, accountId);
  return { clock, quota: made(), another: made, grants: new Grants(clock) };
};

/** Takes for so long, one after another, as quickly as it is let. */
const takeFor = async (
  o: { clock: ManualClock; quota: AccountQuota; grants: Grants },
  want: { lane: Lane; forMs: number; everyMs?: number },
): Promise<void> => {
  const end = o.clock.ms() + want.forMs;
  while (o.clock.ms() < end) {
    await o.grants.take(o.quota, { ...READ, lane: want.lane });
    if (want.everyMs) await o.clock.sleep(want.everyMs);
  }
};

onEveryDatabase('The quota of an account', (fresh) => {
  test('bulk work uses nearly all of the share, and no minute is above what Google grants', async () => {
    await using database = await fresh();
    await addGmailAccount(database.db);
    const o = await open(database.db);
    await run(o.clock, takeFor(o, { lane: 'bulk', forMs: 3 * 60_000 }));
    expect(o.grants.units()).toBeGreaterThan(0.97 * 4_500 * 3);
    expect(o.grants.units()).toBeLessThanOrEqual(4_500 * 3 * 1.02);
    expect(o.grants.worstMinute()).toBeLessThanOrEqual(6_000);
  });

  test('interactive work goes first, and bulk work uses what it leaves', async () => {
    await using database = await fresh();
    await addGmailAccount(database.db);
    const o = await open(database.db);
    const waits: number[] = [];
    const interactive = async (): Promise<void> => {
      const end = o.clock.ms() + 2 * 60_000;
      while (o.clock.ms() < end) {
        const asked = o.clock.ms();
        await o.grants.take(o.quota, { ...READ, lane: 'interactive' });
        waits.push(o.clock.ms() - asked);
        await o.clock.sleep(500);
      }
    };
    const bulk = takeFor(o, { lane: 'bulk', forMs: 2 * 60_000 });
    await run(o.clock, Promise.all([interactive(), bulk]));
    expect(Math.max(...waits)).toBeLessThan(100);
    const left = 4_500 * 2 - o.grants.units('interactive');
    expect(o.grants.units('bulk')).toBeGreaterThan(0.9 * left);
    expect(o.grants.worstMinute()).toBeLessThanOrEqual(6_000);
  });

  test('two processes share it', { timeout: 60_000 }, async () => {
    await using database = await fresh();
    await addGmailAccount(database.db);
    const o = await open(database.db);
    const bulk = (quota: AccountQuota) => takeFor({ ...o, quota }, { lane: 'bulk', forMs: 2 * 60_000 });
    await run(o.clock, Promise.all([bulk(o.quota), bulk(o.another()), bulk(o.another())]));
    expect(o.grants.units()).toBeGreaterThan(0.9 * 4_500 * 2);
    expect(o.grants.worstMinute()).toBeLessThanOrEqual(6_000);
  });
});

test('a burst of interactive work is let through at once, and no minute is above what Google grants', async () => {
  await using database = await testDatabase();
  await addGmailAccount(database.db);
  const o = await open(database.db);
  await run(o.clock, takeFor(o, { lane: 'bulk', forMs: 60_000 }));
  const start = o.clock.ms();
  await run(
    o.clock,
    Promise.all(Array.from({ length: 50 }, () => o.grants.take(o.quota, { ...READ, lane: 'interactive' }))),
  );
  expect(o.clock.ms() - start).toBeLessThan(5_000);
  await run(o.clock, takeFor(o, { lane: 'bulk', forMs: 60_000 }));
  expect(o.grants.worstMinute()).toBeLessThanOrEqual(6_000);
});

test('a limit that was hit halves the rate for five minutes, and Retry-After is kept', async () => {
  await using database = await testDatabase();
  await addGmailAccount(database.db);
  const o = await open(database.db);
  await o.quota.slowDown(10_000);
  // Another refusal that names no time does not end it.
  await o.quota.slowDown();
  const start = o.clock.ms();
  await run(o.clock, o.grants.take(o.another(), { ...READ, lane: 'interactive' }));
  expect(o.clock.ms() - start).toBeGreaterThanOrEqual(10_000);
  await run(o.clock, takeFor(o, { lane: 'bulk', forMs: 4 * 60_000 }));
  expect(o.grants.units('bulk')).toBeLessThanOrEqual(4 * 2_250 * 1.02);
  expect(o.grants.units('bulk')).toBeGreaterThan(4 * 2_250 * 0.9);
  expect(await quotaUse({ db: database.db, clock: o.clock, settings: SETTINGS }, 'a1')).toMatchObject({
    unitsPerMinute: 2_250,
    slowUntil: '2026-01-15T09:05:00.000Z',
  });
});

test("a project's day that is used up stops every account until midnight Pacific time", async () => {
  await using database = await testDatabase();
  await addGmailAccount(database.db);
  await addGmailAccount(database.db, 'a2', 'other@marlow.example');
  const o = await open(database.db);
  const other = o.another('a2');
  await run(o.clock, other.take('messages.get', 'interactive'));
  expect(await o.quota.dayUsedUp()).toBe(23 * 3_600_000);
  for (const quota of [o.another('a1'), o.another('a2')]) {
    await expect(quota.take('messages.get', 'bulk')).rejects.toMatchObject({
      kind: 'limit',
      code: 'mail.day-used-up',
      retryAfterMs: 23 * 3_600_000,
    });
  }
  o.clock.advance(23 * 3_600_000);
  await run(o.clock, o.another('a2').take('messages.get', 'bulk'));
});

test('a refused send makes sends rest, longer each time, and nothing else', async () => {
  await using database = await testDatabase();
  await addGmailAccount(database.db);
  const o = await open(database.db);
  expect(await o.quota.restSends()).toBe(15 * 60_000);
  await expect(o.another().take('drafts.send', 'interactive')).rejects.toMatchObject({
    kind: 'limit',
    code: 'mail.sending-limit',
    retryAfterMs: 15 * 60_000,
  });
  await run(o.clock, o.quota.take('messages.get', 'interactive'));
  o.clock.advance(15 * 60_000);
  await run(o.clock, o.quota.take('drafts.send', 'interactive'));
  expect(await o.quota.restSends()).toBe(30 * 60_000);
});

test('whoever would wait too long is told when to come back', async () => {
  await using database = await testDatabase();
  await addGmailAccount(database.db);
  const o = await open(database.db, { priceList: '2026', share: 0.01 });
  await run(o.clock, o.quota.take('drafts.send', 'bulk'));
  await expect(run(o.clock, o.quota.take('drafts.send', 'interactive'))).resolves.toBeUndefined();
  await run(
    o.clock,
    o.quota.take('messages.get', 'bulk').catch((e: unknown) => e),
  );
  const err = await run(
    o.clock,
    o.quota.take('drafts.send', 'bulk').catch((e: unknown) => e),
  );
  expect(err).toMatchObject({ kind: 'limit', code: 'mail.quota-wait' });
});

test('a clock that was wrong does not stop an account', async () => {
  await using database = await testDatabase();
  await addGmailAccount(database.db);
  const o = await open(database.db);
  o.clock.advance(365 * 86_400_000);
  await run(o.clock, o.another().take('messages.get', 'interactive'));
  o.clock.set(Date.parse('2026-01-15T09:00:00.000Z'));
  const start = o.clock.ms();
  await run(o.clock, o.another().take('messages.get', 'interactive'));
  expect(o.clock.ms() - start).toBeLessThan(1_000);
});

test('what was used is told for people', async () => {
  await using database = await testDatabase();
  await addGmailAccount(database.db);
  const o = await open(database.db);
  await run(o.clock, takeFor(o, { lane: 'bulk', forMs: 2 * 60_000 }));
  const use = await quotaUse({ db: database.db, clock: o.clock, settings: SETTINGS }, 'a1');
  expect(use.unitsLastMinute).toBeGreaterThan(4_000);
  expect(use.unitsLastMinute).toBeLessThan(5_000);
  expect(use.unitsToday).toBeGreaterThan(8_500);
  expect(use).toMatchObject({ unitsPerMinute: 4_500, slowUntil: null, sendsRestUntil: null });
});
