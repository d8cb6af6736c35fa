import { expect, test } from 'vitest';
import { findAction } from '#actions/store.ts';
import { makeClaim } from '#queue/claim-store.ts';
import { rescueStale } from '#queue/rescue.ts';
import { ManualClock } from '#std/clock.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { abandonedJob } from './abandoned.job.ts';
import { requestAction } from './request.ts';

const STALE_MS = 120_000;

/** An action whose worker dies with it. */
const doomed = async (t: TestApp) => {
  await t.deliver({ subject: 'Hello' });
  await t.drain();
  const [message] = await t.app.db.all<{ id: string }>('select id from messages');
  const { actionId } = await requestAction(t.app, {
    userId: t.app.owner.id,
    messageId: message?.id ?? '',
    type: 'archive',
    parameters: {},
    confirmed: true,
    by: { actor: 'owner', channel: 'test' },
  });
  return actionId;
};

const die = async ({ app }: TestApp, clock: ManualClock): Promise<void> => {
  const { claim } = makeClaim(['action.apply'], app.db.engine, 'app');
  clock.advance(600_000);
  await app.db.write((tx) => tx.run("update jobs set updated_at = $1 where state = 'queued'", [clock.now()]));
  const request = { rooms: [1], limit: 1, token: app.newId(), workerId: 'elsewhere/x/1/a', now: clock.now() };
  await app.db.write((tx) => claim(tx, request));
  clock.advance(STALE_MS + 1);
  await rescueStale({ ...app, hooks: {}, signals: app.queue.signals, lease: 'app' }, STALE_MS);
};

test('an action whose job was given up ends with the reason, and others are left', async () => {
  const clock = new ManualClock();
  await using t = await testApp({ clock });
  const actionId = await doomed(t);
  const look = async () => {
    await t.app.queue.enqueue(abandonedJob, {});
    await t.drain();
    return findAction(t.app.db, actionId);
  };
  await die(t, clock);
  await die(t, clock);
  await die(t, clock);
  expect(await t.app.queue.list({ type: 'action.apply' })).toMatchObject([{ state: 'failed' }]);
  expect((await findAction(t.app.db, actionId))?.status).toBe('queued');
  expect(await look()).toMatchObject({ status: 'failed' });
  expect((await look())?.errorMessage).toMatch('died with it 3 times');
});

test('an action whose job will be run again is left alone', async () => {
  const clock = new ManualClock();
  await using t = await testApp({ clock });
  const actionId = await doomed(t);
  await die(t, clock);
  await t.app.queue.enqueue(abandonedJob, {});
  await t.drain();
  clock.advance(600_000);
  await t.drain();
  expect((await findAction(t.app.db, actionId))?.status).toBe('completed');
});

test('an action whose job an operator canceled ends', async () => {
  const clock = new ManualClock();
  await using t = await testApp({ clock });
  const actionId = await doomed(t);
  const [job] = await t.app.queue.list({ type: 'action.apply' });
  await t.app.queue.cancel(job?.id ?? '');
  await t.app.queue.enqueue(abandonedJob, {});
  await t.drain();
  expect(await findAction(t.app.db, actionId)).toMatchObject({ status: 'failed' });
});
