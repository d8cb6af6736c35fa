import { expect, test } from 'vitest';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { clientOf, encoded } from '#test/fakes/gmail/test-client.ts';

const ROBIN = 'robin@marlow.example';

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

const send = (
  box: { post: (path: string, body: unknown) => Promise<{ status: number; json: { threadId: string } }> },
  of: {
    lines: readonly string[];
    threadId?: string;
  },
) =>
  box.post('messages/send', {
    raw: encoded([...of.lines, '', 'Text']),
    ...(of.threadId ? { threadId: of.threadId } : {}),
  });

test('a mail that is sent joins a thread only with its id, its references and its subject', async () => {
  await using box = await open();
  const first = box.fake.deliver(ROBIN, mail(['Message-ID: <1@a>', 'Subject: Hi']));
  const fits = ['To: a@b.example', 'Subject: Re: Hi', 'In-Reply-To: <1@a>'];
  const other = ['To: a@b.example', 'Subject: Other', 'In-Reply-To: <1@a>'];
  const bare = ['To: a@b.example', 'Subject: Re: Hi'];
  expect((await send(box, { lines: fits, threadId: first })).json.threadId).toBe(first);
  expect((await send(box, { lines: fits })).json.threadId).not.toBe(first);
  expect((await send(box, { lines: other, threadId: first })).json.threadId).not.toBe(first);
  expect((await send(box, { lines: bare, threadId: first })).json.threadId).not.toBe(first);
  expect((await send(box, { lines: fits, threadId: '00000000000000ff' })).status).toBe(404);
});

test('a mail goes out with an id of Gmail’s, and its own headers and bytes', async () => {
  await using box = await open();
  const raw = encoded(['To: a@b.example', 'Message-ID: <mine@x>', 'X-Op-Id: 42', 'Subject: S', '', 'Text']);
  const { json } = await box.post('messages/send', { raw });
  const sent = box.fake.message(ROBIN, json.id)?.raw.toString() ?? '';
  expect(sent).toContain('X-Op-Id: 42');
  expect(sent).toContain(`From: ${ROBIN}`);
  expect(sent).not.toContain('mine@x');
  expect(sent.endsWith('\r\n\r\nText')).toBe(true);
  const [effect] = box.fake.ledger.sends(ROBIN);
  expect(effect).toMatchObject({ opId: '42', to: 'a@b.example', subject: 'S', givenMessageId: 'mine@x' });
  expect(effect?.sentMessageId).toContain('@mail.gmail.com');
  expect(JSON.stringify(box.fake.ledger.entries())).not.toContain('Text');
});

test('headers of one’s own are lost where the fake is told so', async () => {
  await using box = await open({ behaviour: { keepsXHeaders: false, overwritesMessageId: false } });
  const { json } = await box.post('messages/send', {
    raw: encoded(['To: a@b.example', 'X-Op-Id: 42', 'Message-ID: <mine@x>', '', 'T']),
  });
  const sent = box.fake.message(ROBIN, json.id)?.raw.toString() ?? '';
  expect(sent).not.toContain('X-Op-Id');
  expect(sent).toContain('<mine@x>');
});

test('a mail without a reader, or beyond the day’s sends, does not go out', async () => {
  await using box = await open({ behaviour: { sendsPerDay: 1 } });
  expect((await box.post('messages/send', { raw: encoded(['Subject: x', '', 'T']) })).status).toBe(400);
  const good = { raw: encoded(['To: a@b.example', '', 'T']) };
  expect((await box.post('messages/send', good)).status).toBe(200);
  const refused = await box.post('messages/send', good);
  expect([refused.status, refused.json.error.errors[0].reason]).toEqual([429, 'rateLimitExceeded']);
  box.fake.clock.advance(86_400_001);
  expect(box.fake.ledger.sends()).toHaveLength(1);
});

test('what one user of the fake sends arrives at the other, without Bcc', async () => {
  await using box = await open();
  const { fake } = box;
  fake.addUser('ada@north.example');
  await box.post('messages/send', {
    raw: encoded(['To: Ada <ada@north.example>', 'Bcc: c@d.example', 'Subject: S', '', 'T']),
  });
  const [id = ''] = fake.messageIds('ada@north.example', 'INBOX');
  const raw = fake.message('ada@north.example', id)?.raw.toString() ?? '';
  expect(raw).toContain('Delivered-To: ada@north.example');
  expect(raw).not.toContain('c@d.example');
});

const draft = async (box: { post: ReturnType<typeof clientOf>['post'] }, op = '7') =>
  (await box.post('drafts', { message: { raw: encoded(['To: a@b.example', `X-Op-Id: ${op}`, '', 'T']) } }))
    .json;

test('a draft is sent once: it goes, and a new message stands in SENT', async () => {
  await using box = await open();
  const made = await draft(box);
  expect(made.message.labelIds).toEqual(['DRAFT']);
  const sent = await box.post('drafts/send', { id: made.id });
  expect(sent.json.labelIds).toEqual(['SENT']);
  expect(sent.json.id).not.toBe(made.message.id);
  expect((await box.post('drafts/send', { id: made.id })).status).toBe(404);
  expect((await box.gmail(`drafts/${made.id}`)).status).toBe(404);
  expect((await box.gmail(`messages/${made.message.id}`)).status).toBe(404);
  expect(box.fake.ledger.entries({ opId: '7' }).map((one) => one.kind)).toEqual(['draft-create', 'send']);
});

test('two racing sends of one draft both win only where the fake is told so', async () => {
  await using box = await open({ behaviour: { racingDraftSendsBothWin: true } });
  const { id } = await draft(box);
  const answers = await Promise.all([box.post('drafts/send', { id }), box.post('drafts/send', { id })]);
  expect(answers.map((one) => one.status)).toEqual([200, 200]);
  expect(box.fake.ledger.sends()).toHaveLength(2);
});

test('drafts are listed, read, changed and thrown away', async () => {
  await using box = await open();
  const made = await draft(box);
  const changed = await box.gmail(`drafts/${made.id}`, {
    method: 'PUT',
    body: { message: { raw: encoded(['To: new@b.example', '', 'T']) } },
  });
  expect(changed.json.id).toBe(made.id);
  expect(changed.json.message.id).not.toBe(made.message.id);
  expect((await box.gmail('drafts')).json.drafts).toEqual([
    { id: made.id, message: { id: changed.json.message.id, threadId: changed.json.message.threadId } },
  ]);
  const read = await box.gmail(`drafts/${made.id}?format=metadata`);
  expect(read.json.message.payload.headers).toContainEqual({ name: 'To', value: 'new@b.example' });
  expect((await box.gmail(`drafts/${made.id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await box.gmail('drafts')).json.drafts).toBeUndefined();
});

const upload = (fake: FakeGmail, path: string, of: { type: string; body: string }) =>
  clientOf(fake, fake.grant(ROBIN).accessToken).call(`/upload/gmail/v1/users/me/${path}`, {
    method: 'POST',
    headers: { 'content-type': of.type },
    body: of.body,
  });

test('mail can be uploaded as it is, or beside its JSON', async () => {
  await using box = await open();
  const text = 'To: a@b.example\r\nSubject: Up\r\n\r\nT';
  const plain = await upload(box.fake, 'messages/send?uploadType=media', {
    type: 'message/rfc822',
    body: text,
  });
  expect(plain.json.labelIds).toEqual(['SENT']);
  const json = '{"message":{}}';
  const body = `--b\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${json}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${text}\r\n--b--\r\n`;
  const made = await upload(box.fake, 'drafts?uploadType=multipart', {
    type: 'multipart/related; boundary=b',
    body,
  });
  expect(made.json.message.labelIds).toEqual(['DRAFT']);
  expect(box.fake.message(ROBIN, made.json.message.id)?.raw.toString()).toContain(text);
  const odd = await upload(box.fake, 'messages/send?uploadType=media', { type: 'text/plain', body: text });
  expect(odd.status).toBe(400);
});

test('a mail to an address that nobody has comes back as a report in its thread', async () => {
  await using box = await open({ behaviour: { bounces: ['void.example'] } });
  const sent = await box.post('messages/send', {
    raw: encoded(['To: x@void.example', 'Subject: S', '', 'T']),
  });
  const [id] = box.fake.messageIds(ROBIN, 'INBOX');
  const { json } = await box.gmail(`messages/${id}`);
  expect(json.threadId).toBe(sent.json.threadId);
  expect(json.payload.parts.map((one: { mimeType: string }) => one.mimeType)).toEqual([
    'text/plain',
    'message/delivery-status',
    'message/rfc822',
  ]);
  expect(json.payload.parts[2].parts[0].headers).toContainEqual({ name: 'Subject', value: 'S' });
});
