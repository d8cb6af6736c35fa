import { getAccount } from '#accounts/store.ts';
import type { App } from '#app.ts';
import { createRules } from '#rules/store.ts';
import { judge } from './kit/checker.ts';
import { startChild } from './kit/child.ts';
import { connectGmail, type GmailWorld, letter, startGmail } from './kit/gmail-world.ts';
import { deliverLetters, mailboxOf, openInstallation, type Place, placeText } from './kit/installation.ts';
import { until } from './kit/until.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const ENTRY = new URL('./kit/ingest.child.ts', import.meta.url);
const EMAIL = 'robin@marlow.example';
const QUIET_MS = 600_000;
/** Milliseconds that a life may last that no crash point ends. */
const LIFE_MS = { least: 500, most: 4_000 };
const RULE = {
  name: 'Letters',
  conditions: { type: 'subject_contains', value: 'letter' },
  actions: [{ type: 'star' }],
};
const POINTS = [
  'sync.fetched',
  'sync.storing',
  'take-in.saved',
  'take-in.enqueued',
  'sync.stored',
  'sync.committed',
  'classify.decided',
];
/** Of a mailbox whose older mail is brought in behind the new. */
const POINTS_ELSEWHERE = [
  ...POINTS,
  'begin.asked',
  'begin.storing',
  'begin.committed',
  'backfill.fetched',
  'backfill.stored',
  'backfill.committed',
];

/** A mailbox that letters come into while the program is killed. */
interface Source {
  accountId: string;
  points: readonly string[];
  settings: Record<string, unknown>;
  deliver(from: number, to: number): Promise<void>;
  /** Messages that the cursor has passed and the ledger does not know. */
  passedOver(): Promise<number>;
}

const localSource = async (app: App): Promise<Source> => {
  const accountId = await mailboxOf(app);
  return {
    accountId,
    points: POINTS,
    settings: {},
    deliver: (from, to) => deliverLetters(app, accountId, { from, to }),
    passedOver: async () => {
      const [row] = await app.db.all<{ n: number }>(
        `select count(*) as n from local_messages l join accounts a on a.id = l.account_id
          where a.sync_cursor is not null and l.modseq <= cast(a.sync_cursor as bigint) and not exists (
            select 1 from message_ledger m where m.account_id = a.id and m.provider_message_id = l.id)`,
      );
      return Number(row?.n);
    },
  };
};

const gmailSource = async (app: App, gmail: GmailWorld, older: number): Promise<Source> => {
  const come: { id: string; historyId: bigint }[] = [];
  const post = async (n: number): Promise<string> => gmail.deliver(EMAIL, letter(EMAIL, String(n)));
  for (let n = 1; n <= older; n++) await post(n);
  const accountId = await connectGmail(app, gmail, EMAIL);
  const cursor = async () => (await getAccount(app.db, app.owner.id, accountId)).syncCursor;
  return {
    accountId,
    points: POINTS_ELSEWHERE,
    settings: gmail.settings,
    deliver: async (from, to) => {
      for (let n = from; n <= to; n++) {
        // What comes before the account was begun is older mail, which no cursor speaks of.
        const begun = (await cursor()) !== null;
        const id = await post(n);
        if (begun) come.push({ id, historyId: await historyIdOf(gmail, id) });
      }
    },
    passedOver: async () => {
      const syncCursor = await cursor();
      if (syncCursor === null) return 0;
      const rows = await app.db.all<{ id: string }>('select provider_message_id as id from message_ledger');
      const known = new Set(rows.map((row) => row.id));
      return come.filter(({ id, historyId }) => historyId <= BigInt(syncCursor) && !known.has(id)).length;
    },
  };
};

const historyIdOf = async (gmail: GmailWorld, id: string): Promise<bigint> => {
  const answer = await fetch(`${gmail.url}/_fake/message?${new URLSearchParams({ email: EMAIL, id })}`);
  const { historyId } = (await answer.json()) as { historyId: string };
  return BigInt(historyId);
};

/** One life of the program. Returns whether it was killed in its work, rather than while nothing was left to do. */
const live = async (t: TrialRun, o: { place: Place; source: Source }): Promise<boolean> => {
  const atPoint = t.random.next() < 0.6;
  const point = o.source.points[Math.floor(t.random.next() * o.source.points.length)];
  const child = startChild(t, ENTRY, {
    args: [placeText(o.place), JSON.stringify(o.source.settings)],
    env: { CRASH_AT: atPoint ? `${point}:${1 + Math.floor(t.random.next() * 3)}` : '' },
  });
  await child.next().catch(() => {});
  const ms = LIFE_MS.least + t.random.next() * (LIFE_MS.most - LIFE_MS.least);
  await Promise.race([child.ended, new Promise((resolve) => setTimeout(resolve, ms))]);
  const byItself = !child.alive;
  if (child.alive) child.kill('SIGKILL');
  const how = await child.ended;
  t.check('a life ends by being killed', how === 'SIGKILL', `${how}: ${child.stderr().slice(-1_000)}`);
  return byItself;
};

const kills = async (
  t: TrialRun,
  o: { place: Place; app: App; source: Source; letters: number; first: number },
) => {
  const wanted = t.quick ? 5 : 100;
  const each = Math.ceil((o.letters - o.first + 1) / wanted);
  let atPoints = 0;
  let passedOver = 0;
  for (let kill = 0, next = o.first; kill < wanted; kill++) {
    t.signal.throwIfAborted();
    const upTo = Math.min(o.letters, next + each - 1);
    // Some come before it lives, some while it does.
    const half = Math.floor((next + upTo) / 2);
    if (next <= half) await o.source.deliver(next, half);
    const lived = live(t, o);
    if (half < upTo) await o.source.deliver(half + 1, upTo);
    next = upTo + 1;
    if (await lived) atPoints++;
    passedOver += await o.source.passedOver();
    if (kill % 25 === 24) t.note(`${kill + 1} kills`);
  }
  t.figure('kills', wanted);
  t.figure('of them at a crash point', atPoints);
  t.check(
    'the cursor never passed a message that is not in the ledger',
    passedOver === 0,
    `${passedOver} times`,
  );
};

const count = async (app: App, sql: string): Promise<number> =>
  Number((await app.db.all<{ n: number }>(sql))[0]?.n);

const due = ({ db, clock }: App): Promise<number> =>
  db
    .all<{ n: number }>(
      "select count(*) as n from jobs where state = 'running' or (state = 'queued' and not_before <= $1)",
      [clock.now()],
    )
    .then(([row]) => Number(row?.n));

const endsWell = async (t: TrialRun, o: { place: Place; app: App; source: Source; letters: number }) => {
  const { app, letters } = o;
  // A job with which its process died three times in a row is set aside for a person, who has it run again.
  const dead = await app.db.all<{ id: string }>("select id from jobs where state = 'failed'");
  for (const { id } of dead) await app.queue.retry(id);
  t.figure('jobs set aside for their deaths, and run again', dead.length);
  const last = startChild(t, ENTRY, { args: [placeText(o.place), JSON.stringify(o.source.settings)] });
  await last.next();
  const starred = () => count(app, "select count(*) as n from actions where status = 'completed'");
  const ms = await until(t, QUIET_MS, async () => (await starred()) >= letters && (await due(app)) === 0);
  last.send('stop');
  t.check('the last life ends well', (await last.ended) === 0, last.stderr());
  t.figure('from the last kill to quiet', Math.round(ms / 1000), 's');
  const messages = await count(app, 'select count(*) as n from messages');
  const ledger = await count(app, 'select count(*) as n from message_ledger');
  t.check(
    'each message is there once',
    messages === letters && ledger === letters,
    `${messages}, ${ledger} of ${letters}`,
  );
  const twice = await count(
    app,
    'select count(*) as n from (select message_id from actions group by message_id having count(*) <> 1) as many',
  );
  t.check(
    'the rule acted on each message once',
    twice === 0 && (await starred()) === letters,
    `${twice} not once`,
  );
  await judge(t, { db: app.db });
};

export const ingestKillsTrial = defineTrial({
  id: 'R3',
  title: 'the program is killed again and again while mail comes in',
  promise: 'each message is there once, each rule acts once, and the cursor never passes what is not stored',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxMs: 60 * 60_000,
  maxQuickMs: 600_000,
  run: async (t) => {
    const letters = t.quick ? 150 : 5_000;
    for (const kind of ['local', 'gmail'] as const) {
      const place = await t.database();
      const gmail =
        kind === 'gmail'
          ? await startGmail(t, { users: [EMAIL], behaviour: { quota: false }, noted: false })
          : null;
      const settings = gmail
        ? { ...gmail.settings, 'gmail.units_per_minute': 1e9, 'gmail.poll_interval': '5s' }
        : { 'policy.changes_per_hour': 100_000 };
      const app = await openInstallation(place, { settings });
      t.onEnd(() => app.close());
      await app.db.write((tx) =>
        createRules(tx, { userId: app.owner.id, rules: [RULE], newId: app.newId, now: app.clock.now() }),
      );
      const older = gmail ? Math.floor(letters / 2) : 0;
      const made = gmail ? await gmailSource(app, gmail, older) : await localSource(app);
      const source = { ...made, settings };
      t.note(`${letters} letters, ${kind}`);
      await kills(t, { place, app, source, letters, first: older + 1 });
      await endsWell(t, { place, app, source, letters });
    }
  },
});
