import { expect, test } from 'vitest';
import { mergeAccountState } from '#accounts/store.ts';
import { listActivity } from '#activity/store.ts';
import type { RemoteLabel } from '#mail/port.ts';
import { patchRule, setRuleDisabled } from '#rules/store.ts';
import { ManualClock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { elsewhere } from './elsewhere.suite.ts';
import { labelsJob } from './labels.job.ts';

interface Labelled extends AsyncDisposable {
  t: TestApp;
  clock: ManualClock;
  box: ReturnType<typeof elsewhere>;
  /** Labels that the mailbox no longer lists. */
  hidden: Set<string>;
  look(): Promise<void>;
  rule(id: string): Promise<{ enabled: number; disabled_reason: string | null }>;
}

const open = async (): Promise<Labelled> => {
  const clock = new ManualClock();
  const box = elsewhere();
  const hidden = new Set<string>();
  const t = await testApp({
    clock,
    mailbox: (m) => {
      const inner = box.wrap(m);
      return {
        ...inner,
        labels: async () => (await inner.labels()).filter((l: RemoteLabel) => !hidden.has(l.name)),
      };
    },
  });
  const { mailbox } = await t.app.openMailbox(t.accountId);
  await mailbox.ensureLabel('Receipts');
  await mailbox.ensureLabel('Work');
  await t.deliver({ subject: 'first' });
  await t.drain();
  return {
    t,
    clock,
    box,
    hidden,
    look: async () => {
      clock.advance(1_000);
      await t.app.queue.enqueue(labelsJob, { accountId: t.accountId }, { userId: t.app.owner.id });
      await t.drain();
    },
    rule: async (id) => {
      const [row] = await t.app.db.all<{ enabled: number; disabled_reason: string | null }>(
        'select enabled, disabled_reason from deterministic_rules where id = $1',
        [id],
      );
      if (!row) throw new Error('The rule is gone');
      return row;
    },
    [Symbol.asyncDispose]: () => t[Symbol.asyncDispose](),
  };
};

const RULE = {
  name: 'Bills',
  conditions: { type: 'subject_contains', value: 'receipt' },
  actions: [{ type: 'apply_label', parameters: { label: 'receipts' } }],
};

test('a rule whose label was deleted is switched off with the reason, never deleted, and says so when it is back', async () => {
  await using l = await open();
  const id = await l.t.addRule(RULE);
  const other = await l.t.addRule({
    ...RULE,
    actions: [{ type: 'apply_label', parameters: { label: 'Work' } }],
  });
  l.hidden.add('Receipts');
  await l.look();
  const off = await l.rule(id);
  expect(off.enabled).toBe(0);
  expect(off.disabled_reason).toContain('“Receipts” was deleted');
  expect((await l.rule(other)).enabled).toBe(1);
  const { items } = await listActivity(l.t.app.db, l.t.app.owner.id);
  expect(items[0]).toMatchObject({ action: 'rule.disable', subjectId: id, details: { label: 'Receipts' } });
  await l.look();
  expect((await listActivity(l.t.app.db, l.t.app.owner.id)).items).toHaveLength(items.length);

  l.hidden.clear();
  await l.look();
  const back = await l.rule(id);
  expect(back.enabled).toBe(0);
  expect(back.disabled_reason).toContain('is there again');
});

test('a label that goes after the clock of the machine was a day ahead switches its rule off all the same', async () => {
  await using l = await open();
  const id = await l.t.addRule(RULE);
  const ahead = toInstant(l.clock.ms() + 86_400_000);
  const { db } = l.t.app;
  await db.write((tx) =>
    mergeAccountState(tx, { id: l.t.accountId, part: { labelsAt: ahead }, now: l.clock.now() }),
  );
  l.hidden.add('Receipts');
  await l.look();
  expect((await l.rule(id)).enabled).toBe(0);
});

test('a condition on a label that is gone switches its rule off too, and a rule of another account stays on', async () => {
  await using l = await open();
  const { mailbox } = await l.t.app.openMailbox(l.t.accountId);
  const label = await mailbox.ensureLabel('Receipts');
  const named = await l.t.addRule({
    ...RULE,
    conditions: { op: 'not', children: [{ type: 'label_present', value: label.id }] },
    actions: [{ type: 'star' }],
  });
  const elsewhereRule = await l.t.addRule({ ...RULE, scope: 'account', scopeRef: 'another' });
  l.hidden.add('Receipts');
  await l.look();
  expect((await l.rule(named)).enabled).toBe(0);
  expect((await l.rule(elsewhereRule)).enabled).toBe(1);
});

test('a rule that is switched on again after its label went is left as its owner wants it', async () => {
  await using l = await open();
  const id = await l.t.addRule(RULE);
  l.hidden.add('Receipts');
  await l.look();
  l.clock.advance(60_000);
  const { app } = l.t;
  await app.db.write((tx) =>
    patchRule(tx, { userId: app.owner.id, id, patch: { enabled: true }, now: app.clock.now() }),
  );
  await l.look();
  expect((await l.rule(id)).enabled).toBe(1);
});

test('a rule that was off for another reason keeps that reason', async () => {
  await using l = await open();
  const id = await l.t.addRule(RULE);
  const { app } = l.t;
  const off = { userId: app.owner.id, id, reason: 'It was too eager.', now: app.clock.now() };
  await app.db.write((tx) => setRuleDisabled(tx, off));
  l.hidden.add('Receipts');
  await l.look();
  l.hidden.clear();
  await l.look();
  expect((await l.rule(id)).disabled_reason).toBe('It was too eager.');
});

test('labels are not read at every sync, but when a message names one that is not known', async () => {
  await using l = await open();
  const before = l.box.calls.labels ?? 0;
  for (const subject of ['a', 'b', 'c']) {
    await l.t.deliver({ subject });
    await l.t.drain();
  }
  expect(l.box.calls.labels).toBe(before);
  const names = async () =>
    (await l.t.app.db.all<{ name: string }>('select name from labels')).map((row) => row.name);
  await l.t.deliver({ subject: 'd', labels: ['INBOX', 'Trips'] });
  await l.t.drain();
  expect(l.box.calls.labels).toBe(before + 1);
  expect(await names()).toContain('Trips');
});

test('a label that messages name and the mailbox does not list is looked for once', async () => {
  await using l = await open();
  l.hidden.add('Ghost');
  const before = l.box.calls.labels ?? 0;
  for (const subject of ['a', 'b', 'c']) {
    await l.t.deliver({ subject, labels: ['INBOX', 'Ghost'] });
    await l.t.drain();
    l.clock.advance(3_600_000);
  }
  expect(l.box.calls.labels).toBe(before + 1);
});

test('a label that is made while the list is on its way is not taken for gone', async () => {
  await using l = await open();
  const id = await l.t.addRule({ ...RULE, actions: [{ type: 'apply_label', parameters: { label: 'New' } }] });
  const { app, accountId } = l.t;
  const { syncLabels } = await import('#mail/label-store.ts');
  l.hidden.add('New');
  l.box.before = async (method) => {
    if (method !== 'labels') return;
    l.box.before = () => {};
    const { mailbox } = await app.openMailbox(accountId);
    const made = await mailbox.ensureLabel('New');
    l.clock.advance(1);
    await app.db.write(async (tx) => {
      const labels = await tx.all<{ provider_label_id: string; name: string; role: null }>(
        'select * from labels',
      );
      await syncLabels(tx, {
        userId: app.owner.id,
        accountId,
        remote: [...labels.map((r) => ({ id: r.provider_label_id, name: r.name, role: r.role })), made],
        newId: app.newId,
        now: app.clock.now(),
      });
    });
  };
  await l.look();
  expect((await l.rule(id)).enabled).toBe(1);
  const rows = await app.db.all<{ deleted_at: string | null }>(
    "select deleted_at from labels where name = 'New'",
  );
  expect(rows).toEqual([{ deleted_at: null }]);
});

test('without an account it looks at the labels of all', async () => {
  await using l = await open();
  l.hidden.add('Work');
  l.clock.advance(1_000);
  await l.t.app.queue.enqueue(labelsJob, {});
  await l.t.drain();
  const [row] = await l.t.app.db.all<{ deleted_at: string | null }>(
    "select * from labels where name = 'Work'",
  );
  expect(row?.deleted_at).not.toBeNull();
});
