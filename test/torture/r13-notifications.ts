import { takeHint } from '#ingest/hint.ts';
import { lookJob } from '#ingest/look.job.ts';
import { ManualClock } from '#std/clock.ts';
import { judge } from './kit/checker.ts';
import { countIn, HERE, startGmailHere } from './kit/gmail-here.ts';
import { letter } from './kit/gmail-world.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const MINUTE_MS = 60_000;
/** Milliseconds between two looks that no notification asks for, and within which P1 must hold. */
const LOOK_MS = 10 * MINUTE_MS;
const LATE_MS = 60 * MINUTE_MS;
const LOST = 0.2;
const LATE = 0.3;
/** Notifications for one change, at most. */
const COPIES = 6;
/** Milliseconds between two changes, on average. */
const APART_MS = 20_000;
const MOST_CALLS = 1.2;

interface Event {
  atMs: number;
  kind: 'change' | 'told' | 'look';
  n: number;
}

/** Everything that happens, in its order. */
const script = (t: TrialRun, changes: number): Event[] => {
  const events: Event[] = [];
  let atMs = 0;
  for (let n = 0; n < changes; n++) {
    atMs += 1 + Math.floor(t.random.next() * 2 * APART_MS);
    events.push({ atMs, kind: 'change', n });
    if (t.random.next() < LOST) continue;
    const copies = 1 + Math.floor(t.random.next() * COPIES);
    for (let copy = 0; copy < copies; copy++) {
      const lateMs = t.random.next() < LATE ? t.random.next() * LATE_MS : t.random.next() * 5_000;
      events.push({ atMs: atMs + Math.floor(lateMs), kind: 'told', n });
    }
  }
  for (let at = LOOK_MS; at <= atMs + 2 * LOOK_MS; at += LOOK_MS)
    events.push({ atMs: at, kind: 'look', n: 0 });
  return events.sort((a, b) => a.atMs - b.atMs);
};

export const notificationsTrial = defineTrial({
  id: 'R13',
  title: 'notifications of new mail come twice, late, in disorder or never',
  promise: 'all mail is in within ten minutes, and Gmail is asked at most 1.2 times for each change',
  engines: ['embedded', 'postgres'],
  quickEngines: ['embedded'],
  maxMs: 40 * 60_000,
  maxQuickMs: 300_000,
  run: async (t) => {
    const changes = t.quick ? 200 : 3_500;
    const clock = new ManualClock();
    const { app, fake, connect, work } = await startGmailHere(t, {
      clock,
      behaviour: { quota: false },
      settings: { 'gmail.units_per_minute': 1e9 },
    });
    const accountId = await connect();
    await work();
    const { mailbox } = await app.openMailbox(accountId);
    const hint = { accountId, userId: app.owner.id, mailbox };
    const before = fake.stats.calls('history.list');
    const told: string[] = [];
    const came = new Map<string, number>();
    let notifications = 0;
    let slowestMs = 0;
    const beganMs = clock.ms();
    for (const event of script(t, changes)) {
      t.signal.throwIfAborted();
      clock.advance(Math.max(0, beganMs + event.atMs - clock.ms()));
      if (event.kind === 'change') {
        came.set(fake.deliver(HERE, letter(HERE, String(event.n))), clock.ms());
        told[event.n] = fake.historyId(HERE);
        continue;
      }
      if (event.kind === 'told') {
        notifications++;
        await takeHint(app, hint, told[event.n]);
      } else await app.queue.enqueue(lookJob, {});
      await work();
      const rows = await app.db.all<{ id: string }>(
        'select provider_message_id as id from messages order by seq desc limit 100',
      );
      for (const { id } of rows) {
        const atMs = came.get(id);
        if (atMs === undefined) continue;
        slowestMs = Math.max(slowestMs, clock.ms() - atMs);
        came.delete(id);
      }
    }
    const calls = fake.stats.calls('history.list') - before;
    t.figure('changes', changes);
    t.figure('notifications', notifications);
    t.figure('history calls for each change', Math.round((calls / changes) * 100) / 100);
    t.figure('the longest until mail was in', Math.round(slowestMs / 1000), 's');
    t.check('all mail is there', came.size === 0, `${came.size} of ${changes} are missing`);
    t.check('all mail is in within ten minutes', slowestMs <= LOOK_MS + MINUTE_MS, `${slowestMs} ms`);
    t.check('few calls', calls <= changes * MOST_CALLS, `${calls} for ${changes} changes`);
    const twice = await countIn(
      app,
      'select count(*) as n from (select provider_message_id from messages group by 1 having count(*) > 1) as many',
    );
    t.check('no message is there twice', twice === 0, `${twice} are`);
    await judge(t, { db: app.db, nowMs: clock.ms() });
  },
});
