import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestAction } from '#actions/request.ts';
import { findAction } from '#actions/store.ts';
import { ManualClock } from '#std/clock.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { type Decision, decide } from './decide.ts';
import { expireJob } from './expire.job.ts';
import { approvalOfAction, findApproval, listApprovals } from './store.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-15T09:00:00.000Z');
/** Each race is run so often, since whoever is first differs. */
const ROUNDS = 8;

onEveryDatabase('answering an approval', (fresh, kind) => {
  let t: TestApp;
  let place: Awaited<ReturnType<typeof fresh>> | undefined;
  const clock = new ManualClock(START);

  beforeAll(async () => {
    if (kind !== 'memory') {
      place = await fresh();
      await place.db.close();
    }
    t = await testApp({ clock, ...(place ? { database: place.url } : {}) });
  });
  afterAll(async () => {
    await t[Symbol.asyncDispose]();
    await place?.[Symbol.asyncDispose]();
  });

  let counter = 0;
  /** A card that asks whether a message may be deleted. */
  const card = async () => {
    const subject = `Mail ${++counter}`;
    await t.deliver({ subject });
    await t.drain();
    const [message] = await t.app.db.all<{ id: string }>('select id from messages where subject = $1', [
      subject,
    ]);
    const { actionId } = await requestAction(t.app, {
      userId: t.app.owner.id,
      messageId: message?.id ?? '',
      type: 'delete',
      parameters: {},
      confirmed: false,
      by: { actor: 'owner', channel: 'test' },
    });
    const approval = await approvalOfAction(t.app.db, actionId);
    if (!approval) throw new Error('Nobody was asked');
    return { actionId, approvalId: approval.id };
  };
  const press = (approvalId: string, answer: Decision['answer'], by = 'owner') =>
    decide(t.app, { userId: t.app.owner.id, approvalId, answer, by, via: 'test' });
  const statusOf = async (actionId: string) => (await findAction(t.app.db, actionId))?.status;
  const jobsOf = async (actionId: string) =>
    (await t.app.queue.list({ type: 'action.apply', limit: 200 })).filter(
      ({ payload }) => (payload as { actionId?: string }).actionId === actionId,
    ).length;

  test('of two who press at the same moment one wins and the other is told, and it is done once or not at all', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const { actionId, approvalId } = await card();
      const answers = ['approve', i % 2 === 0 ? 'reject' : 'approve'] as const;
      const both = await Promise.allSettled(answers.map((answer, n) => press(approvalId, answer, `p${n}`)));
      const won = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const lost = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(won).toHaveLength(1);
      expect(lost).toMatchObject([{ code: 'approvals.answered' }]);
      const approved = won[0]?.state === 'approved';
      expect(await statusOf(actionId)).toBe(approved ? 'queued' : 'rejected');
      expect(await jobsOf(actionId)).toBe(approved ? 1 : 0);
    }
  });

  test('a yes that comes while the card expires is carried out, or told that it came too late', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const { actionId, approvalId } = await card();
      const expire = t.app.queue.enqueue(expireJob, { approvalId }, { idempotencyKey: `now:${approvalId}` });
      const [pressed] = await Promise.allSettled([
        press(approvalId, 'approve'),
        expire.then(() => t.drain()),
      ]);
      const state = (await findApproval(t.app.db, approvalId))?.state;
      expect(state).toBe(pressed.status === 'fulfilled' ? 'approved' : 'expired');
      await t.drain();
      expect(await statusOf(actionId)).toBe(state === 'approved' ? 'completed' : 'rejected');
    }
  });

  test('a card that nobody answered in time says no by itself, and takes no answer any more', async () => {
    const { actionId, approvalId } = await card();
    clock.advance(7 * DAY_MS);
    await expect(press(approvalId, 'approve')).rejects.toMatchObject({ code: 'approvals.expired' });
    await t.drain();
    expect(await statusOf(actionId)).toBe('rejected');
    await expect(press(approvalId, 'approve')).rejects.toMatchObject({ code: 'approvals.answered' });
    expect(await jobsOf(actionId)).toBe(0);
    expect(await listApprovals(t.app.db, { userId: t.app.owner.id, state: 'waiting', limit: 10 })).toEqual(
      [],
    );
  });

  test('what is another action by now than the card showed is not approved, nor what is somebody else’s', async () => {
    const { actionId, approvalId } = await card();
    const strange = decide(t.app, {
      userId: 'somebody',
      approvalId,
      answer: 'approve',
      by: 'somebody',
      via: 'test',
    });
    await expect(strange).rejects.toMatchObject({ code: 'approvals.unknown' });
    await t.app.db.write((tx) =>
      tx.run(`update actions set parameters_json = '{"more":1}' where id = $1`, [actionId]),
    );
    await expect(press(approvalId, 'approve')).rejects.toMatchObject({ code: 'approvals.changed' });
    expect(await statusOf(actionId)).toBe('approved_pending');
    expect(await jobsOf(actionId)).toBe(0);
  });
});
