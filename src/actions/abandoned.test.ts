import { expect, test } from 'vitest';
import { makeClaim } from '#queue/claim-store.ts';
import { rescueStale } from '#queue/rescue.ts';
import { ManualClock } from '#std/clock.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { abandonedJob } from './abandoned.job.ts';
import { performJob } from './perform.job.ts';
import { requestAction } from './request.ts';
import { findAction } from './store.ts';
import { actionsUnderWay } from './under-way-store.ts';

const STALE_MS = 120_000;
const BY = { actor: 'owner', channel: 'test' };

const requestOn = async (t: TestApp, type: string) => {
  const [message] = await t.app.db.all<{ id: string }>('select id from messages');
  const { actionId } = await requestAction(t.app, {
    userId: t.app.owner.id,
    messageId: message?.id ?? '',
    type,
    parameters: {},
    confirmed: true,
    by: BY,
  });
  return actionId;
};

/** An action whose worker dies with it. */
const doomed = async (t: TestApp) => {
  await t.deliver({ subject: 'Hello' });
  await t.drain();
  return requestOn(t, 'archive');
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

const look = async (t: TestApp, actionId: string) => {
  await t.app.queue.enqueue(abandonedJob, {});
  await t.drain();
  const action = await findAction(t.app.db, actionId);
  return action && [action.status, action.errorMessage];
};

onEveryDatabase('An action', (fresh) => {
  const open = async () => {
    const clock = new ManualClock();
    const place = await fresh();
    await place.db.close();
    const t = await testApp({ clock, database: place.url });
    const close = async () => {
      await t[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    };
    return { t, clock, [Symbol.asyncDispose]: close };
  };
  const jobOf = async (t: TestApp) => (await t.app.queue.list({ type: 'action.apply' }))[0]?.id ?? '';

  test('whose job was given up ends with the reason, and one whose job will be run again is left alone', async () => {
    await using o = await open();
    const { t, clock } = o;
    const id = await doomed(t);
    await die(t, clock);
    expect(await look(t, id)).toEqual(['queued', null]);
    await die(t, clock);
    await die(t, clock);
    expect(await t.app.queue.list({ type: 'action.apply' })).toMatchObject([{ state: 'failed' }]);
    clock.advance(STALE_MS + 1);
    expect(await look(t, id)).toEqual(['failed', expect.stringContaining('died with it 3 times')]);
  });

  test('whose job was canceled ends once its worker must have heard so; other actions go on', async () => {
    await using o = await open();
    const { t, clock } = o;
    const id = await doomed(t);
    const job = await jobOf(t);
    await t.app.queue.cancel(job);
    expect(await look(t, id)).toEqual(['queued', null]);
    clock.advance(STALE_MS + 1);
    const other = await requestOn(t, 'star');
    await t.app.queue.reschedule(await jobOf(t), clock.ms() + 1_000);
    expect(await look(t, id)).toEqual(['failed', 'Its job ended without it.']);
    expect((await findAction(t.app.db, other))?.status).toBe('queued');
    clock.advance(1_000);
    await t.drain();
    expect((await findAction(t.app.db, other))?.status).toBe('completed');
  });

  test('whose job was discarded ends, also one that was approved', async () => {
    await using o = await open();
    const { t, clock } = o;
    const id = await doomed(t);
    await t.app.queue.discard(await jobOf(t));
    expect(await look(t, id)).toEqual(['failed', 'Its job ended without it.']);

    const asked = await requestOn(t, 'star');
    await t.app.queue.discard(await jobOf(t));
    const key = { idempotencyKey: `action:${asked}:an approval`, notBeforeMs: clock.ms() + 3_600_000 };
    await t.app.queue.enqueue(performJob, { actionId: asked }, key);
    expect(await look(t, asked)).toEqual(['queued', null]);
    await t.app.queue.discard(await jobOf(t));
    expect(await look(t, asked)).toEqual(['failed', 'Its job ended without it.']);
  });

  test('under way is found once, page by page', async () => {
    await using o = await open();
    const { t } = o;
    const made = [await doomed(t)];
    for (const type of ['star', 'mark_read', 'trash']) made.push(await requestOn(t, type));
    const found: string[] = [];
    let after = { messageId: '', identity: '' };
    for (let page = await actionsUnderWay(t.app.db, { after, limit: 1 }); page[0]; ) {
      found.push(page[0].id);
      after = page[0];
      page = await actionsUnderWay(t.app.db, { after, limit: 1 });
    }
    expect(found.sort()).toEqual(made.sort());
  });
});
