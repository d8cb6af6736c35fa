import { expect, test } from 'vitest';
import { type Clock, systemClock } from '#std/clock.ts';
import { GMAIL_FULL, GMAIL_USER, type OpenGmail, openGmail, PUBSUB_SCOPE } from '#test/kit/gmail.ts';

const TOPIC = 'projects/p/topics/mail';
const SUBSCRIPTION = 'projects/p/subscriptions/mail';

/** Waits between failed pulls are over soon, and nothing polls. */
const hasty: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) };

const openPushed = async (o: { ackDeadlineS?: number; scopes?: string[] } = {}): Promise<OpenGmail> => {
  const f = await openGmail({
    clock: hasty,
    push: { topic: TOPIC, subscription: SUBSCRIPTION },
    scopes: o.scopes ?? [GMAIL_FULL, PUBSUB_SCOPE],
  });
  f.fake.pubsub.createTopic(TOPIC);
  f.fake.pubsub.createSubscription(SUBSCRIPTION, TOPIC, o.ackDeadlineS ?? 10);
  return f;
};

const MAIL = 'Subject: hi\n\nhello';

/** What a listener was told, and a way to wait for more. */
const listener = () => {
  const told: (string | undefined)[] = [];
  let wake = (): void => {};
  return {
    told,
    onChange: (id?: string) => {
      told.push(id);
      wake();
    },
    until: async (fits: () => boolean): Promise<void> => {
      while (!fits()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
};

test('a notification is passed on with its history id', async () => {
  await using f = await openPushed();
  const l = listener();
  const stop = f.mailbox.watch(l.onChange);
  await f.mailbox.renewWatch?.();
  f.fake.deliver(GMAIL_USER, MAIL);
  const now = f.fake.historyId(GMAIL_USER);
  await l.until(() => l.told.some((id) => id !== undefined && f.mailbox.hasReached(id, now)));
  stop();
});

test('the watch is renewed until a time that Gmail says', async () => {
  await using f = await openPushed();
  const until = await f.mailbox.renewWatch?.();
  const days = (Date.parse(until ?? '') - f.fake.clock.ms()) / 86_400_000;
  expect(days).toBeGreaterThan(6);
  expect(days).toBeLessThanOrEqual(7);
  expect(f.mailbox.can.push).toBe(true);
});

test('what could not be taken in comes again, and is acknowledged only when it was', async () => {
  await using f = await openPushed({ ackDeadlineS: 10 });
  let calls = 0;
  const l = listener();
  const stop = f.mailbox.watch((id) => {
    l.onChange(id);
    if (++calls === 1) throw new Error('the database is away');
  });
  await f.mailbox.renewWatch?.();
  f.fake.deliver(GMAIL_USER, MAIL);
  await l.until(() => calls >= 1);
  f.fake.clock.advance(11_000);
  await l.until(() => calls >= 2);
  stop();
});

test('a sign-in that may not read the subscription is told of, and the poll still works', async () => {
  await using f = await openPushed({ scopes: [GMAIL_FULL] });
  const stop = f.mailbox.watch(() => {});
  while (f.problems.length === 0) await systemClock.sleep(5);
  stop();
  expect(f.problems[0]).toMatchObject({ kind: 'needs-user', code: 'mail.pubsub-not-allowed' });
});

test('one puller serves all accounts of a process', async () => {
  await using f = await openPushed();
  const other = f.provider.open({ ...f.account, id: 'a2' });
  const stops = [f.mailbox.watch(() => {}), other.watch(() => {})];
  await systemClock.sleep(100);
  expect(f.fake.stats.calls('pubsub.pull')).toBeLessThanOrEqual(1);
  for (const stop of stops) stop();
});
