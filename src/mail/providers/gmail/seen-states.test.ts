import { expect, test } from 'vitest';
import { GMAIL_SEEN_RECORDS } from '#config/limits-gmail.ts';
import { patch } from '#mail/patch.ts';
import { GMAIL_USER, openGmail } from '#test/kit/gmail.ts';

const MAIL = 'From: ann@x.example\nTo: robin@marlow.example\nSubject: hi\n\nhello';
const IN_INBOX = { labels: ['INBOX'], flags: [] };

/** A mailbox with one message that was fetched, and how often Gmail was asked for what since. */
const fetched = async () => {
  const f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  await f.mailbox.fetch([id]);
  const { stats } = f.fake;
  const before = { get: stats.calls('messages.get'), history: stats.calls('history.list') };
  const asked = () => ({
    get: stats.calls('messages.get') - before.get,
    history: stats.calls('history.list') - before.history,
  });
  return { ...f, id, asked };
};

test('a message that nobody has touched since it was read is not read again', async () => {
  await using f = await fetched();
  f.fake.deliver(GMAIL_USER, MAIL);
  expect(await f.mailbox.state(f.id)).toEqual(IN_INBOX);
  expect(f.asked()).toEqual({ get: 0, history: 1 });
});

test('what was changed elsewhere is seen, and so is that it was undone', async () => {
  await using f = await fetched();
  f.fake.relabel(GMAIL_USER, f.id, { add: ['STARRED'], remove: ['INBOX'] });
  expect(await f.mailbox.state(f.id)).toEqual({ labels: [], flags: ['flagged'] });
  f.fake.relabel(GMAIL_USER, f.id, { add: ['INBOX'], remove: ['STARRED'] });
  expect(await f.mailbox.state(f.id)).toEqual(IN_INBOX);
  expect(await f.mailbox.state(f.id)).toEqual(IN_INBOX);
  expect(f.asked()).toEqual({ get: 2, history: 3 });
});

test('a message that was deleted meanwhile is gone', async () => {
  await using f = await fetched();
  f.fake.delete(GMAIL_USER, f.id);
  expect(await f.mailbox.state(f.id)).toBeNull();
});

test('our own change is no reason to ask the history', async () => {
  await using f = await fetched();
  await f.mailbox.modify(f.id, patch({ removeLabels: ['INBOX'] }));
  expect(await f.mailbox.state(f.id)).toEqual({ labels: [], flags: [] });
  expect(f.asked()).toEqual({ get: 1, history: 0 });
});

test('where the history says too much, too little or nothing, the message is read', async () => {
  await using f = await fetched();
  f.fake.historyGoesBack(GMAIL_USER, 1n);
  expect(await f.mailbox.state(f.id)).toEqual(IN_INBOX);
  f.fake.historyGoesBack(GMAIL_USER, 0);
  f.fake.expireHistory(GMAIL_USER);
  expect(await f.mailbox.state(f.id)).toEqual(IN_INBOX);
  for (let n = 0; n <= GMAIL_SEEN_RECORDS; n++) f.fake.deliver(GMAIL_USER, MAIL);
  expect(await f.mailbox.state(f.id)).toEqual(IN_INBOX);
  expect(f.asked().get).toBe(3);
});
