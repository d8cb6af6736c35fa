import { findAccountByEmail } from '#accounts/store.ts';
import { requestAction } from '#actions/request.ts';
import { findAction, undoneBy } from '#actions/store.ts';
import { requestUndo } from '#actions/undo.ts';
import type { App } from '#app.ts';
import { labelsJob } from '#ingest/labels.job.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { renewWatchJob } from '#ingest/watch-renew.job.ts';
import { createRules } from '#rules/store.ts';
import { type Life, OWNER, settle } from './scenario.ts';

export const ROBIN = 'robin@marlow.example';

/** Whoever writes from one of these gets what its rule does. */
const RULES = [
  { name: 'Letters', sender: 'letters.example', action: { type: 'archive' } },
  {
    name: 'Drafts',
    sender: 'drafts.example',
    action: { type: 'create_draft', parameters: { text: 'I shall think about it.' } },
  },
  {
    name: 'Questions',
    sender: 'ask.example',
    action: { type: 'auto_reply', parameters: { text: 'I am away until Monday.' } },
  },
  { name: 'Codes', sender: 'codes.example', action: { type: 'delete' } },
];

/** Once in all lives. Nothing of the program runs meanwhile, so that it is done and marked, or neither. */
export const once = async (l: Life, mark: string, work: () => Promise<void>): Promise<void> => {
  if (l.marked(mark)) return;
  await work();
  l.mark(mark);
};

export const makeRules = async ({ app }: Life, names: readonly string[]): Promise<void> => {
  if ((await app.rulesOf(app.owner.id)).rules.length > 0) return;
  const rules = RULES.filter(({ name }) => names.includes(name)).map(({ name, sender, action }, i) => ({
    name,
    priority: 10 + i,
    conditions: { type: 'sender_domain', value: sender },
    actions: [action],
    safeMode: 'dangerous_override',
  }));
  await app.db.write((tx) =>
    createRules(tx, { userId: app.owner.id, rules, newId: app.newId, now: app.clock.now() }),
  );
};

/** A mail as it is delivered, from `name` at a domain that a rule is for; its own server vouches for it. */
export const mailFrom = (domain: string, subject: string): string =>
  [
    `Return-Path: <ada@${domain}>`,
    `Authentication-Results: mx.google.com; dmarc=pass header.from=${domain}`,
    `From: Ada <ada@${domain}>`,
    `To: Robin <${ROBIN}>`,
    `Subject: ${subject}`,
    `Message-ID: <${subject.replaceAll(/\W/g, '-')}@${domain}>`,
    'Date: Thu, 15 Jan 2026 09:00:00 +0000',
    '',
    'Something was written.',
    '',
  ].join('\r\n');

export const accountOf = (app: App, provider: string, email: string) =>
  findAccountByEmail(app.db, { userId: app.owner.id, provider, email });

/** Looks into the mailbox, once all that was asked for is done, and does all that follows. */
export const sync = async (l: Life, accountId: string): Promise<void> => {
  await l.drain();
  await l.app.queue.enqueue(syncJob, { accountId }, { userId: l.app.owner.id });
  await settle(l);
};

/** An answer by hand to the message of that subject. */
export const replyTo = async ({ app }: Life, subject: string): Promise<void> => {
  const [row] = await app.db.all<{ id: string }>(
    `select m.id from messages m where m.subject = $1 and not exists (
      select 1 from actions a where a.message_id = m.id and a.source = 'manual')`,
    [subject],
  );
  if (!row) return;
  await requestAction(app, {
    userId: app.owner.id,
    messageId: row.id,
    type: 'reply',
    parameters: { text: 'Yes.' },
    confirmed: true,
    by: OWNER,
  });
};

export const undoDraft = async ({ app }: Life): Promise<void> => {
  const [row] = await app.db.all<{ id: string }>("select id from actions where action_type = 'create_draft'");
  const action = row && (await findAction(app.db, row.id));
  if (!action || (await undoneBy(app.db, action.id)) !== undefined) return;
  await app.db.write((tx) => requestUndo(app, tx, { action, by: OWNER }));
};

/** What comes round by the schedule. */
export const routine = async (l: Life, accountId: string): Promise<void> => {
  const { queue, owner } = l.app;
  await queue.enqueue(labelsJob, { accountId }, { userId: owner.id });
  await queue.enqueue(renewWatchJob, { accountId }, { userId: owner.id });
  await settle(l);
};
