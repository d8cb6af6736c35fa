import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { Mailbox, Outgoing } from '#mail/port.ts';
import { type Clock, ManualClock, systemClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { toInstant } from '#std/time.ts';
import type { Fault } from '#test/fakes/gmail/faults.ts';
import { GMAIL_USER, type OpenGmail, openGmail } from '#test/kit/gmail.ts';

const MAIL = 'From: ann@x.example\nTo: robin@marlow.example\nSubject: a secret plan\n\nhello';

/** Waits are over at once; the limits of a single try are as told. */
const hasty = (tryMs = 150): Clock => ({
  ...systemClock,
  sleep: async () => {},
  after: (ms, fn) => systemClock.after(Math.min(ms, tryMs), fn),
});

/** A server that answers everything with a page. */
const startPage = async (status: number): Promise<{ url: string } & AsyncDisposable> => {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>No</h1>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const failure = async (work: Promise<unknown>): Promise<AppError> => {
  const e = await work.then(
    () => undefined,
    (err: unknown) => err,
  );
  if (!(e instanceof AppError)) throw new Error(`No AppError but ${String(e)}`);
  return e;
};

const UNREADABLE: [string, Fault][] = [
  ['hangs', { kind: 'hang' }],
  ['drips a byte a second', { kind: 'drip' }],
  ['is cut', { kind: 'cut' }],
  ['is reset', { kind: 'reset' }],
  ['is a page of HTML', { kind: 'html' }],
  ['has another length than it says', { kind: 'wrong-length' }],
  ['is a server error', { kind: 'status', status: 500 }],
  ['is the error of a proxy', { kind: 'status', status: 502 }],
];

test.for(UNREADABLE)(
  'an answer that %s is transient after some tries, and tells nothing of the mail',
  async ([, fault]) => {
    await using f = await openGmail({ clock: hasty() });
    const id = f.fake.deliver(GMAIL_USER, MAIL);
    f.fake.faults.add({ ...fault, method: 'messages.get' });
    const e = await failure(f.mailbox.fetch([id]));
    expect(e.kind).toBe('transient');
    expect(f.fake.stats.calls('messages.get')).toBeGreaterThan(1);
    expect(JSON.stringify([e.message, e.fields, String(e.cause)])).not.toMatch(/secret|hello|ya29/);
  },
);

test.for(UNREADABLE)('a call whose first answer %s succeeds with the second', async ([, fault]) => {
  await using f = await openGmail({ clock: hasty() });
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  f.fake.faults.add({ ...fault, method: 'messages.get', times: 1 });
  expect((await f.mailbox.fetch([id])).map((mail) => mail.id)).toEqual([id]);
});

test('a call that is answered too slowly ends within its minute, with all its tries', async () => {
  const clock = new ManualClock();
  await using f = await openGmail({ clock });
  f.fake.faults.add({ kind: 'hang', method: 'getProfile' });
  const start = clock.ms();
  let ended = false;
  const call = failure(f.mailbox.cursor()).finally(() => {
    ended = true;
  });
  while (!ended) {
    await systemClock.sleep(5);
    if (!ended) clock.advance(500);
  }
  expect((await call).kind).toBe('transient');
  expect(clock.ms() - start).toBeLessThanOrEqual(61_000);
});

test('a compressed answer is unpacked no further than its limit', async () => {
  await using f = await openGmail({ clock: hasty(5_000) });
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  f.fake.faults.add({ kind: 'gzip-bomb', method: 'messages.get', bytes: 1_000_000_000 });
  f.fake.faults.add({ kind: 'gzip-bomb', method: 'getProfile', bytes: 1_000_000_000 });
  expect(await failure(f.mailbox.cursor())).toMatchObject({
    kind: 'transient',
    code: 'mail.answer-too-large',
  });
  expect(await failure(f.mailbox.fetch([id]))).toMatchObject({ kind: 'transient' });
});

const REFUSALS: [string, Fault, Partial<AppError>][] = [
  [
    '400',
    { kind: 'status', status: 400, reason: 'invalidArgument' },
    { kind: 'permanent', code: 'mail.bad-request' },
  ],
  [
    '400 failedPrecondition',
    { kind: 'status', status: 400, reason: 'failedPrecondition' },
    { kind: 'conflict', code: 'mail.failed-precondition' },
  ],
  [
    '403 domainPolicy',
    { kind: 'status', status: 403, reason: 'domainPolicy' },
    { kind: 'needs-user', code: 'mail.domain-policy' },
  ],
  [
    '403 insufficientPermissions',
    { kind: 'status', status: 403, reason: 'insufficientPermissions' },
    { kind: 'needs-user', code: 'mail.missing-scope' },
  ],
  [
    '403 accessNotConfigured',
    { kind: 'status', status: 403, reason: 'accessNotConfigured' },
    { kind: 'needs-user', code: 'mail.api-disabled' },
  ],
  [
    '403 dailyLimitExceeded',
    { kind: 'status', status: 403, reason: 'dailyLimitExceeded' },
    { kind: 'limit', code: 'mail.day-used-up' },
  ],
];

test.for(REFUSALS)('%s is not tried again', async ([, fault, expected]) => {
  await using f = await openGmail({ clock: hasty() });
  f.fake.faults.add({ ...fault, method: 'getProfile' });
  const e = await failure(f.mailbox.cursor());
  expect(e).toMatchObject(expected);
  expect(f.fake.stats.calls('getProfile')).toBe(1);
  if (e.kind === 'needs-user') expect(e.help).toBeDefined();
});

test.for([
  { status: 403, reason: 'userRateLimitExceeded' },
  { status: 403, reason: 'rateLimitExceeded' },
  { status: 429, reason: 'rateLimitExceeded' },
])('being too fast slows down and succeeds: $status $reason', async (answer) => {
  await using f = await openGmail({ clock: hasty() });
  f.fake.faults.add({ kind: 'status', ...answer, method: 'getProfile', times: 2 });
  await f.mailbox.cursor();
  expect(f.fake.stats.calls('getProfile')).toBe(3);
  expect((await f.provider.usage?.('a1'))?.slowUntil).not.toBeNull();
});

test('Retry-After beyond the call is left to the job', async () => {
  await using f = await openGmail({ clock: hasty() });
  f.fake.faults.add({ kind: 'status', status: 429, retryAfterS: 900, method: 'getProfile' });
  expect(await failure(f.mailbox.cursor())).toMatchObject({ kind: 'limit', retryAfterMs: 900_000 });
  expect(f.fake.stats.calls('getProfile')).toBe(1);
});

test('a token that Gmail no longer takes is renewed once', async () => {
  await using f = await openGmail();
  await f.mailbox.cursor();
  f.fake.expireAccess(GMAIL_USER);
  await f.mailbox.cursor();
  expect(f.fake.stats.answered(401)).toBe(1);
});

test('an account whose new token is refused too needs its user', async () => {
  await using f = await openGmail();
  f.fake.faults.add({ kind: 'status', status: 401, reason: 'authError', method: 'getProfile' });
  expect(await failure(f.mailbox.cursor())).toMatchObject({
    kind: 'needs-user',
    code: 'mail.sign-in-refused',
  });
  expect(f.fake.stats.calls('getProfile')).toBe(2);
});

test('a server that is not there is transient', async () => {
  await using f = await openGmail({ settings: { root: 'http://127.0.0.1:1' }, clock: hasty() });
  expect(await failure(f.mailbox.cursor())).toMatchObject({ kind: 'transient', code: 'mail.no-answer' });
});

test.for([403, 404, 410])('a page of a proxy with status %s says nothing of the mail', async (status) => {
  await using proxy = await startPage(status);
  await using f = await openGmail({ settings: { root: proxy.url }, clock: hasty() });
  const id = '18c0000000000001';
  const e = await failure(f.mailbox.state(id));
  expect(e).toMatchObject({ kind: 'transient', code: 'mail.no-answer' });
  expect(await failure(f.mailbox.changes('1', 10))).toMatchObject({ kind: 'transient' });
});

test('a token that no header can hold is not told', async () => {
  const signIn = { secret: async () => '', accessToken: async () => 'ya29.secret\nx' };
  await using f = await openGmail({ signIn, clock: hasty() });
  expect(inspect(await failure(f.mailbox.cursor()), { depth: 9 })).not.toContain('ya29');
});

test('nobody is sent to another server with a token', async () => {
  await using f = await openGmail({ clock: hasty() });
  f.fake.faults.add({ kind: 'status', status: 302, method: 'getProfile' });
  expect((await failure(f.mailbox.cursor())).kind).toBe('transient');
});

const outgoing = (f: OpenGmail, n = 1): Outgoing => ({
  opId: String(n).padStart(32, '0'),
  messageId: `op${n}@marlow.example`,
  raw: Buffer.from(
    `From: robin@marlow.example\r\nTo: ann@x.example\r\nSubject: s\r\nX-Op-Id: ${String(n).padStart(32, '0')}\r\n\r\nhi\r\n`,
  ),
  from: GMAIL_USER,
  recipients: ['ann@x.example'],
  threadKey: null,
  stagedId: null,
  since: toInstant(f.fake.clock.ms() - 1_000),
});

const staged = async (f: OpenGmail, mailbox: Mailbox = f.mailbox): Promise<Outgoing> => {
  const mail = outgoing(f);
  return { ...mail, stagedId: await mailbox.stage(mail) };
};

test.for(['before', 'after'] as const)(
  'a send whose answer is lost %s it took effect is never sent again, and is found out',
  async (when) => {
    for (const kind of ['hang', 'reset', 'html', 'cut'] as const) {
      await using f = await openGmail({ clock: hasty() });
      const mail = await staged(f);
      f.fake.faults.add({ kind, when, method: 'drafts.send', times: 1 });
      expect(await failure(f.mailbox.send(mail))).toMatchObject({
        kind: 'transient',
        code: 'mail.send-unknown',
      });
      expect(f.fake.stats.calls('drafts.send')).toBe(1);
      expect((await f.mailbox.traceSend(mail)).kind).toBe(when === 'before' ? 'not-sent' : 'sent');
      expect(f.fake.ledger.sends()).toHaveLength(when === 'before' ? 0 : 1);
    }
  },
);

test('a server error on a send is as unknown as no answer', async () => {
  await using f = await openGmail({ clock: hasty() });
  const mail = await staged(f);
  f.fake.faults.add({ kind: 'status', status: 503, when: 'after', method: 'drafts.send', times: 1 });
  expect(await failure(f.mailbox.send(mail))).toMatchObject({ code: 'mail.send-unknown' });
  expect(f.fake.ledger.sends()).toHaveLength(1);
});

test('a mail that was sent is not sent by a second sending', async () => {
  await using f = await openGmail();
  const mail = await staged(f);
  await f.mailbox.send(mail);
  expect(await failure(f.mailbox.send(mail))).toMatchObject({ code: 'mail.send-unknown' });
  expect(f.fake.ledger.sends()).toHaveLength(1);
});

test('sends rest after the limit of sending', async () => {
  await using f = await openGmail();
  const mail = await staged(f);
  f.fake.blockSends(GMAIL_USER, 60 * 60_000);
  const e = await failure(f.mailbox.send(mail));
  expect(e).toMatchObject({ kind: 'limit', code: 'mail.sending-limit' });
  expect(e.retryAfterMs).toBeGreaterThanOrEqual(15 * 60_000);
  expect(await failure(f.mailbox.send(mail))).toMatchObject({ code: 'mail.sending-limit' });
  expect(f.fake.stats.calls('drafts.send')).toBe(1);
  expect(await f.mailbox.traceSend(mail)).toEqual({ kind: 'not-sent' });
});

test('a draft whose creation was not answered is adopted, and spares are taken away', async () => {
  await using f = await openGmail({ clock: hasty() });
  const mail = outgoing(f);
  f.fake.faults.add({ kind: 'reset', when: 'after', method: 'drafts.create', times: 1 });
  expect((await failure(f.mailbox.stage(mail))).kind).toBe('transient');
  await f.mailbox.createDraft(mail.raw, null);
  await f.mailbox.createDraft(Buffer.from('Subject: of the person\r\n\r\n'), null);
  expect(f.fake.draftIds(GMAIL_USER)).toHaveLength(3);
  const stagedId = await f.mailbox.stage(mail);
  expect(f.fake.draftIds(GMAIL_USER)).toHaveLength(2);
  expect(f.fake.draftIds(GMAIL_USER)).toContain(stagedId);
});

test('a mail is found behind many others that were sent after it, and none of them is read twice', async () => {
  await using f = await openGmail();
  const mails: Outgoing[] = [];
  for (let n = 1; n <= 120; n++) {
    const mail = outgoing(f, n);
    const mine = { ...mail, stagedId: await f.mailbox.stage(mail) };
    await f.mailbox.send(mine);
    mails.push(mine);
  }
  const before = f.fake.stats.calls('messages.get');
  for (const mail of mails.slice(0, 10)) {
    const id = f.fake.ledger.sends().find(({ opId }) => opId === mail.opId)?.messageId;
    expect(await f.mailbox.traceSend(mail)).toEqual({ kind: 'sent', id });
  }
  expect(f.fake.stats.calls('messages.get') - before).toBeLessThanOrEqual(mails.length);
});

test('an answer is looked for in its thread first, where a spare draft of it is not taken for it', async () => {
  await using f = await openGmail();
  const question = f.fake.deliver(
    GMAIL_USER,
    'From: ann@x.example\nSubject: s\nMessage-ID: <q@x.example>\n\nhello',
  );
  const threadKey = f.fake.message(GMAIL_USER, question)?.threadId ?? '';
  const mail = outgoing(f);
  const raw = Buffer.from(
    `In-Reply-To: <q@x.example>\r\nReferences: <q@x.example>\r\n${Buffer.from(mail.raw).toString()}`,
  );
  const answer = { ...mail, raw, threadKey };
  const first = { ...answer, stagedId: await f.mailbox.stage(answer) };
  const sentId = await f.mailbox.send(first);
  await f.mailbox.createDraft(raw, threadKey);
  const before = structuredClone(f.fake.stats.byMethod());
  expect(await f.mailbox.traceSend(first)).toEqual({ kind: 'sent', id: sentId });
  const calls = (method: string) => f.fake.stats.calls(method) - (before[method]?.calls ?? 0);
  expect([calls('threads.get'), calls('messages.list'), calls('messages.get')]).toEqual([1, 0, 0]);
  if (sentId) f.fake.delete(GMAIL_USER, sentId);
  expect(await f.mailbox.traceSend(first)).toEqual({ kind: 'unknown' });
});

test('a draft that somebody threw away leaves the send unknown', async () => {
  await using f = await openGmail();
  const mail = await staged(f);
  await f.mailbox.unstage(mail);
  expect(await f.mailbox.traceSend(mail)).toEqual({ kind: 'unknown' });
});

test('a mail of many megabytes is uploaded, and one that is too large is refused before', async () => {
  await using f = await openGmail();
  const mail = outgoing(f);
  const large = (bytes: number) => ({
    ...mail,
    raw: Buffer.concat([Buffer.from(mail.raw), Buffer.alloc(bytes, 'lines of text\r\n')]),
  });
  const raw = large(6_000_000);
  const stagedId = await f.mailbox.stage(raw);
  const id = await f.mailbox.send({ ...raw, stagedId });
  expect(f.fake.message(GMAIL_USER, id ?? '')?.raw.length).toBeGreaterThan(6_000_000);
  expect(await failure(f.mailbox.stage(large(37_000_000)))).toMatchObject({ kind: 'input' });
});
