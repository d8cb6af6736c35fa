import { z } from 'zod';
import { mergeAccountState } from '#accounts/store.ts';
import { requestAction } from '#actions/request.ts';
import { findAction, undoneBy } from '#actions/store.ts';
import { undoJob } from '#actions/undo.job.ts';
import { requestUndo } from '#actions/undo.ts';
import type { App } from '#app.ts';
import { decide } from '#approvals/decide.ts';
import { composeJob } from '#digests/compose.job.ts';
import { importJob } from '#ingest/import.job.ts';
import { reconcileJob } from '#ingest/reconcile.job.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { pruneJobs } from '#queue/prune.ts';
import { createRules } from '#rules/store.ts';
import type { ManualClock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';

/** One life of the program under a script: an action on a mail and its undo, and on demand everything else that it can do. */
export interface Scenario {
  /** The type of the action of the rule, and its parameters. */
  type: string;
  parameters: Record<string, unknown>;
  /** Also approvals, digests, schedules, a reconcile, bulk undo, pruning and a backup. */
  everything: boolean;
  /** A mailbox at a server in place of the local one. */
  mailbox?: 'gmail' | 'imap';
}

export const SCENARIOS: readonly Scenario[] = [
  { type: 'apply_label', parameters: { label: 'Sorted' }, everything: true },
  { type: 'forward', parameters: { to: ['books@example.com'], note: 'For you' }, everything: false },
  { type: 'create_draft', parameters: { text: 'Thank you.' }, everything: false },
  { type: 'archive', parameters: {}, everything: false },
  { type: 'trash', parameters: {}, everything: false },
  { type: 'snooze', parameters: { amount: 8, units: 'hours' }, everything: false },
  { type: 'mark_read', parameters: {}, everything: false },
  { type: 'star', parameters: {}, everything: false },
  { type: 'add_note', parameters: { text: 'Paid' }, everything: false },
  { type: 'move', parameters: { label: 'Elsewhere' }, everything: false },
  { type: 'undo', parameters: {}, everything: false },
];

/** A mailbox at a server: it is signed in to, read, changed and sent from, and given up. */
export const MAILBOX_SCENARIOS: readonly Scenario[] = [
  { type: 'Gmail', parameters: {}, everything: false, mailbox: 'gmail' },
  { type: 'IMAP', parameters: {}, everything: false, mailbox: 'imap' },
  { type: 'IMAP without MOVE', parameters: { hide: ['MOVE'] }, everything: false, mailbox: 'imap' },
];

const LONG_MS = 24 * 3_600_000;
/** Longer than an approval waits. */
const WEEKS_MS = 20 * 86_400_000;
export const OWNER = { actor: 'owner', channel: 'torture' };

/** What is outside the program, and how it is reached. */
export interface Outside {
  settings: Record<string, unknown>;
  /** Of the stand-in for Gmail. */
  url?: string;
  /** `server`: the port past whatever stands before it. */
  imap?: { port: number; server: number; smtpPort: number; user: string };
  smtpPassword?: string;
  /** Has a line for each mail that left. */
  sentFile?: string;
}

/** Where steps leave a mark that nothing takes back. */
export interface Marks {
  mark(text: string): void;
  /** Runs timers, such as that of the heartbeat. */
  breathe(ms: number): Promise<void>;
}

const stepsPayload = z.strictObject({ n: z.number() });

/** A job of two steps, and one that takes longer than a heartbeat. */
export const scenarioJobs = (marks: Marks) => ({
  steps: defineJob({
    type: 'torture.steps',
    payload: stepsPayload,
    idempotencyKey: () => 'the-steps',
    run: async (ctx: JobContext<unknown>) => {
      for (const name of ['one', 'two']) await ctx.step(name, async () => marks.mark(name));
    },
  }),
  slow: defineJob({
    type: 'torture.slow',
    payload: stepsPayload,
    idempotencyKey: () => 'the-slow-one',
    run: async () => marks.breathe(45_000),
  }),
});

export interface Life {
  app: App;
  clock: ManualClock;
  accountId: string;
  scenario: Scenario;
  outside?: Outside;
  jobs: ReturnType<typeof scenarioJobs>;
  /** Works until nothing is due. */
  drain(): Promise<void>;
  /** An mbox file with a few letters. */
  archive: string;
  mark(text: string): void;
  marked(text: string): boolean;
}

/** Works until nothing is due, now and after every backoff. */
export const settle = async (l: Pick<Life, 'drain' | 'clock'>): Promise<void> => {
  for (let i = 0; i < 3; i++) {
    await l.drain();
    l.clock.advance(10 * 60_000);
  }
  await l.drain();
};

/** What the rule does where a person alone does what the scenario is about. */
const BY_HAND_ONLY: Readonly<Record<string, { type: string }>> = {
  undo: { type: 'archive' },
  forward: { type: 'star' },
};

const rulesOf = ({ type, parameters, everything }: Scenario): Record<string, unknown>[] => [
  {
    name: 'Letters',
    priority: 10,
    conditions: { type: 'subject_contains', value: 'letter' },
    actions: [BY_HAND_ONLY[type] ?? { type, parameters }],
  },
  ...(everything
    ? [
        {
          name: 'Codes',
          priority: 20,
          conditions: { type: 'subject_contains', value: 'code' },
          actions: [{ type: 'delete' }],
        },
      ]
    : []),
];

/** Each command of the person is given again until it was acknowledged: it looks first whether it was taken. */
const rules = async ({ app, scenario }: Life): Promise<void> => {
  if ((await app.rulesOf(app.owner.id)).rules.length > 0) return;
  await app.db.write((tx) =>
    createRules(tx, {
      userId: app.owner.id,
      rules: rulesOf(scenario),
      newId: app.newId,
      now: app.clock.now(),
    }),
  );
};

const importMail = async ({ app, accountId, archive }: Life): Promise<void> => {
  const payload = { accountId, path: archive, newestNow: false };
  await app.queue.enqueue(importJob, payload, { userId: app.owner.id, idempotencyKey: 'the-import' });
};

const firstAction = async ({ app }: Life, where: string) => {
  const [row] = await app.db.all<{ id: string }>(
    `select a.id from actions a join messages m on m.id = a.message_id where ${where} order by m.subject, a.id`,
  );
  return row && (await findAction(app.db, row.id));
};

const undoFirst = async (l: Life): Promise<void> => {
  const action = await firstAction(l, "a.action_type <> 'undo' and m.subject like '%letter%'");
  if (!action || (await undoneBy(l.app.db, action.id)) !== undefined) return;
  await l.app.db.write((tx) => requestUndo(l.app, tx, { action, by: OWNER }));
};

/** An undo of the undo. */
const redo = async (l: Life): Promise<void> => {
  const action = await firstAction(l, "a.action_type = 'undo' and a.status = 'completed'");
  if (!action || (await undoneBy(l.app.db, action.id)) !== undefined) return;
  await l.app.db.write((tx) => requestUndo(l.app, tx, { action, by: OWNER }));
};

const byHand = async (l: Life): Promise<void> => {
  const { app } = l;
  const [row] = await app.db.all<{ id: string }>(
    `select m.id from messages m where m.subject like '%plain%' and not exists (
      select 1 from actions a where a.message_id = m.id and a.source = 'manual')`,
  );
  if (!row) return;
  const { type, parameters } = l.scenario.type === 'undo' ? { type: 'star', parameters: {} } : l.scenario;
  const request = { userId: app.owner.id, messageId: row.id, type, parameters, confirmed: true, by: OWNER };
  await requestAction(app, request);
};

/** Yes to one card; the others nobody answers. */
const answer = async ({ app }: Life): Promise<void> => {
  const [known] = await app.db.all("select 1 as one from approvals where state = 'approved'");
  const [card] = await app.db.all<{ id: string }>(
    `select p.id from approvals p join actions a on a.id = p.action_id join messages m on m.id = a.message_id
      where p.state = 'waiting' order by m.subject`,
  );
  if (known || !card) return;
  await decide(app, {
    userId: app.owner.id,
    approvalId: card.id,
    answer: 'approve',
    by: 'owner',
    via: 'torture',
  });
};

const GAP_LETTER =
  'From: ada@example.com\r\nSubject: After the gap\r\nMessage-ID: <gap@torture.example>\r\n\r\nHello.\r\n';

/** A mail that only a listing finds: as after a gap that the provider can't tell of. */
const reconcile = async ({ app, accountId }: Life): Promise<void> => {
  const [known] = await app.db.all("select 1 as one from jobs where type = 'reconcile'");
  if (known) return;
  await app.db.write(async (tx) => {
    const raw = new TextEncoder().encode(GAP_LETTER);
    const now = app.clock.now();
    await deliver(tx, { accountId, mails: [{ raw, date: now, labels: ['INBOX'], flags: [] }] });
    const gap = { occasion: 'the-gap', foundAt: now };
    await mergeAccountState(tx, { id: accountId, part: { gap }, now });
    await app.queue.enqueue(
      reconcileJob,
      { accountId, occasion: gap.occasion },
      { tx, userId: app.owner.id },
    );
  });
};

const undoMany = async ({ app }: Life): Promise<void> => {
  const payload = { userId: app.owner.id, filter: {}, actor: 'owner', channel: 'torture' };
  await app.queue.enqueue(undoJob, payload, { userId: app.owner.id, idempotencyKey: 'undo-all' });
};

const digest = async ({ app }: Life): Promise<void> => {
  const payload = { to: toInstant(app.clock.ms()) };
  await app.queue.enqueue(composeJob, payload, { userId: app.owner.id, idempotencyKey: 'the-digest' });
};

/** Comes due once in a life, in its last weeks. */
const RARE_CRON = '0 12 1 2 *';

const schedule = async ({ app }: Life): Promise<void> => {
  const userId = app.owner.id;
  const [known] = await app.db.all('select 1 as one from schedules where cron = $1', [RARE_CRON]);
  if (!known)
    await app.schedules.add({ job: composeJob, payload: {}, cron: RARE_CRON, timeZone: 'UTC', userId });
};

/** The whole life; begun again, it goes on where it was. */
export const live = async (l: Life): Promise<void> => {
  // Once jobs were pruned, nobody can tell from them what was asked for before.
  if (!l.marked('pruning')) await work(l);
  if (!l.scenario.everything) return;
  l.mark('pruning');
  await pruneJobs(l.app);
};

const work = async (l: Life): Promise<void> => {
  await rules(l);
  await importMail(l);
  await settle(l);
  await byHand(l);
  if (l.scenario.everything) {
    await schedule(l);
    await answer(l);
    await reconcile(l);
    await digest(l);
    await l.app.queue.enqueue(l.jobs.steps, { n: 1 });
    await l.app.queue.enqueue(l.jobs.slow, { n: 1 });
  }
  await settle(l);
  await undoFirst(l);
  await settle(l);
  if (l.scenario.type === 'undo') await redo(l);
  l.clock.advance(LONG_MS);
  await lookAgain(l);
  if (!l.scenario.everything) return;
  await undoMany(l);
  await settle(l);
  l.clock.advance(WEEKS_MS);
  await lookAgain(l);
};

/**
 * What the program made in the mailbox itself, and took away again, is taken in too. All that was asked for is done first:
 * what is done beside a look the next one takes in, and here none comes.
 */
const lookAgain = async (l: Life): Promise<void> => {
  const { app, accountId } = l;
  await settle(l);
  await app.queue.enqueue(syncJob, { accountId }, { userId: app.owner.id });
  await settle(l);
};

/** Mail of our own that is gone is known when a look came between. */
const KNOWN_ANYWAY = "(m.gone_at is null or m.subject not like 'Re:%')";

/** What must be the same however often a life was interrupted. */
export const END_STATE: Readonly<Record<string, string>> = {
  messages: `select m.subject, m.labels_json, m.flags_json, case when m.gone_at is null then 0 else 1 end as gone, l.state
    from messages m join message_ledger l on l.message_id = m.id where ${KNOWN_ANYWAY} order by m.subject`,
  mailbox: 'select labels_json, flags_json from local_messages order by 1, 2',
  actions: `select m.subject, a.action_type, a.source, a.status, count(*) as n from actions a
    join messages m on m.id = a.message_id group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
  approvals: 'select state, count(*) as n from approvals group by 1 order by 1',
  outbox: 'select state, count(*) as n from outbox group by 1 order by 1',
  notes: 'select text, count(*) as n from notes group by 1 order by 1',
  digests: 'select state, count(*) as n from digests group by 1 order by 1',
  told: 'select channel, count(*) as n from channel_messages group by 1 order by 1',
  jobs: "select type, state, count(*) as n from jobs where state <> 'completed' group by 1, 2 order by 1, 2",
};

/** The same of a mailbox at a server, where ids of labels and of our own mail are other ones in each life. */
export const stateOfMailbox = (mailbox: 'gmail' | 'imap'): Readonly<Record<string, string>> => ({
  // A move in two steps that broke off between them left a copy, which is gone again.
  messages: `select m.subject, ${mailbox === 'gmail' ? 'm.labels_json, ' : ''}m.flags_json,
      case when m.gone_at is null then 0 else 1 end as gone
    from messages m join message_ledger l on l.message_id = m.id
    where ${KNOWN_ANYWAY} and (m.gone_at is null or coalesce(l.reason, '') not like 'It is a copy%') order by 1, 2, 3`,
  actions: `select m.subject, a.action_type, a.source, a.status, count(*) as n from actions a
    join messages m on m.id = a.message_id group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
  outbox: 'select recipients_json, state, automatic from outbox order by 1, 2',
  answers: 'select address, domain from auto_replies order by 1',
  accounts: 'select email, status, status_reason from accounts order by 1',
  credentials: 'select field, count(*) as n from credentials group by 1 order by 1',
  rules: 'select name, enabled from deterministic_rules order by 1',
  jobs: "select type, state, count(*) as n from jobs where state <> 'completed' group by 1, 2 order by 1, 2",
});
