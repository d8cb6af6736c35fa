import { expect, test } from 'vitest';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { clientOf } from '#test/fakes/gmail/test-client.ts';

const ROBIN = 'robin@marlow.example';
const FULL = 'https://mail.google.com/';

const mail = (lines: readonly string[] = [], text = 'Hello.'): string =>
  ['From: Ada <ada@north.example>', `To: ${ROBIN}`, ...lines, '', text].join('\n');

const open = async (options: Parameters<typeof startFakeGmail>[0] = {}) => {
  const fake = await startFakeGmail({
    users: [ROBIN],
    ...options,
    behaviour: { quota: false, ...options.behaviour },
  });
  return {
    fake,
    ...clientOf(fake, fake.grant(ROBIN).accessToken),
    [Symbol.asyncDispose]: () => fake.close(),
  };
};

const history = async (gmail: ReturnType<typeof clientOf>['gmail'], start: string, more = '') =>
  (await gmail(`history?startHistoryId=${start}${more}`)).json;

test('history tells each kind of change once, oldest first, with ids that grow with gaps', async () => {
  await using box = await open();
  const { fake, gmail, post } = box;
  const start = fake.historyId(ROBIN);
  const id = fake.deliver(ROBIN, mail());
  await post(`messages/${id}/modify`, { addLabelIds: ['STARRED'], removeLabelIds: ['INBOX', 'UNREAD'] });
  await post(`messages/${id}/modify`, { addLabelIds: ['STARRED'] });
  fake.delete(ROBIN, id);
  const told = await history(gmail, start);
  const brief = { id, threadId: id };
  expect(told.history.map(({ id: _, ...record }: { id: string }) => record)).toEqual([
    { messages: [brief], messagesAdded: [{ message: brief }] },
    { messages: [brief], labelsAdded: [{ message: brief, labelIds: ['STARRED'] }] },
    { messages: [brief], labelsRemoved: [{ message: brief, labelIds: ['INBOX', 'UNREAD'] }] },
    { messages: [brief], messagesDeleted: [{ message: brief }] },
  ]);
  const ids = told.history.map((one: { id: string }) => BigInt(one.id));
  expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)));
  expect(told.historyId).toBe(fake.historyId(ROBIN));
  expect((await history(gmail, told.historyId)).history).toBeUndefined();
});

test('history comes in pages, and by type and label', async () => {
  await using box = await open();
  const { fake, gmail } = box;
  const start = fake.historyId(ROBIN);
  const ids = Array.from({ length: 7 }, (_, n) => fake.deliver(ROBIN, mail([`Subject: ${n}`])));
  fake.relabel(ROBIN, ids[0] ?? '', { remove: ['UNREAD'] });
  const seen: string[] = [];
  let page = '';
  do {
    const told = await history(gmail, start, `&maxResults=3${page ? `&pageToken=${page}` : ''}`);
    seen.push(...told.history.map((one: { messages: { id: string }[] }) => one.messages[0]?.id));
    page = told.nextPageToken ?? '';
  } while (page);
  expect(seen).toEqual([...ids, ids[0]]);
  expect((await history(gmail, start, '&historyTypes=labelRemoved')).history).toHaveLength(1);
  expect(
    (await history(gmail, start, '&historyTypes=labelAdded&historyTypes=messageAdded')).history,
  ).toHaveLength(7);
  expect((await history(gmail, start, '&labelId=SENT')).history).toBeUndefined();
});

test('an id that is too old, or from the future, is not found', async () => {
  await using box = await open();
  const { fake, gmail } = box;
  const start = fake.historyId(ROBIN);
  fake.deliver(ROBIN, mail());
  fake.expireHistory(ROBIN);
  const gone = await gmail(`history?startHistoryId=${start}`);
  expect(gone.status).toBe(404);
  expect(gone.json.error).toMatchObject({ code: 404, status: 'NOT_FOUND', errors: [{ reason: 'notFound' }] });
  expect((await gmail(`history?startHistoryId=${fake.historyId(ROBIN)}`)).status).toBe(200);
  expect((await gmail(`history?startHistoryId=${BigInt(fake.historyId(ROBIN)) + 1_000_000n}`)).status).toBe(
    404,
  );
  expect((await gmail('history')).status).toBe(400);
});

test('a mailbox may begin with ids that no number holds exactly', async () => {
  await using box = await open({ firstHistoryId: 9_007_199_254_740_993n });
  expect((await box.gmail('profile')).json.historyId).toBe('9007199254740993');
});

test('mail is listed newest first, in pages that hold still while new mail comes', async () => {
  await using box = await open();
  const { fake, gmail } = box;
  const now = fake.clock.ms();
  const ids = Array.from({ length: 5 }, (_, n) => fake.deliver(ROBIN, mail(), { date: now - n * 60_000 }));
  const first = (await gmail('messages?maxResults=2')).json;
  fake.deliver(ROBIN, mail(), { date: now + 1 });
  const second = (await gmail(`messages?maxResults=3&pageToken=${first.nextPageToken}`)).json;
  const listed = [...first.messages, ...second.messages].map((one: { id: string }) => one.id);
  expect(listed).toEqual(ids);
  expect(second.nextPageToken).toBeUndefined();
  expect((await gmail(`messages?q=x&pageToken=${first.nextPageToken}`)).status).toBe(400);
});

test('spam and trash are hidden until they are asked for', async () => {
  await using box = await open();
  const { fake, gmail, post } = box;
  const spam = fake.deliver(ROBIN, mail(), { labels: ['SPAM'] });
  const kept = fake.deliver(ROBIN, mail());
  const trashed = fake.deliver(ROBIN, mail());
  expect((await post(`messages/${trashed}/trash`)).json.labelIds).toEqual(['UNREAD', 'TRASH']);
  const ids = async (query: string) =>
    ((await gmail(`messages?${query}`)).json.messages ?? []).map((one: { id: string }) => one.id).sort();
  expect(await ids('')).toEqual([kept]);
  expect(await ids('includeSpamTrash=true')).toEqual([spam, kept, trashed].sort());
  expect(await ids('labelIds=TRASH')).toEqual([trashed]);
  expect(await ids('q=in:spam')).toEqual([spam]);
  expect((await post(`messages/${trashed}/untrash`)).json.labelIds).toEqual(['UNREAD']);
});

test.each([
  [{ addLabelIds: ['SENT'] }, 'Invalid label: SENT'],
  [{ removeLabelIds: ['DRAFT'] }, 'Invalid label: DRAFT'],
  [{ addLabelIds: ['Label_404'] }, 'Invalid label: Label_404'],
  [{}, 'No label add or removes specified'],
  [{ add: ['INBOX'] }, 'Unknown name "add"'],
])('the change %j is refused', async (body, message) => {
  await using box = await open();
  const id = box.fake.deliver(ROBIN, mail());
  const { status, json } = await box.post(`messages/${id}/modify`, body);
  expect(status).toBe(400);
  expect(json.error.message).toContain(message);
  expect(json.error.status).toBe('INVALID_ARGUMENT');
});

test('deleting for good needs the full scope', async () => {
  await using box = await open();
  const id = box.fake.deliver(ROBIN, mail());
  expect((await box.gmail(`messages/${id}`, { method: 'DELETE' })).status).toBe(403);
  const full = clientOf(box.fake, box.fake.grant(ROBIN, [FULL]).accessToken);
  expect((await full.gmail(`messages/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await full.gmail(`messages/${id}`)).status).toBe(404);
});

test('a batch of ids is changed in one call, and those that are gone are passed over', async () => {
  await using box = await open();
  const ids = [box.fake.deliver(ROBIN, mail()), box.fake.deliver(ROBIN, mail())];
  const done = await box.post('messages/batchModify', {
    ids: [...ids, '00000000000000ff'],
    removeLabelIds: ['INBOX'],
  });
  expect(done.status).toBe(204);
  expect(ids.map((id) => box.fake.message(ROBIN, id)?.labels)).toEqual([['UNREAD'], ['UNREAD']]);
  const many = Array.from({ length: 1_001 }, () => '00000000000000ff');
  expect((await box.post('messages/batchModify', { ids: many, removeLabelIds: ['INBOX'] })).status).toBe(400);
});

test('labels refuse the names of the system, doubles, and colours off the palette', async () => {
  await using box = await open();
  const { post, gmail } = box;
  const made = await post('labels', {
    name: 'Work/Bills',
    color: { textColor: '#000000', backgroundColor: '#fb4c2f' },
  });
  expect(made.json).toMatchObject({ id: 'Label_1', type: 'user', labelListVisibility: 'labelShow' });
  expect((await post('labels', { name: 'inbox' })).status).toBe(400);
  const double = await post('labels', { name: 'WORK/bills' });
  expect([double.status, double.json.error.status]).toEqual([409, 'ABORTED']);
  expect((await post('labels', { name: 'x', color: { textColor: '#000000' } })).status).toBe(400);
  const odd = { textColor: '#000000', backgroundColor: '#123456' };
  expect((await post('labels', { name: 'x', color: odd })).status).toBe(400);
  expect((await gmail('labels/INBOX', { method: 'PATCH', body: { name: 'x' } })).status).toBe(400);
  expect((await gmail('labels/Label_1', { method: 'PATCH', body: { name: 'Bills' } })).json.name).toBe(
    'Bills',
  );
  expect((await gmail('labels/Label_9')).status).toBe(404);
});

test('a label that goes is taken off its mail', async () => {
  await using box = await open();
  const id = box.fake.deliver(ROBIN, mail(), { labels: ['INBOX', 'Bills'] });
  expect((await box.gmail('labels/Label_1')).json).toMatchObject({ messagesTotal: 1, threadsTotal: 1 });
  expect((await box.gmail('labels/Label_1', { method: 'DELETE' })).status).toBe(204);
  expect(box.fake.message(ROBIN, id)?.labels).toEqual(['INBOX']);
  expect((await box.post(`messages/${id}/modify`, { addLabelIds: ['Label_1'] })).status).toBe(400);
});

test('incoming answers join the thread of what they refer to', async () => {
  await using box = await open();
  const first = box.fake.deliver(ROBIN, mail(['Message-ID: <1@a>', 'Subject: Hi']));
  const second = box.fake.deliver(ROBIN, mail(['Message-ID: <2@a>', 'References: <1@a>', 'Subject: Re: Hi']));
  const { json } = await box.gmail(`threads/${first}?format=minimal`);
  expect(json.messages.map((one: { id: string }) => one.id)).toEqual([first, second]);
});

test('threads are listed by their newest mail, each once however many pages there are', async () => {
  await using box = await open();
  const now = box.fake.clock.ms();
  const deliver = (id: string, refs: string, ageMs: number) =>
    box.fake.deliver(ROBIN, mail([`Message-ID: <${id}@a>`, `References: ${refs}`]), { date: now - ageMs });
  const old = deliver('1', '', 9_000);
  const other = deliver('2', '', 5_000);
  deliver('3', '<1@a>', 1_000);
  const lone = deliver('4', '', 4_000);
  const first = (await box.gmail('threads?maxResults=1')).json;
  const rest = (await box.gmail(`threads?maxResults=5&pageToken=${first.nextPageToken}`)).json;
  const ids = [...first.threads, ...rest.threads].map((one: { id: string }) => one.id);
  expect(ids).toEqual([old, lone, other]);
});

test('a parameter that does not exist is refused, and fields= leaves what it names', async () => {
  await using box = await open();
  const id = box.fake.deliver(ROBIN, mail(['Subject: Hi']));
  expect((await box.gmail('messages?max=3')).status).toBe(400);
  expect((await box.gmail('messages?fields=messages/id')).json).toEqual({ messages: [{ id }] });
  const partial = await box.gmail(`messages/${id}?fields=id,payload(headers(name),mimeType)`);
  expect(Object.keys(partial.json)).toEqual(['id', 'payload']);
  expect(partial.json.payload.headers[2]).toEqual({ name: 'Subject' });
  expect((await box.gmail(`messages/${id}?fields=id(`)).status).toBe(400);
});

test('the same seed makes the same mail, and other seeds other mail', async () => {
  await using box = await open();
  await using other = await open();
  const ids = box.fake.fill(ROBIN, { messages: 300 });
  const again = other.fake.fill(ROBIN, { messages: 300, seed: 2 });
  const subjects = (fake: FakeGmail, of: string[]) => of.map((id) => fake.message(ROBIN, id)?.subject);
  expect(subjects(box.fake, ids)).not.toEqual(subjects(other.fake, again));
  const third = other.fake.fill(ROBIN, { messages: 300 });
  expect(subjects(box.fake, ids)).toEqual(subjects(other.fake, third));
  for (const id of ids) {
    const seen = box.fake.message(ROBIN, id);
    expect(seen?.raw.toString()).toContain(`Message-ID: <${seen?.messageId}>`);
  }
});

test('an id whose changes are older than a week is not found, while that of a quiet mailbox is', async () => {
  await using box = await open({ behaviour: { accessTokenS: 30 * 86_400 } });
  const { fake } = box;
  const start = fake.historyId(ROBIN);
  fake.deliver(ROBIN, mail());
  const quiet = fake.historyId(ROBIN);
  const { gmail } = clientOf(fake, fake.grant(ROBIN).accessToken);
  fake.clock.advance(7 * 86_400_000 + 1_000);
  expect((await gmail(`history?startHistoryId=${start}`)).status).toBe(404);
  expect((await gmail(`history?startHistoryId=${quiet}`)).status).toBe(200);
});

test('the ids that a mailbox tells can go back', async () => {
  await using box = await open();
  box.fake.deliver(ROBIN, mail());
  const before = box.fake.historyId(ROBIN);
  box.fake.historyGoesBack(ROBIN, 5);
  const { json } = await box.gmail('profile');
  expect(BigInt(before) - BigInt(json.historyId)).toBe(5n);
  expect((await box.gmail(`history?startHistoryId=${before}`)).json).toEqual({ historyId: json.historyId });
  box.fake.historyGoesBack(ROBIN, 0);
  expect((await box.gmail('profile')).json.historyId).toBe(before);
});
