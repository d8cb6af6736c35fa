import { expect, test } from 'vitest';
import { ManualClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { testApp } from '#test/kit/test-app.ts';

const START = Date.parse('2026-01-15T09:00:00.000Z');

const start = async () => {
  const clock = new ManualClock(START);
  const took: string[] = [];
  const t = await testApp({
    clock,
    mailbox: (mailbox) => ({
      ...mailbox,
      send: async ({ recipients }) => {
        took.push(...recipients);
        throw new AppError('transient', 'mail.send-unknown', 'Nothing was heard');
      },
      traceSend: async () => ({ kind: 'unknown' }),
    }),
  });
  await t.deliver({ from: 'Ada <ada@example.com>', subject: 'Lunch' });
  await t.drain();
  const api = await t.serve();
  const [found] = (await api.call('GET', '/api/search?q=lunch')).json.items;
  const reply = (confirmed: boolean) =>
    api.call('POST', `/api/messages/${found.messageId}/actions`, {
      type: 'reply',
      parameters: { text: 'Yes.\nGladly.' },
      confirmed,
    });
  return { t, clock, api, took, reply };
};

test('a reply that is not confirmed waits on a card that shows to whom and what', async () => {
  const { t, api, reply } = await start();
  await using _ = t;
  expect((await reply(false)).json).toMatchObject({ status: 'approved_pending' });
  const [card] = (await api.call('GET', '/api/approvals')).json.items;
  expect(card.card.lines).toContain('To: ada@example.com');
  expect(card.card.lines).toContain('Text:\nYes.\nGladly.');
  expect(card.card.lines).toContain('Below it the text of the message, quoted.');
  expect(Date.parse(card.expiresAt) - START).toBe(24 * 3_600_000);
});

test('a message tells whom an answer to it goes to, which its sender may choose', async () => {
  const { t, api } = await start();
  await using _ = t;
  const raw =
    'From: Ada <ada@example.com>\r\nReply-To: desk@elsewhere.example\r\nSubject: Desk\r\n\r\nHello.\r\n';
  await t.deliver({ raw });
  await t.drain();
  const [found] = (await api.call('GET', '/api/search?q=desk')).json.items;
  const { json } = await api.call('GET', `/api/messages/${found.messageId}`);
  expect(json).toMatchObject({ from: { address: 'ada@example.com' }, answerTo: 'desk@elsewhere.example' });
});

test('a reply is called back while it waits', async () => {
  const { t, clock, api, took, reply } = await start();
  await using _ = t;
  const { actionId } = (await reply(true)).json;
  await t.drain();
  const listed = (await api.call('GET', '/api/actions')).json.items[0];
  expect(listed).toMatchObject({ id: actionId, status: 'executing', canUndo: true });
  expect((await api.call('POST', `/api/actions/${actionId}/undo`)).json).toMatchObject({ actionId });
  clock.advance(60_000);
  await t.drain();
  expect(took).toEqual([]);
  expect((await api.call('GET', `/api/actions/${actionId}`)).json).toMatchObject({
    status: 'canceled',
    canUndo: false,
    errorMessage: 'It was called back before it left.',
  });
});

test('a mail of which nobody knows is listed, answered once, and no longer listed', async () => {
  const { t, clock, api, took, reply } = await start();
  await using _ = t;
  const { actionId } = (await reply(true)).json;
  for (const ms of [10_000, 15_000, 105_000, 480_000, 1_000]) {
    await t.drain();
    clock.advance(ms);
  }
  const { items } = (await api.call('GET', '/api/sends/uncertain')).json;
  expect(items).toMatchObject([{ action: { id: actionId, canUndo: false }, to: ['ada@example.com'] }]);
  const say = (answer: string) => api.call('POST', `/api/actions/${actionId}/sent`, { answer });
  expect((await say('perhaps')).status).toBe(422);
  expect(await say('went-out')).toMatchObject({ status: 200, json: { status: 'completed' } });
  expect(await say('send-again')).toMatchObject({ status: 409, json: { code: 'actions.not-uncertain' } });
  expect((await api.call('GET', '/api/sends/uncertain')).json.items).toEqual([]);
  expect(took).toHaveLength(1);
});
