import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { requestAction } from '#actions/request.ts';
import { findAction } from '#actions/store.ts';
import { requestUndo } from '#actions/undo.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { findHandle } from '#mail/message-store.ts';
import { patch } from '#mail/patch.ts';
import { ManualClock } from '#std/clock.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import type { TrialRun } from '#test/torture/trial.ts';

const by = { actor: 'owner', channel: 'test' };

const act = (type: string, parameters: Record<string, unknown> = {}) => ({
  do: 'act' as const,
  type,
  parameters,
});
const step = fc.constantFrom(
  act('archive'),
  act('star'),
  act('unstar'),
  act('mark_read'),
  act('mark_unread'),
  act('trash'),
  act('restore'),
  act('apply_label', { label: 'Work' }),
  act('apply_label', { label: 'Home' }),
  act('remove_label', { label: 'Work' }),
  act('move', { label: 'Later' }),
  act('snooze', { amount: 2, units: 'days' }),
  { do: 'person' as const, label: 'Mine', add: true },
  { do: 'person' as const, label: 'Mine', add: false },
);

const stateOf = async (t: TestApp, messageId: string): Promise<{ labels: string[]; flags: string[] }> => {
  const handle = await findHandle(t.app.db, messageId);
  const rows = await t.app.db.all<{ provider_label_id: string; name: string }>(
    'select provider_label_id, name from labels',
  );
  const names = new Map(rows.map((r) => [r.provider_label_id, r.name]));
  const { labels = [], flags = [] } = handle?.state ?? {};
  return { labels: labels.map((id) => names.get(id) ?? id).sort(), flags: [...flags].sort() };
};

/** What the person does in a mail program of their own. */
const change = async (t: TestApp, messageId: string, o: { label: string; add: boolean }): Promise<void> => {
  const { mailbox } = await t.app.openMailbox(t.accountId);
  const handle = await findHandle(t.app.db, messageId);
  const { id } = await mailbox.ensureLabel(o.label);
  await mailbox.modify(
    handle?.providerMessageId ?? '',
    patch(o.add ? { addLabels: [id] } : { removeLabels: [id] }),
  );
  await t.app.queue.enqueue(syncJob, { accountId: t.accountId }, { userId: t.app.owner.id });
  await t.drain();
};

const undo = async (t: TestApp, actionId: string): Promise<void> => {
  const action = await findAction(t.app.db, actionId);
  if (action?.status !== 'completed') return;
  await t.app.db.write((tx) => requestUndo(t.app, tx, { action, by }));
  await t.drain();
};

/** The program itself, with a mailbox of its own: actions in any order, the person's changes between, all taken back. */
export const undoRestores = async (run: TrialRun): Promise<fc.IRawProperty<[unknown]>> => {
  const t = await testApp({ clock: new ManualClock(), random: run.random });
  run.onEnd(async () => {
    await t[Symbol.asyncDispose]();
  });
  let mails = 0;
  return fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
    await t.deliver({ subject: `Mail ${++mails}` });
    await t.drain();
    const [newest] = await t.app.db.all<{ id: string }>('select id from messages order by id desc limit 1');
    const messageId = newest?.id ?? '';
    const before = await stateOf(t, messageId);
    const actions: string[] = [];
    let mine = false;
    for (const one of steps) {
      if (one.do === 'person') {
        await change(t, messageId, one);
        mine = one.add;
        continue;
      }
      const { type, parameters } = one;
      const userId = t.app.owner.id;
      const made = await requestAction(t.app, { userId, messageId, type, parameters, confirmed: true, by });
      actions.push(made.actionId);
      await t.drain();
    }
    for (const id of actions.reverse()) await undo(t, id);
    const labels = [...before.labels, ...(mine ? ['Mine'] : [])].sort();
    deepEqual(await stateOf(t, messageId), { ...before, labels });
  });
};
