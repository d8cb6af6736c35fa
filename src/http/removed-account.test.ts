import { expect, test } from 'vitest';
import { removeAccount } from '#ingest/remove.ts';
import { testApp } from '#test/kit/test-app.ts';

test('what was done in an account that was removed since says that it cannot be undone, and nothing more is done there', async () => {
  await using app = await testApp();
  await app.deliver({ subject: 'Mail 0' }, { subject: 'Mail 1' });
  await app.drain();
  const api = await app.serve();
  const found = (await api.call('GET', '/api/search?q=mail')).json.items;
  const ids = found.map((item: { messageId: string }) => item.messageId);
  const acted = await api.call('POST', `/api/messages/${ids[0]}/actions`, { type: 'archive' });
  await app.drain();
  await removeAccount(app.app, {
    userId: app.app.owner.id,
    accountId: app.accountId,
    mail: 'keep',
    by: { actor: 'owner', channel: 'test' },
  });
  await app.drain();
  const why = 'Its account was removed: add that again first.';
  const path = `/api/actions/${acted.json.actionId}`;
  expect((await api.call('GET', path)).json).toMatchObject({ canUndo: false, whyNotUndoable: why });
  expect((await api.call('GET', '/api/actions')).json.items[0]).toMatchObject({ canUndo: false });
  expect((await api.call('POST', '/api/undo/preview', { accountId: app.accountId })).json).toMatchObject({
    undoable: 0,
    blocked: [{ reason: 'Their account was removed: add that again first.', count: 1 }],
    sample: [],
  });
  expect(await api.call('POST', `${path}/undo`)).toMatchObject({
    status: 409,
    json: { code: 'actions.not-undoable', detail: expect.stringContaining(why) },
  });
  expect(await api.call('POST', `/api/messages/${ids[1]}/actions`, { type: 'archive' })).toMatchObject({
    status: 409,
    json: { code: 'accounts.removed' },
  });
});
