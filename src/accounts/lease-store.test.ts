import { expect, test } from 'vitest';
import { ensureOwner } from '#access/user-store.ts';
import type { Db } from '#db/db.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { onEveryDatabase, testDatabase } from '#test/kit/databases.ts';
import { acquireLease, acquireLeases, leaseHolders, releaseLeases } from './lease-store.ts';
import { createAccount } from './store.ts';

const accounts = async (db: Db, count: number): Promise<string[]> => {
  const newId = idMaker(systemClock, systemRandom);
  const ports = {
    db,
    clock: systemClock,
    random: systemRandom,
    newId,
    tokenHash: (token: string) => token,
    lifetimes: { linkMs: 1_000, sessionMs: 1_000 },
  };
  const { id: userId } = await ensureOwner(ports, {
    email: 'owner@localhost',
    displayName: 'Owner',
    timeZone: 'UTC',
  });
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const made = { userId, provider: 'local', email: `box ${i}`, displayName: `box ${i}` };
    ids.push((await createAccount(ports, made)).id);
  }
  return ids.sort();
};

const one = { purpose: 'watch', holder: 'one', ttlMs: 60_000, clock: systemClock } as const;
const two = { ...one, holder: 'two' } as const;

onEveryDatabase('leases', (fresh) => {
  test('one holder at a time has an account, until it gives it back', async () => {
    await using t = await fresh();
    const [a = '', b = ''] = await accounts(t.db, 2);
    const take = (ids: string[], o: typeof one | typeof two) =>
      t.db.write(async (tx) => [...(await acquireLeases(tx, ids, o))].sort());
    expect(await take([a], one)).toEqual([a]);
    expect(await take([a, b], two)).toEqual([b]);
    expect(await take([a, b], one)).toEqual([a]);
    expect(await leaseHolders(t.db, [a, b], 'watch')).toEqual(
      new Map([
        [a, 'one'],
        [b, 'two'],
      ]),
    );
    await t.db.write((tx) => releaseLeases(tx, [a, b], one));
    expect(await take([a, b], two)).toEqual([a, b]);
  });

  test('two purposes do not hinder each other, and an account that is gone has no lease', async () => {
    await using t = await fresh();
    const [a = ''] = await accounts(t.db, 1);
    expect(await t.db.write((tx) => acquireLease(tx, a, one))).toBe(true);
    expect(await t.db.write((tx) => acquireLease(tx, a, { ...two, purpose: 'token' }))).toBe(true);
    expect(await t.db.write((tx) => acquireLease(tx, 'never-there', one))).toBe(false);
  });

  test('a lease that nobody renewed is taken over, and so is one from a clock that was wrong', async () => {
    await using t = await fresh();
    const [a = '', b = ''] = await accounts(t.db, 2);
    const now = systemClock.ms();
    const set = (id: string, at: number) =>
      t.db.write((tx) =>
        tx.run(
          `insert into account_leases (account_id, purpose, holder, expires_at) values ($1, 'watch', 'dead', $2)`,
          [id, at],
        ),
      );
    await set(a, now - 2_000);
    await set(b, now + 10 * one.ttlMs);
    const taken = await t.db.write((tx) => acquireLeases(tx, [a, b], one));
    expect([...taken].sort()).toEqual([a, b]);
  });

  test('of many that ask at once for the same account one gets it', async () => {
    await using t = await fresh();
    const [a = ''] = await accounts(t.db, 1);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        t.db.write((tx) => acquireLease(tx, a, { ...one, holder: `holder ${i}` })),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});

test('on a file the clock is that of the program', async () => {
  await using t = await testDatabase();
  const [a = ''] = await accounts(t.db, 1);
  const clock = new ManualClock();
  const take = (o: typeof one | typeof two) => t.db.write((tx) => acquireLease(tx, a, { ...o, clock }));
  expect(await take(one)).toBe(true);
  clock.advance(one.ttlMs - 1);
  expect(await take(two)).toBe(false);
  clock.advance(1);
  expect(await take(two)).toBe(true);
  expect(await take(one)).toBe(false);
});
