import { expect, test } from 'vitest';
import { startFakeGmail } from './fake.ts';

const ROBIN = 'robin@marlow.example';

test('a mail that comes in is listed, read and archived, and history tells of it', async () => {
  await using fake = await startFakeGmail({ users: [ROBIN] });
  const start = fake.historyId(ROBIN);
  const id = fake.deliver(ROBIN, `From: a@b.example\nTo: ${ROBIN}\nSubject: Hi\n\nHello`);
  const { accessToken } = fake.grant(ROBIN);
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${fake.url}/gmail/v1/users/me/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    });
    const text = await response.text();
    return { status: response.status, json: text ? JSON.parse(text) : undefined };
  };
  expect((await call('messages')).json.messages).toEqual([{ id, threadId: id }]);
  const read = await call(`messages/${id}`);
  expect(Buffer.from(read.json.payload.body.data, 'base64url').toString()).toBe('Hello');
  const changed = await call(`messages/${id}/modify`, {
    method: 'POST',
    body: JSON.stringify({ removeLabelIds: ['INBOX'] }),
  });
  expect(changed.json.labelIds).toEqual(['UNREAD']);
  const history = await call(`history?startHistoryId=${start}`);
  expect(history.json.history.map((one: Record<string, unknown>) => Object.keys(one)[2])).toEqual([
    'messagesAdded',
    'labelsRemoved',
  ]);
  const draft = await call('drafts', {
    method: 'POST',
    body: JSON.stringify({
      message: { raw: Buffer.from(`To: x@y.example\r\nX-Op-Id: 1\r\n\r\nHi`).toString('base64url') },
    }),
  });
  const send = () => call('drafts/send', { method: 'POST', body: JSON.stringify({ id: draft.json.id }) });
  expect((await send()).json.labelIds).toEqual(['SENT']);
  expect((await send()).status).toBe(404);
  expect(fake.ledger.sends()).toMatchObject([{ opId: '1', to: 'x@y.example' }]);
});
