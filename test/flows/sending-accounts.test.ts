import { expect, test } from 'vitest';
import { placeAccount } from '#accounts/connect-store.ts';
import { createAccount } from '#accounts/store.ts';
import { abandonedJob } from '#actions/abandoned.job.ts';
import { findAction } from '#actions/store.ts';
import { setPaused } from '#ingest/pause.ts';
import { removeAccount } from '#ingest/remove.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { toInstant } from '#std/time.ts';
import {
  AWAY,
  act,
  actionsOf,
  HOUR,
  letter,
  mailIn,
  OWNER,
  rule,
  START,
  start,
  trust,
  wait,
} from '#test/kit/sending.ts';

test('a mail waits while its account is paused, and leaves once when that goes on', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await t.deliver(letter('ada@example.com', 'Lunch'));
  await t.drain();
  const { actionId } = await act(t, 'Lunch', 'reply', { text: 'Yes.' });
  await t.drain();
  const pause = { userId: t.app.owner.id, accountId: t.accountId, by: OWNER };
  await setPaused(t.app, { ...pause, paused: true });
  for (let i = 0; i < 3; i++) await wait(t, clock, HOUR);
  expect(await mailIn(t)).toEqual([]);
  await setPaused(t.app, { ...pause, paused: false });
  await wait(t, clock);
  expect(await mailIn(t)).toHaveLength(1);
  expect(await findAction(t.app.db, actionId)).toMatchObject({ status: 'completed' });
});

test('a mail whose account is removed never leaves, not even when that is connected again', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await t.deliver(letter('ada@example.com', 'Lunch'));
  await t.drain();
  const { actionId } = await act(t, 'Lunch', 'reply', { text: 'Yes.' });
  await t.drain();
  const userId = t.app.owner.id;
  await removeAccount(t.app, { userId, accountId: t.accountId, mail: 'keep', by: OWNER });
  await t.drain();
  const again = { userId, provider: 'local', email: 'robin@marlow.example', displayName: '' };
  const { id } = await t.app.db.write((tx) =>
    placeAccount(tx, { newId: t.app.newId, now: clock.now() }, again),
  );
  expect(id).toBe(t.accountId);
  await wait(t, clock, HOUR);
  await t.app.queue.enqueue(abandonedJob, {});
  await wait(t, clock);
  expect(await mailIn(t)).toEqual([]);
  expect(await findAction(t.app.db, actionId)).toMatchObject({ status: 'failed' });
});

test('the same mailbox, removed with its mail and connected again, has nothing sent a second time by its rules', async () => {
  const { t, clock } = await start({ 'policy.forward_allow': ['books@example.com'] });
  await using _ = t;
  await rule(t, [AWAY, { type: 'forward', parameters: { to: ['books@example.com'] } }]);
  const mails = [letter('ada@example.com', 'One'), letter('bob@example.org', 'Two')];
  await t.deliver(...mails);
  await wait(t, clock, HOUR);
  expect(await mailIn(t)).toHaveLength(4);
  const { owner } = t.app;
  await removeAccount(t.app, { userId: owner.id, accountId: t.accountId, mail: 'delete', by: OWNER });
  await wait(t, clock);
  const again = { userId: owner.id, provider: 'local', email: 'robin@marlow.example', displayName: '' };
  const { id: accountId } = await createAccount(t.app, again);
  await trust(t, accountId);
  const date = toInstant(START);
  await t.app.db.write((tx) =>
    deliver(tx, {
      accountId,
      mails: mails.map(({ raw }) => ({
        raw: new TextEncoder().encode(raw),
        date,
        labels: ['INBOX'],
        flags: [],
      })),
    }),
  );
  await t.app.queue.enqueue(syncJob, { accountId }, { userId: owner.id });
  await wait(t, clock, HOUR);
  expect(await mailIn(t, 'SENT', accountId)).toEqual([]);
  const whys = (await actionsOf(t)).map(({ why }) => why);
  expect(new Set(whys)).toEqual(
    new Set(['It came before the account was connected, and rules send nothing about older mail.']),
  );
  expect(whys).toHaveLength(4);
});
