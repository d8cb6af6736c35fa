import { requestAction } from '#actions/request.ts';
import type { App } from '#app.ts';
import { createRules } from '#rules/store.ts';
import { ManualClock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';
import { judge } from './kit/checker.ts';
import { countIn, type GmailHere, HERE, startGmailHere } from './kit/gmail-here.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const HOUR_MS = 3_600_000;
/** Milliseconds that nothing ran. */
const OFF_MS = 30 * HOUR_MS;
const OLD_MS = 24 * HOUR_MS;
/** Units that one minute has: the price list of 2026, of which three quarters are used. */
const UNITS_PER_MINUTE = 6_000 * 0.75;
const MOST_MINUTES = 30;
const SNOOZES = 40;
const RULES = [
  {
    name: 'Letters',
    priority: 10,
    conditions: { type: 'subject_contains', value: 'letter' },
    actions: [{ type: 'archive' }],
  },
  {
    name: 'Questions',
    priority: 20,
    conditions: { type: 'subject_contains', value: 'question' },
    actions: [{ type: 'auto_reply', parameters: { text: 'I am back on Monday.' } }],
    safeMode: 'dangerous_override',
  },
];

const mail = (n: number, subject: string): string =>
  `Authentication-Results: mx.google.com; dmarc=pass header.from=x${n}.example\nFrom: Ada <ada@x${n}.example>\n` +
  `To: ${HERE}\nSubject: ${subject} ${n}\nMessage-ID: <off-${n}@x${n}.example>\n\nHello.\n`;

const snoozeSome = async (app: App): Promise<void> => {
  const rows = await app.db.all<{ id: string }>('select id from messages order by id limit 40');
  for (const { id: messageId } of rows) {
    await requestAction(app, {
      userId: app.owner.id,
      messageId,
      type: 'snooze',
      parameters: { until: toInstant(app.clock.ms() + 8 * HOUR_MS) },
      confirmed: true,
      by: { actor: 'owner', channel: 'torture' },
    });
  }
};

/** Mail comes while nothing runs: of every ten one is a letter that a rule files, and of every hundred one is a question. */
const missMail = (fake: GmailHere['fake'], clock: ManualClock, count: number): Set<string> => {
  const tooOld = new Set<string>();
  const beganMs = clock.ms();
  const endMs = beganMs + OFF_MS;
  for (let n = 0; n < count; n++) {
    clock.advance(Math.max(0, Math.floor(beganMs + (n * OFF_MS) / count) - clock.ms()));
    const subject = n % 100 === 5 ? 'Question' : n % 10 === 0 ? 'Letter' : 'Note';
    fake.deliver(HERE, mail(n, subject));
    if (subject === 'Question' && endMs - clock.ms() > OLD_MS) tooOld.add(`ada@x${n}.example`);
  }
  clock.advance(endMs - clock.ms());
  return tooOld;
};

const settle = async (here: GmailHere, clock: ManualClock): Promise<void> => {
  for (let i = 0; i < 3; i++) {
    await here.work();
    clock.advance(60_000);
  }
  await here.work();
};

const digests = (app: App): Promise<number> => countIn(app, 'select count(*) as n from digests');

const comesBack = async (t: TrialRun, o: { here: GmailHere; clock: ManualClock; missed: number }) => {
  const { here, clock, missed } = o;
  const { app, fake } = here;
  const tooOld = missMail(fake, clock, missed);
  const before = { units: fake.quota.used(HERE).total, digests: await digests(app) };
  const { lookJob } = await import('#ingest/look.job.ts');
  await app.queue.enqueue(lookJob, {});
  await settle(here, clock);
  const units = fake.quota.used(HERE).total - before.units;
  const minutes = units / UNITS_PER_MINUTE;
  t.figure('mails missed', missed);
  t.figure('units until all was decided and done', units);
  t.figure('which at the quota takes', Math.round(minutes * 10) / 10, 'min');
  t.check('all is triaged within half an hour', minutes <= (MOST_MINUTES * missed) / 3_000, `${minutes} min`);
  t.check(
    'one digest, not two',
    (await digests(app)) - before.digests === 1,
    `${(await digests(app)) - before.digests}`,
  );
  const waiting = await countIn(
    app,
    "select count(*) as n from message_ledger where state in ('seen', 'stored')",
  );
  t.check('every message is decided', waiting === 0, `${waiting} are not`);
  const back = await countIn(
    app,
    "select count(*) as n from actions where action_type = 'undo' and status = 'completed'",
  );
  t.check('every snoozed message is back', back === SNOOZES, `${back} of ${SNOOZES}`);
  const answered = fake.ledger.sends().flatMap((send) => send.to ?? []);
  t.figure('questions answered', answered.length);
  const late = answered.filter((to) => [...tooOld].some((address) => to.includes(address)));
  t.check('nothing older than a day is answered', late.length === 0, `${late.length} of ${tooOld.size}`);
};

export const dayOffTrial = defineTrial({
  id: 'R22',
  title: 'the program starts after a day off',
  promise:
    'thousands of missed mails are triaged within half an hour at the quota, snoozes are back, one digest comes, and old mail gets no automatic answer',
  engines: ['embedded', 'postgres'],
  quickEngines: ['embedded'],
  maxMs: 40 * 60_000,
  maxQuickMs: 300_000,
  run: async (t) => {
    const clock = new ManualClock(Date.parse('2026-01-15T12:00:00.000Z'));
    const here = await startGmailHere(t, {
      clock,
      behaviour: { quota: false },
      settings: {
        'gmail.units_per_minute': 1e9,
        'digest.default_schedule': '0 8 * * *',
        'digest.channels': ['web'],
        // Gmail keeps the name Snoozed for itself.
        'gmail.snooze_label': 'Later',
      },
    });
    const { app, fake } = here;
    const { ensureSchedules } = await import('#schedules.ts');
    await ensureSchedules(app);
    await app.db.write((tx) =>
      createRules(tx, { userId: app.owner.id, rules: RULES, newId: app.newId, now: app.clock.now() }),
    );
    for (let n = 0; n < SNOOZES; n++) fake.deliver(HERE, mail(1_000_000 + n, 'Note'));
    await here.connect();
    await settle(here, clock);
    await snoozeSome(app);
    await settle(here, clock);
    await comesBack(t, { here, clock, missed: t.quick ? 200 : 3_000 });
    await judge(t, { db: app.db, nowMs: clock.ms() });
  },
});
