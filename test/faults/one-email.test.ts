import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount, findAccountByEmail } from '#accounts/store.ts';
import { findAction, undoneBy } from '#actions/store.ts';
import { requestUndo } from '#actions/undo.ts';
import { importJob } from '#ingest/import.job.ts';
import { createRules } from '#rules/store.ts';
import type { App } from '../../src/app.ts';
import { everyDeath, Grounds, nobody, type Story } from './lives.ts';

const ARCHIVE = [
  ['news@list.example', 'Weekly letter', 'All the news.'],
  ['shop@store.example', 'Your receipt', 'Total 12.00'],
  ['anna@mail.example', 'Lunch?', 'At noon?'],
  ['codes@bank.example', 'Your code', '418806'],
]
  .map(
    ([from, subject, text], i) =>
      `From ${from} Thu Jan 15 08:00:0${i} 2026\nFrom: ${from}\nTo: me@home.example\nSubject: ${subject}\n` +
      `Message-ID: <m${i}@x.example>\nDate: Thu, 15 Jan 2026 08:00:0${i} +0000\n\n${text}\n`,
  )
  .join('\n');

const RULES = [
  {
    name: 'Letters',
    priority: 10,
    conditions: { type: 'sender_domain', value: 'list.example' },
    actions: [{ type: 'apply_label', parameters: { label: 'Letters' } }, { type: 'archive' }],
  },
  {
    name: 'Receipts',
    priority: 20,
    conditions: { type: 'subject_contains', value: 'receipt' },
    actions: [{ type: 'mark_read' }, { type: 'add_note', parameters: { text: 'Paid' } }],
  },
  {
    name: 'Codes',
    priority: 30,
    conditions: { type: 'subject_contains', value: 'code' },
    actions: [{ type: 'delete' }],
    safeMode: 'dangerous_override',
  },
];

const grounds = new Grounds();
const MBOX = join(grounds.dir, 'mail.mbox');
beforeAll(async () => {
  writeFileSync(MBOX, ARCHIVE);
  await grounds.startEmpty();
});
afterAll(() => grounds.clear());

/** What the person does, from wherever they are: each command is given again until it was acknowledged. */
const person = async (app: App): Promise<void> => {
  const userId = app.owner.id;
  if ((await app.rulesOf(userId)).rules.length === 0) {
    await app.db.write((tx) =>
      createRules(tx, { userId, rules: RULES, newId: app.newId, now: app.clock.now() }),
    );
  }
  const key = { userId, provider: 'local', email: 'me@home.example' };
  const account =
    (await findAccountByEmail(app.db, key)) ?? (await createAccount(app, { ...key, displayName: 'Me' }));
  const payload = { accountId: account.id, path: MBOX, newestNow: false };
  await app.queue.enqueue(importJob, payload, { userId, idempotencyKey: 'the-import' });
};

const undoTheArchive = async (app: App): Promise<void> => {
  const [row] = await app.db.all<{ id: string }>("select id from actions where action_type = 'archive'");
  const action = await findAction(app.db, row?.id ?? '');
  if (!action) throw new Error('the archive action is missing');
  if ((await undoneBy(app.db, action.id)) !== undefined) return;
  await app.db.write((tx) => requestUndo(app, tx, { action, by: { actor: 'owner', channel: 'test' } }));
};

const QUERIES = {
  messages: `select m.subject, m.labels_json, m.flags_json, l.state from messages m
    join message_ledger l on l.message_id = m.id order by m.subject`,
  mailbox: 'select labels_json, flags_json from local_messages order by id',
  actions: `select m.subject, a.action_type, a.status, count(*) as n from actions a
    join messages m on m.id = a.message_id group by 1, 2, 3 order by 1, 2, 3`,
  undone: "select count(*) as n from action_links where relation_type = 'undo_of'",
  notes: 'select text from notes',
  live: "select type, state from jobs where state <> 'completed'",
  ledger: 'select count(*) as n from message_ledger',
};

const story: Story<Record<string, unknown>> = {
  steps: [person, undoTheArchive],
  waits: 3,
  end: async (app) => {
    const state: Record<string, unknown> = {};
    for (const [what, sql] of Object.entries(QUERIES)) state[what] = await app.db.all(sql);
    return state;
  },
};

test('import, decide, act and undo, killed at every port call in turn, end in the same state', async () => {
  const whole = nobody();
  const wanted = await grounds.tell('whole', whole, story);
  expect(wanted).toMatchObject({
    undone: [{ n: 1 }],
    live: [],
    ledger: [{ n: 4 }],
    notes: [{ text: 'Paid' }],
  });
  expect(wanted.actions).toHaveLength(6);
  expect(whole.calls).toBeGreaterThan(30);
  for (const { killer, name } of everyDeath(whole.calls))
    expect(await grounds.tell(name, killer, story), name).toEqual(wanted);
}, 180_000);
