import { expect, test } from 'vitest';
import { ManualClock } from '#std/clock.ts';
import { type Instant, toInstant } from '#std/time.ts';
import { DATABASE_KINDS, testDatabase } from '#test/kit/databases.ts';
import { testApp } from '#test/kit/test-app.ts';
import { claimAutoReply, countAutoReplies } from './auto-reply-store.ts';
import { endEpoch, epochOf, raiseEpoch } from './epoch-store.ts';
import { countSends, lockSends, moveOutboxMail, outboxMailOf, outboxStatesOf } from './outbox-store.ts';
import { endSendPause, pauseSends, sendPauseOf } from './pause-store.ts';
import { requestAction } from './request.ts';

const START = Date.parse('2026-01-15T09:00:00.000Z');
const DAY_MS = 86_400_000;

test.each(DATABASE_KINDS)('mail on its way is kept, moved, counted and held back on %s', async (kind) => {
  const clock = new ManualClock(START);
  await using place = await testDatabase(kind, { migrated: false });
  await using t = await testApp({ clock, database: place.url });
  const { app, accountId } = t;
  const { db } = app;
  await t.deliver({ from: 'Ada <ada@example.com>', subject: 'Lunch' });
  await t.drain();
  const [message] = await db.all<{ id: string }>('select id from messages');
  const { actionId } = await requestAction(app, {
    userId: app.owner.id,
    messageId: message?.id ?? '',
    type: 'reply',
    parameters: { text: 'Grüße' },
    confirmed: true,
    by: { actor: 'owner', channel: 'test' },
  });
  await t.drain();
  const mail = await outboxMailOf(db, actionId);
  if (!mail) throw new Error('The mail is gone');
  expect(mail).toMatchObject({ state: 'prepared', automatic: false, tries: 0, looks: 0, stagedId: null });
  expect(mail.raw.length).toBeGreaterThan(200);
  expect(await outboxStatesOf(db, [actionId, 'nothing'])).toEqual(new Map([[actionId, 'prepared']]));

  const since = toInstant(START - DAY_MS);
  expect(await countSends(db, { accountId, since })).toMatchObject({ all: 1, automatic: 0 });
  expect(await countSends(db, { accountId, since: toInstant(START + DAY_MS) })).toMatchObject({
    all: 0,
    oldest: null,
  });
  await db.write((tx) => lockSends(tx, accountId));

  const move = () =>
    db.write((tx) =>
      moveOutboxMail(tx, mail, { from: 'prepared', to: 'cancelled', now: clock.now(), reason: 'So.' }),
    );
  expect(await move()).toBe(true);
  expect(await move()).toBe(false);
  expect(await outboxMailOf(db, actionId)).toMatchObject({
    state: 'cancelled',
    reason: 'So.',
    raw: { length: 0 },
  });
  const skip = db.write((tx) => moveOutboxMail(tx, mail, { from: 'prepared', to: 'sent', now: clock.now() }));
  await expect(skip).rejects.toThrow('never moves');

  const until = toInstant(START + DAY_MS);
  for (const strikes of [1, 2]) await db.write((tx) => pauseSends(tx, { accountId, strikes, until }));
  expect(await sendPauseOf(db, accountId)).toEqual({ strikes: 2, until });
  await db.write((tx) => endSendPause(tx, accountId));
  expect(await sendPauseOf(db, accountId)).toBeUndefined();

  for (const restoredAt of [since, until]) await db.write((tx) => raiseEpoch(tx, accountId, restoredAt));
  expect(await epochOf(db, accountId)).toEqual({ restoredAt: until, reconciled: false });
  await db.write((tx) => endEpoch(tx, accountId));
  expect(await epochOf(db, accountId)).toEqual({ restoredAt: until, reconciled: true });
});

test.each(DATABASE_KINDS)('a rule answers a sender once until the time is over on %s', async (kind) => {
  const clock = new ManualClock(START);
  await using place = await testDatabase(kind, { migrated: false });
  await using t = await testApp({ clock, database: place.url });
  const { accountId, app } = t;
  const claim = (address: string, ruleId: string, now: Instant, again: Instant) =>
    app.db.write((tx) =>
      claimAutoReply(
        tx,
        { accountId, address, ruleId, domain: 'x.example', userId: app.owner.id, actionId: 'a', now },
        again,
      ),
    );
  const [first, later] = [toInstant(START), toInstant(START + DAY_MS)];
  const before = toInstant(START - DAY_MS);
  const both = await Promise.all([
    claim('a@x.example', 'r', first, before),
    claim('a@x.example', 'r', first, before),
  ]);
  expect(both.sort()).toEqual([false, true]);
  expect(await claim('a@x.example', 'other', first, before)).toBe(true);
  expect(await claim('b@x.example', 'r', first, before)).toBe(true);
  const count = (domain: string, since: Instant) => countAutoReplies(app.db, { accountId, domain, since });
  expect(await count('x.example', before)).toEqual({ all: 3, toDomain: 3 });
  expect(await count('y.example', before)).toEqual({ all: 3, toDomain: 0 });
  expect(await count('x.example', first)).toEqual({ all: 0, toDomain: 0 });
  expect(await claim('a@x.example', 'r', later, first)).toBe(true);
  expect(await claim('a@x.example', 'r', later, first)).toBe(false);
});
