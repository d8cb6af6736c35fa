import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLease } from '#accounts/lease-store.ts';
import { createAccount, getAccount, setAccountStatus } from '#accounts/store.ts';
import { ACCOUNTS_LOOK_MS } from '#config/limits.ts';
import { SILENCE_LEAST_MS, SILENCE_MOST_MS, WATCH_LEASE_MS } from '#config/limits-ingest.ts';
import type { Mailbox } from '#mail/port.ts';
import { ManualClock } from '#std/clock.ts';
import { toInstant, toMs } from '#std/time.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { accountStatus } from './account-status.ts';
import { elsewhere } from './elsewhere.suite.ts';
import { takeHint } from './hint.ts';
import { syncJob } from './sync.job.ts';
import { type Watching, watchMailboxes } from './watch.ts';

/** Mailboxes whose watches are in the test's hands. */
const watches = () => {
  const open: { tell: (told?: string) => Promise<void> | void }[] = [];
  let begun = 0;
  let renewed = 0;
  return {
    open,
    get begun() {
      return begun;
    },
    get renewed() {
      return renewed;
    },
    wrap: (m: Mailbox): Mailbox => ({
      ...m,
      watch: (tell) => {
        const one = { tell };
        open.push(one);
        begun++;
        return () => void open.splice(open.indexOf(one), 1);
      },
      renewWatch: async () => {
        renewed++;
        return toInstant(Date.parse('2027-01-01T00:00:00.000Z'));
      },
    }),
  };
};

const queued = async (t: TestApp): Promise<number> =>
  Number(
    (
      await t.app.db.all<{ n: number }>(
        "select count(*) as n from jobs where type = 'sync' and state = 'queued'",
      )
    )[0]?.n,
  );
const watching = async (t: TestApp): Promise<Watching & AsyncDisposable> => {
  const it = await watchMailboxes(t.app);
  return { look: () => it.look(), stop: () => it.stop(), [Symbol.asyncDispose]: () => it.stop() };
};

test('what a mailbox tells is acknowledged after the commit of the sync that it leads to', async () => {
  const w = watches();
  await using t = await testApp({ mailbox: w.wrap });
  await using _ = await watching(t);
  await t.drain();
  expect(await queued(t)).toBe(0);
  await w.open[0]?.tell();
  expect(await queued(t)).toBe(1);
});

test('a hint that cannot be stored is not acknowledged', async () => {
  const w = watches();
  await using t = await testApp({ mailbox: w.wrap });
  const { mailbox } = await t.app.openMailbox(t.accountId);
  const broken = { ...t.app, db: { ...t.app.db, write: () => Promise.reject(new Error('disk')) } };
  const hint = { accountId: t.accountId, userId: t.app.owner.id, mailbox };
  await expect(takeHint(broken as typeof t.app, hint, '7')).rejects.toThrow('disk');
});

test('of two processes one watches, and the other takes over when it ends or dies', async () => {
  const clock = new ManualClock();
  const w = watches();
  await using t = await testApp({ mailbox: w.wrap, clock });
  const first = await watchMailboxes(t.app);
  const second = await watchMailboxes(t.app);
  expect(w.open).toHaveLength(1);
  await first.stop();
  expect(w.open).toHaveLength(0);
  await second.look();
  expect(w.open).toHaveLength(1);
  await second.stop();

  // One elsewhere that says nothing more.
  await t.app.db.write((tx) =>
    acquireLease(tx, t.accountId, {
      purpose: 'watch',
      holder: 'far/away/1/x',
      ttlMs: WATCH_LEASE_MS,
      clock,
    }),
  );
  const third = await watchMailboxes(t.app);
  expect(w.open).toHaveLength(0);
  clock.advance(WATCH_LEASE_MS + ACCOUNTS_LOOK_MS);
  await third.look();
  expect(w.open).toHaveLength(1);
  await third.stop();
});

test('an account that is added, paused or resumed in this process is watched or left at once', async () => {
  const w = watches();
  await using t = await testApp({ mailbox: w.wrap });
  await using it = await watching(t);
  const status = async (status: 'active' | 'paused') => {
    const { app } = t;
    await app.db.write((tx) =>
      setAccountStatus(tx, { id: t.accountId, status, reason: null, now: app.clock.now() }),
    );
    app.live.tell('accounts');
    await it.look();
  };
  await status('paused');
  expect(w.open).toHaveLength(0);
  await status('active');
  expect(w.open).toHaveLength(1);
  const made = { userId: t.app.owner.id, provider: 'local', email: 'b', displayName: 'b' };
  await createAccount(t.app, made);
  t.app.live.tell('accounts');
  await it.look();
  expect(w.open).toHaveLength(2);
});

test('a mailbox that cannot be opened keeps none of the others from being watched', async () => {
  const w = watches();
  await using t = await testApp({ mailbox: w.wrap });
  const odd = { userId: t.app.owner.id, provider: 'no-such-provider', email: 'b', displayName: 'b' };
  await createAccount(t.app, odd);
  await using _ = await watching(t);
  expect(w.open).toHaveLength(1);
});

test('a watch that is silent for longer than its mailbox is used to is begun anew, and the mailbox looked into', async () => {
  const clock = new ManualClock();
  const w = watches();
  await using t = await testApp({ mailbox: w.wrap, clock });
  await t.deliver(...Array.from({ length: 20 }, (_, i) => ({ subject: `m${i}`, ageMs: i * 60_000 })));
  await t.drain();
  await using it = await watching(t);
  await t.drain();
  const { begun, renewed } = w;
  clock.advance(SILENCE_LEAST_MS - 60_000);
  await it.look();
  expect(w.begun).toBe(begun);
  clock.advance(120_000);
  await it.look();
  expect(w.begun).toBe(begun + 1);
  expect(w.open).toHaveLength(1);
  await t.drain();
  expect(w.renewed).toBe(renewed + 1);
  const { state } = await getAccount(t.app.db, t.app.owner.id, t.accountId);
  expect(state.watch?.endsAt).toBe('2027-01-01T00:00:00.000Z');
});

test('a provider is asked to tell of changes when a mailbox is new, and when it rested for longer than that lasts', async () => {
  const clock = new ManualClock();
  const w = watches();
  await using t = await testApp({ mailbox: w.wrap, clock });
  const onceMore = async () => {
    await (await watchMailboxes(t.app)).stop();
    await t.drain();
    return w.renewed;
  };
  expect(await onceMore()).toBe(1);
  const { state } = await getAccount(t.app.db, t.app.owner.id, t.accountId);
  expect(state.watch?.endsAt).toBe('2027-01-01T00:00:00.000Z');
  expect(await onceMore()).toBe(1);
  clock.advance(toMs('2027-01-02T00:00:00.000Z') - clock.ms());
  expect(await onceMore()).toBe(2);
});

test('of many notifications, late and twice, each real change leads to one look and no more', async () => {
  const box = elsewhere();
  const w = watches();
  await using t = await testApp({ mailbox: (m) => w.wrap(box.wrap(m)) });
  await t.deliver({ subject: 'first' });
  await t.drain();
  const { mailbox } = await t.app.openMailbox(t.accountId);
  const hint = { accountId: t.accountId, userId: t.app.owner.id, mailbox };
  const told: string[] = [await mailbox.cursor()];
  box.calls.changes = 0;
  for (let change = 0; change < 10; change++) {
    await t.deliver({ subject: `m${change}` });
    await t.app.db.write((tx) => tx.run("delete from jobs where type = 'sync' and state = 'queued'"));
    told.push(await mailbox.cursor());
    for (let i = 0; i < 50; i++) await takeHint(t.app, hint, told[(i * 7 + change) % told.length]);
    await takeHint(t.app, hint, told.at(-1));
    await t.drain();
    for (const one of told) await takeHint(t.app, hint, one);
    await t.drain();
  }
  expect(box.calls.changes).toBeLessThanOrEqual(12);
  const [row] = await t.app.db.all<{ n: number }>('select count(*) as n from messages');
  expect(Number(row?.n)).toBe(11);
});

test('a hint that comes while its mailbox is being read is not lost', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'first' });
  await t.drain();
  const { mailbox } = await t.app.openMailbox(t.accountId);
  const hint = { accountId: t.accountId, userId: t.app.owner.id, mailbox };
  const tell = async () => takeHint(t.app, hint, await mailbox.cursor());
  const deliverSilently = async (subject: string) => {
    await t.deliver({ subject });
    await t.app.db.write((tx) => tx.run("delete from jobs where type = 'sync' and state = 'queued'"));
  };
  await deliverSilently('second');
  await tell();
  box.before = async (method) => {
    if (method !== 'fetch') return;
    box.before = () => {};
    await deliverSilently('third');
    await tell();
  };
  await t.drain();
  const rows = await t.app.db.all<{ subject: string }>('select subject from messages order by seq');
  expect(rows.map((m) => m.subject)).toEqual(['first', 'second', 'third']);
});

test('a look that was asked for happens although a hint finds nothing to do', async () => {
  const box = elsewhere();
  await using t = await testApp({ mailbox: box.wrap });
  await t.deliver({ subject: 'first' });
  await t.drain();
  const { accountId } = t;
  const userId = t.app.owner.id;
  const { syncCursor } = await getAccount(t.app.db, userId, accountId);
  await t.app.queue.enqueue(syncJob, { accountId, told: syncCursor ?? '' }, { userId });
  await t.app.queue.enqueue(syncJob, { accountId }, { userId });
  box.calls.changes = 0;
  await t.drain();
  expect(box.calls.changes).toBe(1);
});

test('the owner is told when mail stops flowing', async () => {
  const clock = new ManualClock();
  await using t = await testApp({ clock, mailbox: elsewhere().wrap });
  for (let i = 0; i < 5; i++) {
    clock.advance(60_000);
    await t.deliver({ subject: `m${i}` });
    await t.drain();
  }
  const status = async () => accountStatus(t.app, await getAccount(t.app.db, t.app.owner.id, t.accountId));
  const now = await status();
  expect(now).toMatchObject({ troubles: [], lag: { medianMs: 0, worstMs: 0 }, gapSince: null });
  expect(now.lastMailAt).not.toBeNull();
  clock.advance(SILENCE_MOST_MS);
  const { troubles } = await status();
  expect(troubles.join(' ')).toContain('could not be looked into');
  expect(troubles.join(' ')).toContain('No mail has come since');
});

test('an archive of old mail is not taken for a mailbox that fell silent', async () => {
  const clock = new ManualClock();
  await using t = await testApp({ clock });
  await t.deliver({ subject: 'long ago', ageMs: 2 * SILENCE_MOST_MS });
  await t.drain();
  const account = await getAccount(t.app.db, t.app.owner.id, t.accountId);
  expect(await accountStatus(t.app, account)).toMatchObject({ troubles: [] });
});

test('two hundred mailboxes cost a look one transaction', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-watch-'));
  try {
    const w = watches();
    await using t = await testApp({ mailbox: w.wrap, database: join(dir, 'test.db') });
    for (let i = 0; i < 200; i++) {
      const made = { userId: t.app.owner.id, provider: 'local', email: `b${i}`, displayName: `b${i}` };
      await createAccount(t.app, made);
    }
    let writes = 0;
    const db = { ...t.app.db, all: t.app.db.all.bind(t.app.db), query: t.app.db.query };
    const counted = {
      ...db,
      write: <T>(work: Parameters<typeof t.app.db.write<T>>[0]) => {
        writes++;
        return t.app.db.write(work);
      },
    };
    const it = await watchMailboxes({ ...t.app, db: counted as typeof t.app.db });
    expect(w.open).toHaveLength(201);
    writes = 0;
    await it.look();
    expect(writes).toBe(1);
    await it.stop();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
