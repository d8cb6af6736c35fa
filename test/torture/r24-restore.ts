import { join } from 'node:path';
import { uncertainMails } from '#actions/outbox-store.ts';
import { requestAction } from '#actions/request.ts';
import type { App } from '#app.ts';
import { decide } from '#approvals/decide.ts';
import { listApprovals } from '#approvals/store.ts';
import { backupDatabase } from '#db/backup.ts';
import { openDatabase } from '#db/open.ts';
import { restoreDatabase } from '#db/restore.ts';
import { settleBackup } from '#ingest/restored.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { workerOf } from '#main.ts';
import { createQueue } from '#queue/queue.ts';
import { createRules } from '#rules/store.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { toDate } from '#std/time.ts';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { judge } from './kit/checker.ts';
import { HERE } from './kit/gmail-here.ts';
import { connectGmail, type GmailWorld } from './kit/gmail-world.ts';
import { openInstallation, type Place } from './kit/installation.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const SCOPES = ['https://www.googleapis.com/auth/gmail.modify'];
const MINUTE_MS = 60_000;
/** Mails on their way, cards that wait, and letters that a rule answers. */
const EACH = { quick: 4, full: 34 };

interface Bench {
  t: TrialRun;
  fake: FakeGmail;
  clock: ManualClock;
  place: Place;
  each: number;
}

/** One life of the program. Time passes for nobody in it but between its turns. */
const during = async (b: Bench, work: (app: App, turn: (ms?: number) => Promise<void>) => Promise<void>) => {
  const app = await openInstallation(b.place, {
    clock: b.clock,
    settings: {
      'gmail.client_id': b.fake.client.id,
      'gmail.client_secret': b.fake.client.secret,
      'gmail.units_per_minute': 1_000_000_000,
      'sending.per_day': 2_000,
      'sending.automatic_per_day': 2_000,
      ...Object.fromEntries(
        Object.entries(b.fake.endpoints).map(([name, url]) => [`endpoints.${name}`, url]),
      ),
    },
  });
  const worker = workerOf(app);
  try {
    await work(app, async (ms = MINUTE_MS) => {
      await worker.drain();
      b.clock.advance(ms);
      await worker.drain();
    });
  } finally {
    await worker.stop();
    await app.close();
  }
};

/** Gmail vouches for whom the rule answers. */
const arrive = ({ fake, clock }: Bench, name: string): void => {
  const domain = `${name}.example`;
  fake.deliver(
    HERE,
    [
      `Authentication-Results: mx.google.com; dmarc=pass header.from=${domain}`,
      `From: Ada <ada@${domain}>`,
      `To: ${HERE}`,
      `Subject: Letter ${name}`,
      `Message-ID: <letter-${name}@torture.example>`,
      `Date: ${toDate(clock.ms()).toUTCString()}`,
      '',
      'Are you there?',
      '',
    ].join('\r\n'),
  );
};

const names = (b: Bench, kind: string): string[] => Array.from({ length: b.each }, (_, i) => `${kind}${i}`);

const sync = async (app: App): Promise<void> => {
  const accounts = await app.db.all<{ id: string }>('select id from accounts');
  for (const { id } of accounts)
    await app.queue.enqueue(syncJob, { accountId: id }, { userId: app.owner.id });
};

const reply = async (app: App, name: string, confirmed: boolean): Promise<void> => {
  const [row] = await app.db.all<{ id: string }>('select id from messages where subject = $1', [
    `Letter ${name}`,
  ]);
  await requestAction(app, {
    userId: app.owner.id,
    messageId: row?.id ?? '',
    type: 'reply',
    parameters: { text: `To ${name}.` },
    confirmed,
    by: { actor: 'owner', channel: 'torture' },
  });
};

const approveAll = async (app: App): Promise<void> => {
  const waiting = await listApprovals(app.db, { userId: app.owner.id, state: 'waiting', limit: 200 });
  for (const { id } of waiting) {
    await decide(app, {
      userId: app.owner.id,
      approvalId: id,
      answer: 'approve',
      by: 'owner',
      via: 'torture',
    });
  }
};

/** What a rule answers, what a person asked for, and what they said yes to; a backup comes in between. */
const firstLife = (b: Bench, backup: string) =>
  during(b, async (app, turn) => {
    const post = async () => ({ refreshToken: b.fake.grant(HERE, SCOPES).refreshToken });
    await connectGmail(app, { post } as unknown as GmailWorld, HERE);
    await turn();
    for (const kind of ['written', 'asked']) for (const name of names(b, kind)) arrive(b, name);
    await sync(app);
    await turn();
    const rule = {
      name: 'Away',
      conditions: { type: 'body_contains', value: 'there' },
      actions: [{ type: 'auto_reply', parameters: { text: 'I am away.' } }],
      safeMode: 'dangerous_override',
    };
    await app.db.write((tx) =>
      createRules(tx, { userId: app.owner.id, rules: [rule], newId: app.newId, now: app.clock.now() }),
    );
    for (const name of names(b, 'written')) await reply(app, name, true);
    for (const name of names(b, 'asked')) await reply(app, name, false);
    // The mails are written, and wait for the moment in which they may be called back.
    await turn(0);
    await backupDatabase(app.db, backup);
    await approveAll(app);
    for (const name of names(b, 'answered')) arrive(b, name);
    await sync(app);
    await turn();
    await turn();
  });

const restore = (b: Bench, backup: string) => {
  const { clock, t } = b;
  return restoreDatabase({
    backup,
    database: b.place.url,
    aside: join(b.place.dir, 'aside.db'),
    open: (file) => openDatabase({ url: file, clock, random: t.random }),
    settle: (db) =>
      settleBackup({ db, clock, queue: createQueue({ db, clock, newId: idMaker(clock, t.random) }) }),
  });
};

const twice = (ops: readonly (string | undefined)[]): number => ops.length - new Set(ops).size;

export const restoreTrial = defineTrial({
  id: 'R24',
  title: 'a backup is restored after a hundred mails were sent that it does not know of',
  promise: 'nothing is sent again, and what the backup was about to send becomes a question or is dropped',
  engines: ['embedded'],
  maxMs: 15 * 60_000,
  maxQuickMs: 180_000,
  run: async (t) => {
    const clock = new ManualClock();
    const fake = await startFakeGmail({
      users: [HERE],
      now: () => clock.ms(),
      behaviour: { quota: false, sendsPerDay: 10_000, accessTokenS: 30 * 86_400 },
      seed: t.seed,
    });
    t.onEnd(() => fake.close());
    const b: Bench = { t, fake, clock, place: await t.database(), each: t.quick ? EACH.quick : EACH.full };
    const backup = join(b.place.dir, 'backup.db');
    await firstLife(b, backup);
    const sent = fake.ledger.sends().length;
    t.figure('sent after the backup', sent);
    t.check('all of it was sent', sent === 3 * b.each, `${sent} of ${3 * b.each}`);
    const settled = await restore(b, backup);
    t.figure('questions after the restore', settled.asked);
    t.check('mails on their way became questions', settled.asked === b.each, `${settled.asked}`);
    t.check('cards expired', settled.expired === b.each, `${settled.expired}`);
    await during(b, async (app, turn) => {
      for (let i = 0; i < 6; i++) {
        await sync(app);
        await turn(10 * MINUTE_MS);
      }
      const again = fake.ledger.sends().length - sent;
      t.check('nothing was sent again', again === 0, `${again} mails`);
      t.check('no operation left twice', twice(fake.ledger.sends().map((one) => one.opId)) === 0);
      const asked = await uncertainMails(app.db, app.owner.id, 200);
      t.check('questions stay until they are answered', asked.length === b.each, `${asked.length}`);
      const known = await app.db.all<{ n: number }>(
        "select count(*) as n from messages where subject like 'Letter answered%'",
      );
      t.check('the mailbox was compared', Number(known[0]?.n) === b.each, `${known[0]?.n}`);
      arrive(b, 'afterwards');
      await sync(app);
      await turn();
      await turn();
      t.check('new mail is answered', fake.ledger.sends().length === sent + 1);
      await judge(t, { db: app.db, nowMs: clock.ms() });
    });
  },
});
