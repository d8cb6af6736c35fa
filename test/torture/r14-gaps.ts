import { getAccount } from '#accounts/store.ts';
import type { App } from '#app.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { createRules } from '#rules/store.ts';
import { ManualClock } from '#std/clock.ts';
import { judge } from './kit/checker.ts';
import { countIn, type GmailHere, HERE, startGmailHere } from './kit/gmail-here.ts';
import { letter } from './kit/gmail-world.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const MOST_PAGES = 60;
/** History ids by which they go back. */
const BACK = 300;
const RULE = {
  name: 'Everything',
  conditions: { op: 'and', children: [] },
  actions: [{ type: 'archive' }],
  // Only what is decided counts here: carrying it out would read messages too.
  shadow: true,
};

interface Gap extends GmailHere {
  clock: ManualClock;
  accountId: string;
  t: TrialRun;
}

const decisions = (app: App): Promise<number> => countIn(app, 'select count(*) as n from decisions');

/** What happens elsewhere while we cannot be told of it. */
const happens = (g: Gap, o: { come: number; change: number; go: number }) => {
  const known = g.fake.messageIds(HERE);
  const pick = (n: number, from: number) => known.filter((_, i) => i % 7 === from).slice(0, n);
  const changed = pick(o.change, 2);
  const gone = pick(o.go, 3);
  for (const id of changed) g.fake.relabel(HERE, id, { add: ['STARRED'], remove: ['UNREAD'] });
  for (const id of gone) g.fake.delete(HERE, id);
  const came = Array.from({ length: o.come }, (_, i) =>
    g.fake.deliver(HERE, letter(HERE, `gap-${g.clock.ms()}-${i}`)),
  );
  return { came, gone };
};

const sync = async (g: Gap): Promise<void> => {
  await g.app.queue.enqueue(syncJob, { accountId: g.accountId }, { userId: g.app.owner.id });
  await g.work();
};

/** One gap, and what it cost to close. */
const closes = async (g: Gap, name: string, few: boolean): Promise<void> => {
  const { t, app, fake } = g;
  const judged = await decisions(app);
  const what = happens(g, few ? { come: 5, change: 5, go: 2 } : { come: 300, change: 200, go: 50 });
  fake.expireHistory(HERE);
  const before = structuredClone(fake.stats.byMethod());
  await sync(g);
  const calls = (method: string) => fake.stats.calls(method) - (before[method]?.calls ?? 0);
  const missed = (status: number) =>
    fake.stats.answered(status, 'messages.get') - (before['messages.get']?.statuses[status] ?? 0);
  t.figure(`${name}: list pages`, calls('messages.list'));
  t.figure(`${name}: messages read`, calls('messages.get'));
  t.check(`${name}: few pages`, calls('messages.list') <= MOST_PAGES, String(calls('messages.list')));
  const read = calls('messages.get') - missed(404);
  t.check(
    `${name}: only unknown messages are read`,
    read === what.came.length,
    `${read} of ${what.came.length}`,
  );
  const now = await decisions(app);
  t.check(
    `${name}: no known mail is judged again`,
    now - judged === what.came.length,
    `${now - judged} decisions`,
  );
  await asThere(g, name);
  const { state } = await getAccount(app.db, app.owner.id, g.accountId);
  t.check(`${name}: it is closed`, (state.gap ?? null) === null);
};

/** The ids that Gmail tells are lower than before, for a while, and mail goes on coming. */
const goesBack = async (g: Gap): Promise<void> => {
  const { t, app, fake } = g;
  const judged = await decisions(app);
  const pages = fake.stats.calls('messages.list');
  fake.historyGoesBack(HERE, BACK);
  await sync(g);
  const compared = fake.stats.calls('messages.list') - pages;
  t.check(
    'history going back: the mailbox is compared',
    compared > 0 && compared <= MOST_PAGES,
    `${compared} pages`,
  );
  const { came } = happens(g, { come: 5, change: 5, go: 2 });
  await sync(g);
  fake.historyGoesBack(HERE, 0);
  await sync(g);
  const now = await decisions(app);
  t.check(
    'history going back: no known mail is judged again',
    now - judged === came.length,
    `${now - judged}`,
  );
  await asThere(g, 'history going back');
};

/** Whether we know the mailbox as it is. */
const asThere = async ({ t, app, fake }: Gap, name: string): Promise<void> => {
  const rows = await app.db.all<{ id: string; flags_json: string; gone_at: string | null }>(
    'select provider_message_id as id, flags_json, gone_at from messages',
  );
  const there = fake.labelsOf(HERE);
  const wrong = rows.filter(({ id, flags_json, gone_at }) => {
    const labels = there.get(id);
    if (!labels) return gone_at === null;
    const flags = JSON.parse(flags_json) as string[];
    return (
      gone_at !== null ||
      flags.includes('flagged') !== labels.includes('STARRED') ||
      flags.includes('seen') === labels.includes('UNREAD')
    );
  });
  t.check(`${name}: every message is known as it is`, wrong.length === 0, `${wrong.length} are not`);
  const known = new Set(rows.map((row) => row.id));
  const missing = [...there.keys()].filter((id) => !known.has(id));
  t.check(`${name}: no message is missing`, missing.length === 0, `${missing.length} are`);
};

export const gapsTrial = defineTrial({
  id: 'R14',
  title: 'Gmail forgets where we stood, again and again, or goes back in time',
  promise:
    'the mailbox is compared in few pages, only unknown mail is read, and no known mail is judged again',
  engines: ['embedded', 'postgres'],
  quickEngines: ['embedded'],
  maxMs: 40 * 60_000,
  maxQuickMs: 300_000,
  run: async (t) => {
    // With what comes in the gaps it is twenty thousand.
    const messages = t.quick ? 600 : 19_400;
    const clock = new ManualClock();
    const here = await startGmailHere(t, {
      clock,
      behaviour: { quota: false },
      settings: { 'gmail.units_per_minute': 1e9, 'gmail.backfill_days': 400 },
    });
    const { app, fake } = here;
    await app.db.write((tx) =>
      createRules(tx, { userId: app.owner.id, rules: [RULE], newId: app.newId, now: app.clock.now() }),
    );
    fake.fill(HERE, { messages });
    const accountId = await here.connect();
    const began = performance.now();
    await here.work();
    t.figure('messages', messages);
    t.figure('taken in first', Math.round((performance.now() - began) / 1000), 's');
    const gap: Gap = { ...here, clock, accountId, t };
    await asThere(gap, 'at first');
    await closes(gap, 'a first gap', t.quick);
    clock.advance(60_000);
    await closes(gap, 'a second gap', t.quick);
    clock.advance(60_000);
    await goesBack(gap);
    await judge(t, { db: app.db, nowMs: clock.ms() });
  },
});
