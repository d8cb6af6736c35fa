import { requestAction } from '#actions/request.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { ManualClock } from '#std/clock.ts';
import { judge } from './kit/checker.ts';
import { countIn, type GmailHere, HERE, startGmailHere } from './kit/gmail-here.ts';
import { letter } from './kit/gmail-world.ts';
import { defineTrial, type TrialRun } from './trial.ts';

/** Part of the sends whose answer never comes: half of them had left. */
const BEFORE = 0.15;
const AFTER = 0.15 / (1 - BEFORE);
/** Milliseconds by which what a mailbox tells of itself lags behind. */
const LAGS_MS = [30_000, 60_000, 90_000, 120_000];
const MOST_UNCERTAIN = 0.02;
const MINUTE_MS = 60_000;

const trouble = ({ fake }: GmailHere): void => {
  fake.faults.add({ kind: 'reset', method: 'drafts.send', when: 'before', probability: BEFORE });
  fake.faults.add({ kind: 'reset', method: 'drafts.send', when: 'after', probability: AFTER });
  for (const delayMs of LAGS_MS) {
    fake.faults.add({ kind: 'stale', method: 'messages.list', probability: 0.25, delayMs });
  }
};

/** A reply by hand to each letter, all at once. */
const replyToAll = async ({ app }: GmailHere): Promise<number> => {
  const messages = await app.db.all<{ id: string }>(
    "select id from messages where subject like 'Letter%' order by id",
  );
  for (const [n, { id }] of messages.entries()) {
    await requestAction(app, {
      userId: app.owner.id,
      messageId: id,
      type: 'reply',
      parameters: { text: `Answer ${n}.` },
      confirmed: true,
      by: { actor: 'owner', channel: 'torture' },
    });
  }
  return messages.length;
};

const settle = async (here: GmailHere, clock: ManualClock): Promise<void> => {
  const open = "select count(*) as n from outbox where state in ('prepared', 'staged', 'sending')";
  for (let i = 0; i < 200; i++) {
    await here.work();
    const waiting = await countIn(here.app, "select count(*) as n from actions where status = 'queued'");
    if (waiting + (await countIn(here.app, open)) === 0) return;
    clock.advance(MINUTE_MS);
  }
};

interface Row {
  op_id: string;
  state: string;
}

/** What each row says, against what really left. */
const compare = async (t: TrialRun, { app, fake }: GmailHere, asked: number): Promise<void> => {
  const left = new Map<string, number>();
  for (const { opId = '' } of fake.ledger.sends()) left.set(opId, (left.get(opId) ?? 0) + 1);
  const rows = await app.db.all<Row>('select op_id, state from outbox');
  const of = (state: string) => rows.filter((row) => row.state === state);
  const twice = [...left].filter(([, n]) => n > 1);
  t.figure('mails', rows.length);
  const sends = fake.ledger.sends();
  t.figure('sends without an answer that had left', sends.filter((one) => one.withheld).length);
  t.figure('calls to send that sent nothing', fake.stats.calls('drafts.send') - sends.length);
  t.figure('uncertain', of('uncertain').length);
  t.check('every mail was written', rows.length === asked, `${rows.length} of ${asked}`);
  t.check('no mail left twice', twice.length === 0, `${twice.length}, such as ${twice[0]?.[0]}`);
  const neverLeft = of('sent').filter((row) => !left.has(row.op_id));
  t.check('what counts as sent left', neverLeft.length === 0, `${neverLeft.length} did not`);
  const silent = of('cancelled').filter((row) => left.has(row.op_id));
  t.check('what counts as not sent did not leave', silent.length === 0, `${silent.length} did`);
  const most = rows.length * MOST_UNCERTAIN;
  t.check('few are a question to a person', of('uncertain').length <= most, `${of('uncertain').length}`);
  // Gmail shows every draft and everything sent to who looks long enough, so none is beyond telling.
  const tellable = of('uncertain').length;
  t.check('what is a question could not be told', tellable === 0, `${tellable} could`);
  const open = rows.length - of('sent').length - of('cancelled').length - of('uncertain').length;
  t.check('none is under way', open === 0, `${open} are`);
};

export const unknownResultsTrial = defineTrial({
  id: 'R4',
  title: '30 % of sends get no answer, half of them after they left, and the mailbox lags in telling',
  promise: 'no mail leaves twice, and no more than 2 % become a question to a person',
  engines: ['embedded', 'postgres'],
  quickEngines: ['embedded'],
  maxMs: 60 * 60_000,
  maxQuickMs: 300_000,
  run: async (t) => {
    const clock = new ManualClock();
    const sends = t.quick ? 60 : 2_000;
    const here = await startGmailHere(t, {
      clock,
      behaviour: { quota: false, sendsPerDay: 10_000 },
      settings: { 'gmail.units_per_minute': 1_000_000_000, 'sending.per_day': 2_000, 'sending.delay': '0s' },
    });
    const accountId = await here.connect();
    await here.work();
    for (let n = 0; n < sends; n++) here.fake.deliver(HERE, letter(HERE, String(n)));
    // Time flies while threads start, so this one starts before.
    await here.app.parser.parse([new TextEncoder().encode(letter(HERE, 'first'))]);
    await here.app.queue.enqueue(syncJob, { accountId }, { userId: here.app.owner.id });
    await here.work();
    trouble(here);
    const asked = await replyToAll(here);
    t.check('every letter came in', asked === sends, `${asked} of ${sends}`);
    await settle(here, clock);
    await compare(t, here, asked);
    await judge(t, { db: here.app.db, nowMs: clock.ms(), mayFail: ['sync', 'reconcile'] });
  },
});
