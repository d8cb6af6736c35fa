import { expect, test } from 'vitest';
import type { Action } from '#actions/action.ts';
import { requestAction } from '#actions/request.ts';
import { actionFromRow, findAction, notesOf } from '#actions/store.ts';
import { undoJob } from '#actions/undo.job.ts';
import { requestUndo } from '#actions/undo.ts';
import { countUndoable } from '#actions/undo-store.ts';
import { decide } from '#approvals/decide.ts';
import { approvalOfAction } from '#approvals/store.ts';
import { LIVE_MAIL_MS, RATE_WINDOW_MS } from '#config/limits.ts';
import type { ActionRow } from '#db/acting-tables.ts';
import { statusOf } from '#ingest/status.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { findHandle } from '#mail/message-store.ts';
import { expireCursors } from '#mail/providers/local/store.ts';
import { ManualClock } from '#std/clock.ts';
import { startTelemetry } from '#telemetry/start.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { type TestApp, type TestAppOptions, testApp } from '#test/kit/test-app.ts';

const LETTERS = {
  name: 'Letters',
  priority: 10,
  conditions: { type: 'sender_domain', value: 'list.example' },
  actions: [{ type: 'apply_label', parameters: { label: 'Letters' } }, { type: 'archive' }],
};
const CODES = {
  name: 'Codes',
  priority: 20,
  conditions: { type: 'subject_contains', value: 'code' },
  actions: [{ type: 'delete' }],
};
const by = { actor: 'owner', channel: 'test' };
const letter = { from: 'News <news@list.example>', subject: 'Weekly letter' };

const actionsOf = async (t: TestApp, type?: string): Promise<Action[]> => {
  const rows = await t.app.db.all<ActionRow>('select * from actions order by id');
  return rows.map(actionFromRow).filter((a) => type === undefined || a.type === type);
};
const only = async (t: TestApp, type: string): Promise<Action> => {
  const [action, more] = await actionsOf(t, type);
  if (!action || more) throw new Error(`expected one ${type}`);
  return action;
};
const labelsOf = async (t: TestApp, messageId: string): Promise<string[]> => {
  const handle = await findHandle(t.app.db, messageId);
  const rows = await t.app.db.all<{ provider_label_id: string; name: string }>(
    'select provider_label_id, name from labels',
  );
  const names = new Map(rows.map((r) => [r.provider_label_id, r.name]));
  return (handle?.state.labels ?? []).map((id) => names.get(id) ?? id).sort();
};
const undo = (t: TestApp, action: Action): Promise<string> =>
  t.app.db.write((tx) => requestUndo(t.app, tx, { action, by }));
const mailboxOf = async (t: TestApp) => (await t.app.openMailbox(t.accountId)).mailbox;

onEveryDatabase('one email', (fresh, kind) => {
  const start = async (options: TestAppOptions = {}): Promise<TestApp> => {
    if (kind === 'memory') return testApp(options);
    const place = await fresh();
    await place.db.close();
    const t = await testApp({ ...options, database: place.url });
    const dispose = t[Symbol.asyncDispose].bind(t);
    return {
      ...t,
      [Symbol.asyncDispose]: async () => {
        await dispose();
        await place[Symbol.asyncDispose]();
      },
    };
  };

  test('arrives, is decided by a rule, acted on, explained, undone, and done again', async () => {
    await using t = await start();
    await t.addRule(LETTERS);
    await t.deliver(letter, { subject: 'Lunch?' });
    await t.drain();
    expect(await statusOf(t.app, t.app.owner.id)).toMatchObject({
      ledger: { received: 2, decided: 2, waiting: 0, unexplained: 0 },
      messages: 2,
      actions: { completed: 2 },
    });
    const archive = await only(t, 'archive');
    expect(await labelsOf(t, archive.messageId)).toEqual(['Letters']);
    const [decision] = await t.app.db.all<{ rationale: string }>('select rationale from decisions');
    expect(decision?.rationale).toContain('Letters');
    expect(decision?.rationale).toContain('list.example');

    const undoId = await undo(t, archive);
    await t.drain();
    expect(await labelsOf(t, archive.messageId)).toEqual(['Inbox', 'Letters']);

    const redone = await findAction(t.app.db, undoId);
    await undo(t, redone as Action);
    await t.drain();
    expect(await labelsOf(t, archive.messageId)).toEqual(['Letters']);
  });

  test('an undo leaves alone what the person changed since', async () => {
    await using t = await start();
    await t.addRule(LETTERS);
    await t.deliver(letter);
    await t.drain();
    const label = await only(t, 'apply_label');
    const mailbox = await mailboxOf(t);
    const handle = await findHandle(t.app.db, label.messageId);
    const work = await mailbox.ensureLabel('Work');
    await mailbox.modify(handle?.providerMessageId ?? '', {
      addLabels: [work.id],
      removeLabels: handle?.state.labels ?? [],
      addFlags: ['flagged'],
      removeFlags: [],
    });
    await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
    await t.drain();
    expect(await labelsOf(t, label.messageId)).toEqual(['Work']);
    await undo(t, label);
    await t.drain();
    expect(await labelsOf(t, label.messageId)).toEqual(['Work']);
    expect((await findHandle(t.app.db, label.messageId))?.state.flags).toEqual(['flagged']);
  });

  test('of two undos at the same moment one wins and the other is told', async () => {
    await using t = await start();
    await t.addRule(LETTERS);
    await t.deliver(letter);
    await t.drain();
    const archive = await only(t, 'archive');
    const both = await Promise.allSettled([undo(t, archive), undo(t, archive)]);
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((r) => r.status === 'rejected')?.reason).toMatchObject({ code: 'actions.not-undoable' });
    await t.drain();
    expect(await actionsOf(t, 'undo')).toHaveLength(1);
  });

  test('what cannot be taken back waits for a person, whose first answer counts', async () => {
    await using t = await start();
    await t.addRule(CODES);
    await t.deliver({ subject: 'Your code 1' }, { subject: 'Your code 2' });
    await t.drain();
    const [first, second] = await actionsOf(t, 'delete');
    expect([first?.status, second?.status]).toEqual(['approved_pending', 'approved_pending']);
    const cardOf = async (a: Action | undefined) => (await approvalOfAction(t.app.db, a?.id ?? ''))?.id ?? '';
    const answer = async (a: Action | undefined, answer: 'approve' | 'reject') =>
      decide(t.app, {
        userId: t.app.owner.id,
        approvalId: await cardOf(a),
        answer,
        by: 'owner',
        via: 'test',
      });

    const both = await Promise.allSettled([answer(first, 'approve'), answer(first, 'approve')]);
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
    await answer(second, 'reject');
    await t.drain();
    const ended = await actionsOf(t, 'delete');
    expect(ended.map((a) => a.status)).toEqual(['completed', 'rejected']);
    const gone = await findHandle(t.app.db, first?.messageId ?? '');
    expect(gone?.goneAt).not.toBeNull();
    expect(await (await mailboxOf(t)).state(gone?.providerMessageId ?? '')).toBeNull();
    await expect(undo(t, ended[0] as Action)).rejects.toMatchObject({ code: 'actions.not-undoable' });
  });

  test('a bulk undo previews, says what it cannot take back, and does the rest', async () => {
    await using t = await start();
    const ruleId = await t.addRule({ ...LETTERS, actions: [...LETTERS.actions, { type: 'none' }] });
    await t.deliver(...Array.from({ length: 5 }, (_, i) => ({ ...letter, subject: `Letter ${i}` })));
    await t.drain();
    const userId = t.app.owner.id;
    expect(await countUndoable(t.app.db, userId, { ruleId })).toEqual({
      undoable: 10,
      blocked: [{ reason: 'This kind of action cannot be taken back.', count: 5 }],
    });
    await t.app.queue.enqueue(
      undoJob,
      { userId, filter: { ruleId }, actor: 'owner', channel: 'test' },
      { userId },
    );
    await t.drain();
    for (const a of await actionsOf(t, 'archive')) expect(await labelsOf(t, a.messageId)).toEqual(['Inbox']);
    expect((await countUndoable(t.app.db, userId, { ruleId })).undoable).toBe(0);
  });

  test('a note is kept, taken back, and kept again', async () => {
    await using t = await start();
    await t.deliver({ subject: 'Invoice' });
    await t.drain();
    const [row] = await t.app.db.all<{ id: string }>('select id from messages');
    const request = { userId: t.app.owner.id, messageId: row?.id ?? '', confirmed: false, by };
    await requestAction(t.app, { ...request, type: 'add_note', parameters: { text: 'Paid in May' } });
    await t.drain();
    const texts = async () => (await notesOf(t.app.db, request.messageId)).map((n) => n.text);
    expect(await texts()).toEqual(['Paid in May']);
    const undoId = await undo(t, await only(t, 'add_note'));
    await t.drain();
    expect(await texts()).toEqual([]);
    await undo(t, (await findAction(t.app.db, undoId)) as Action);
    await t.drain();
    expect(await texts()).toEqual(['Paid in May']);
  });

  test('an action on a message that is gone fails with the reason', async () => {
    await using t = await start();
    await t.deliver({ subject: 'Soon gone' });
    await t.drain();
    const [row] = await t.app.db.all<{ id: string; provider_message_id: string }>(
      'select id, provider_message_id from messages',
    );
    await (await mailboxOf(t)).delete(row?.provider_message_id ?? '');
    await requestAction(t.app, {
      userId: t.app.owner.id,
      messageId: row?.id ?? '',
      type: 'star',
      parameters: {},
      confirmed: false,
      by,
    });
    await t.drain();
    expect(await only(t, 'star')).toMatchObject({
      status: 'failed',
      errorMessage: expect.stringContaining('no longer'),
    });
  });

  test('an expired cursor is reconciled: nothing is lost, and known mail is not judged again', async () => {
    await using t = await start();
    await t.addRule(LETTERS);
    await t.deliver(letter);
    await t.drain();
    await t.app.db.write((tx) => expireCursors(tx, t.accountId));
    await t.deliver({ ...letter, subject: 'The next letter' });
    await t.drain();
    expect(await statusOf(t.app, t.app.owner.id)).toMatchObject({
      ledger: { received: 2, decided: 2, unexplained: 0 },
    });
    expect(await actionsOf(t, 'archive')).toHaveLength(2);
    await t.deliver({ ...letter, subject: 'And one more' });
    await t.drain();
    expect(await actionsOf(t, 'archive')).toHaveLength(3);
  });

  test('a chain from sync to action is one trace', async () => {
    await using t = await start();
    const { config, clock, random, log } = t.app;
    const telemetry = await startTelemetry({ config, clock, random, log, version: 'test' });
    await t.addRule(LETTERS);
    await t.deliver(letter);
    await t.drain();
    await telemetry.stop();
    const jobs = await t.app.db.all<{ type: string; traceparent: string | null }>(
      "select type, traceparent from jobs where type in ('classify', 'action.apply')",
    );
    const traces = new Set(jobs.map((j) => j.traceparent?.split('-')[1]));
    expect(jobs).toHaveLength(3);
    expect(traces.size).toBe(1);
    expect((await only(t, 'archive')).traceId).toBe([...traces][0]);
  });
});

test('a snoozed message comes back at its time, and not again when it was brought back before', async () => {
  const clock = new ManualClock();
  await using t = await testApp({ clock });
  await t.addRule({
    name: 'Later',
    conditions: { type: 'subject_contains', value: 'later' },
    actions: [{ type: 'snooze', parameters: { amount: 2, units: 'hours' } }],
  });
  await t.deliver({ subject: 'later one' }, { subject: 'later two' });
  await t.drain();
  const [one, two] = await actionsOf(t, 'snooze');
  expect(await labelsOf(t, one?.messageId ?? '')).toEqual(['Later']);
  await undo(t, two as Action);
  await t.drain();
  clock.advance(2 * 3_600_000 + 1);
  await t.drain();
  for (const a of [one, two]) expect(await labelsOf(t, a?.messageId ?? '')).toEqual(['Inbox']);
  expect(await actionsOf(t, 'undo')).toHaveLength(2);
});

test('an approval that nobody answers ends as a no', async () => {
  const clock = new ManualClock();
  await using t = await testApp({ clock });
  await t.addRule(CODES);
  await t.deliver({ subject: 'Your code' });
  await t.drain();
  clock.advance(8 * 86_400_000);
  await t.drain();
  expect(await only(t, 'delete')).toMatchObject({
    status: 'rejected',
    errorMessage: 'Nobody answered in time.',
  });
});

test('an action that was approved and then altered is not carried out', async () => {
  await using t = await testApp();
  await t.addRule(CODES);
  await t.deliver({ subject: 'Your code' });
  await t.drain();
  const action = await only(t, 'delete');
  const card = await approvalOfAction(t.app.db, action.id);
  await t.app.db.write((tx) =>
    tx.run('update actions set parameters_json = \'{"x":1}\' where id = $1', [action.id]),
  );
  const answer = {
    userId: t.app.owner.id,
    approvalId: card?.id ?? '',
    answer: 'approve' as const,
    by: 'o',
    via: 't',
  };
  await expect(decide(t.app, answer)).rejects.toMatchObject({ code: 'approvals.changed' });
  await t.drain();
  expect((await only(t, 'delete')).status).toBe('approved_pending');
});

test('what is done by itself too often in one account is asked about, whichever rules did it', async () => {
  const clock = new ManualClock();
  await using t = await testApp({ clock, settings: { 'policy.changes_per_hour': 3 } });
  const rule = (name: string) => ({
    ...LETTERS,
    name: `${name}s`,
    conditions: { type: 'subject_contains', value: name },
    actions: [{ type: 'archive' }],
  });
  await t.addRule(rule('Letter'));
  await t.addRule(rule('Note'));
  for (const subject of ['Letter 1', 'Note 1', 'Letter 2', 'Note 2', 'Letter 3']) {
    await t.deliver({ from: 'Ann <ann@example.org>', subject });
    await t.drain();
  }
  const statuses = (await actionsOf(t, 'archive')).map((a) => a.status);
  expect(statuses).toEqual(['completed', 'completed', 'completed', 'approved_pending', 'approved_pending']);
  clock.advance(RATE_WINDOW_MS + 1);
  await t.deliver({ subject: 'Letter 4' });
  await t.drain();
  expect((await actionsOf(t, 'archive')).at(-1)?.status).toBe('completed');
});

test('an archive that is sorted in bulk uses up nothing of what new mail may have done to it in an hour', async () => {
  await using t = await testApp({ settings: { 'policy.changes_per_hour': 3 } });
  await t.addRule({ ...LETTERS, actions: [{ type: 'archive' }] });
  for (let i = 0; i < 5; i++) {
    await t.deliver({ ...letter, subject: `Letter ${i}`, ageMs: LIVE_MAIL_MS + 60_000 });
  }
  await t.drain();
  await t.deliver({ ...letter, subject: 'Letter 5' });
  await t.drain();
  const statuses = (await actionsOf(t, 'archive')).map((a) => a.status);
  expect(statuses).toEqual(Array.from({ length: 6 }, () => 'completed'));
});

test('a delete that was interrupted after its effect is recorded as done', async () => {
  await using t = await testApp();
  await t.deliver({ subject: 'Old' });
  await t.drain();
  const [row] = await t.app.db.all<{ id: string; provider_message_id: string }>('select * from messages');
  const messageId = row?.id ?? '';
  const request = { userId: t.app.owner.id, messageId, type: 'delete', parameters: {}, confirmed: true, by };
  const { actionId } = await requestAction(t.app, request);
  await t.app.db.write((tx) =>
    tx.run("update actions set status = 'executing', before_json = $1 where id = $2", [
      JSON.stringify({ labels: ['INBOX'], flags: [] }),
      actionId,
    ]),
  );
  await (await mailboxOf(t)).delete(row?.provider_message_id ?? '');
  await t.drain();
  expect(await only(t, 'delete')).toMatchObject({ status: 'completed', errorMessage: null });
  expect((await findHandle(t.app.db, messageId))?.goneAt).not.toBeNull();
});
