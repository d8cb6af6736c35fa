import { expect, test } from 'vitest';
import { createAccount } from '#accounts/store.ts';
import type { Db } from '#db/db.ts';
import { addToLedger, type LedgerEntry, settleInLedger } from '#mail/ledger-store.ts';
import { countMessages, lockHandlesByProviderId, markGone } from '#mail/message-store.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { classifyJob } from '#triage/classify.job.ts';
import { ledgerOfAccount, ledgerOfUser, ledgerSince, statusOf } from './status.ts';

/** Mail that is stored and not decided yet: one message with a job for it, one without. */
const halfDone = async (t: TestApp): Promise<{ waits: string; lost: string }> => {
  await t.deliver({ subject: 'waits' }, { subject: 'lost' });
  await t.drain();
  const ids = await t.app.db.all<{ id: string; subject: string }>('select id, subject from messages');
  const idOf = (subject: string) => ids.find((m) => m.subject === subject)?.id ?? '';
  await t.app.db.write(async (tx) => {
    await tx.run("update message_ledger set state = 'stored'");
    await tx.run('delete from jobs');
    const job = { messageId: idOf('waits'), live: true };
    await t.app.queue.enqueue(classifyJob, job, { tx, userId: t.app.owner.id });
  });
  return { waits: idOf('waits'), lost: idOf('lost') };
};

/** Does something between the look into the ledger and the look for jobs. */
const meanwhile = (db: Db, work: () => Promise<void>): Db =>
  new Proxy(db, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'all') return typeof value === 'function' ? value.bind(target) : value;
      return async (sql: string, params: never[]) => {
        if (sql.includes('from jobs')) await work();
        return target.all(sql, params);
      };
    },
  });

test('what has a job waits, and what has none is unexplained', async () => {
  await using t = await testApp();
  await halfDone(t);
  const counts = { received: 2, decided: 0, waiting: 1, unexplained: 1 };
  const { db, owner } = t.app;
  expect(await ledgerOfAccount({ db }, t.accountId)).toEqual(counts);
  expect(await ledgerOfUser({ db }, owner.id)).toEqual(counts);
  expect(await ledgerSince({ db }, owner.id, t.app.clock.ms() - 60_000)).toEqual(counts);
  expect((await statusOf({ db }, owner.id)).ledger).toEqual(counts);
});

test('what is decided while it is counted is not taken for unexplained', async () => {
  await using t = await testApp();
  const { lost } = await halfDone(t);
  const { owner } = t.app;
  const db = meanwhile(t.app.db, async () => {
    await t.app.db.write((tx) =>
      settleInLedger(tx, { messageId: lost, state: 'decided', reason: null, now: t.app.clock.now() }),
    );
  });
  const counts = { received: 2, decided: 1, waiting: 1, unexplained: 0 };
  expect(await ledgerOfAccount({ db }, t.accountId)).toEqual(counts);
  await t.app.db.write((tx) =>
    tx.run("update message_ledger set state = 'stored' where message_id = $1", [lost]),
  );
  expect(await ledgerSince({ db }, owner.id, t.app.clock.ms() - 60_000)).toEqual(counts);
});

test('messages that are gone are not counted', async () => {
  await using t = await testApp();
  await t.deliver({ subject: 'one' }, { subject: 'two' });
  await t.drain();
  const { db, owner } = t.app;
  const [row] = await db.all<{ id: string }>('select provider_message_id as id from messages');
  await db.write(async (tx) => {
    for (const handle of (await lockHandlesByProviderId(tx, t.accountId, [row?.id ?? ''])).values()) {
      await markGone(tx, handle, t.app.clock.now());
    }
  });
  expect(await countMessages(db, owner.id)).toBe(1);
});

test.each([0, 1, 999, 1_000, 2_500])('of %i messages that wait each is counted once', async (open) => {
  await using t = await testApp();
  const { db, owner, clock } = t.app;
  const entry = (n: number, accountId: string): LedgerEntry => ({
    accountId,
    userId: owner.id,
    providerMessageId: String(n),
    state: n % 2 === 0 ? 'stored' : 'decided',
    reason: null,
    messageId: `${accountId} ${String(n).padStart(6, '0')}`,
  });
  const made = { userId: owner.id, provider: 'local', email: 'other', displayName: 'Other' };
  const other = await createAccount(t.app, made);
  const entries = Array.from({ length: 2 * open }, (_, n) => [entry(n, t.accountId), entry(n, other.id)]);
  await db.write((tx) => addToLedger(tx, entries.flat(), clock.now()));
  const counts = { received: 2 * open, decided: open, waiting: 0, unexplained: open };
  expect(await ledgerOfAccount({ db }, t.accountId)).toEqual(counts);
});
