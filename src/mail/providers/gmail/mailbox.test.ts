import { expect, test } from 'vitest';
import { asSent } from '#mail/corrections.ts';
import { FetchStopped } from '#mail/fetch-stopped.ts';
import { parseMail } from '#mail/mime.ts';
import { patch } from '#mail/patch.ts';
import type { Mailbox, MailChange } from '#mail/port.ts';
import { surveyOf } from '#mail/providers/contract-steps.ts';
import { Untrusted } from '#mail/untrusted.ts';
import { toInstant } from '#std/time.ts';
import { GMAIL_USER, openGmail } from '#test/kit/gmail.ts';

const MAIL = 'From: ann@x.example\nTo: robin@marlow.example\nSubject: hi\n\nhello';

const follow = async (mailbox: Mailbox, from: string, limit = 100) => {
  const changes: MailChange[] = [];
  let cursor = from;
  for (;;) {
    const page = await mailbox.changes(cursor, limit);
    if ('expired' in page) throw new Error('The cursor expired');
    changes.push(...page.changes);
    cursor = page.cursor;
    if (!page.more) return { changes, cursor };
  }
};

test('labels and flags that are changed elsewhere are told in order, whatever the size of a page', async () => {
  await using f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  const work = f.fake.labelId(GMAIL_USER, 'Work');
  const cursor = await f.mailbox.cursor();
  f.fake.relabel(GMAIL_USER, id, { add: ['Work', 'STARRED'], remove: ['UNREAD', 'INBOX'] });
  f.fake.relabel(GMAIL_USER, id, { add: ['UNREAD'] });
  f.fake.relabel(GMAIL_USER, id, { add: ['IMPORTANT'] });
  const expected = [
    { kind: 'patched', id, patch: patch({ addLabels: [work], addFlags: ['flagged'] }) },
    { kind: 'patched', id, patch: patch({ removeLabels: ['INBOX'], addFlags: ['seen'] }) },
    { kind: 'patched', id, patch: patch({ removeFlags: ['seen'] }) },
  ];
  for (const limit of [1, 2, 100]) {
    expect((await follow(f.mailbox, cursor, limit)).changes).toEqual(expected);
  }
});

test('mail that came and went is told as gone, and nothing else of it', async () => {
  await using f = await openGmail();
  const cursor = await f.mailbox.cursor();
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  f.fake.relabel(GMAIL_USER, id, { add: ['STARRED'] });
  f.fake.delete(GMAIL_USER, id);
  expect((await follow(f.mailbox, cursor)).changes).toEqual([{ kind: 'gone', id }]);
});

test('a cursor that the mailbox has gone back behind has expired: new changes would look old', async () => {
  await using f = await openGmail();
  f.fake.deliver(GMAIL_USER, MAIL);
  const cursor = await f.mailbox.cursor();
  f.fake.historyGoesBack(GMAIL_USER, 1n);
  expect(await f.mailbox.changes(cursor, 10)).toEqual({ expired: true });
  f.fake.historyGoesBack(GMAIL_USER, 0);
  expect((await follow(f.mailbox, cursor)).cursor).toBe(cursor);
});

test('ids beyond what a number holds are compared', async () => {
  await using f = await openGmail({ fake: { firstHistoryId: 9_007_199_254_740_993n } });
  expect(f.mailbox.hasReached('9007199254740993', '9007199254740992')).toBe(true);
  expect(f.mailbox.hasReached('9007199254740992', '9007199254740993')).toBe(false);
  expect(f.mailbox.hasReached('99', '100')).toBe(false);
});

test('a cursor that is no history id has expired, and Gmail is not asked', async () => {
  await using f = await openGmail();
  expect(await f.mailbox.changes('../profile', 10)).toEqual({ expired: true });
  expect(f.fake.stats.calls()).toBe(0);
});

test('a page of a list that Gmail no longer knows says so', async () => {
  await using f = await openGmail();
  await expect(f.mailbox.list('no-such-page', 10)).rejects.toMatchObject({
    kind: 'conflict',
    code: 'mail.page-expired',
  });
});

test('what was read before Gmail refused the rest is handed on with the refusal', async () => {
  await using f = await openGmail();
  const ids = Array.from({ length: 3 }, () => f.fake.deliver(GMAIL_USER, MAIL));
  f.fake.faults.add({
    kind: 'status',
    status: 403,
    reason: 'dailyLimitExceeded',
    method: 'messages.get',
    skip: 2,
  });
  const stop = await f.mailbox.fetch(ids).catch((e: unknown) => e);
  expect(stop).toBeInstanceOf(FetchStopped);
  const { kind, mails, asked } = stop as FetchStopped;
  expect(kind).toBe('limit');
  expect(mails).toHaveLength(2);
  expect([...asked].sort()).toEqual(mails.map((mail) => mail.id).sort());
});

test('ids that are none are never asked for', async () => {
  await using f = await openGmail();
  for (const id of ['../drafts', '18c0/../../x', 'ABCDEF0123456789', '', '1'.repeat(40)]) {
    expect(await f.mailbox.fetch([id])).toEqual([]);
    expect(await f.mailbox.state(id)).toBeNull();
    expect(await f.mailbox.raw(id)).toBeNull();
    expect(await f.mailbox.attachment(id, 0)).toBeNull();
    await f.mailbox.delete(id);
  }
  expect(await f.mailbox.findByMessageId('x OR in:anywhere')).toEqual([]);
  expect(f.fake.stats.calls()).toBe(0);
});

test('a mailbox of 20,000 is surveyed without reading a message, with few pages', {
  timeout: 60_000,
}, async () => {
  await using f = await openGmail();
  f.fake.fill(GMAIL_USER, { messages: 20_000 });
  let count = 0;
  for await (const page of f.mailbox.survey(null, 500, { lane: 'bulk' })) {
    for (const { id, state } of page) {
      if (count++ % 400 !== 0) continue;
      const labels = f.fake.message(GMAIL_USER, id)?.labels ?? [];
      const ours = labels.filter((l) => !/^(UNREAD|STARRED|IMPORTANT|CATEGORY_.*)$/.test(l));
      expect(state.labels.toSorted()).toEqual(ours.toSorted());
      expect(state.flags.includes('seen')).toBe(!labels.includes('UNREAD'));
      expect(state.flags.includes('flagged')).toBe(labels.includes('STARRED'));
    }
  }
  expect(count).toBe(20_000);
  expect(f.fake.stats.calls('messages.get')).toBe(0);
  // Each label of a person's adds one page.
  expect(f.fake.stats.calls('messages.list')).toBeLessThanOrEqual(50);
});

test('a survey tells of mail that changed sides while it was listed', async () => {
  for (const [was, becomes] of [
    [{ add: ['UNREAD'] }, { remove: ['UNREAD'] }],
    [{ remove: ['UNREAD'] }, { add: ['UNREAD'] }],
  ]) {
    let lists = 0;
    let change = (): void => {};
    const onRequest = (line: string): void => {
      if (line.includes('messages.list') && ++lists === 1) change();
    };
    await using f = await openGmail({ fake: { onRequest } });
    const ids = [1, 2, 3, 4].map(() => f.fake.deliver(GMAIL_USER, MAIL));
    for (const id of ids.slice(0, 2)) f.fake.relabel(GMAIL_USER, id, { add: ['UNREAD'] });
    const [id = ''] = ids;
    f.fake.relabel(GMAIL_USER, id, was ?? {});
    change = () => f.fake.relabel(GMAIL_USER, id, becomes ?? {});
    const told = await surveyOf(f.mailbox, null, 100);
    expect(told.map((one) => one.id).sort()).toEqual(ids.sort());
    const flags = becomes?.add ? [] : ['seen'];
    expect(told.find((one) => one.id === id)?.state.flags).toEqual(flags);
    expect(lists).toBeGreaterThan(1);
  }
});

test('mail that a search does not find yet is listed and surveyed all the same, and none that is too old', async () => {
  await using f = await openGmail({ fake: { behaviour: { searchLagMs: 60_000 } } });
  const nowMs = f.fake.clock.ms();
  const at = (ageMs: number) => f.fake.deliver(GMAIL_USER, MAIL, { date: nowMs - ageMs });
  at(3_600_000);
  const since = toInstant(nowMs - 600_000);
  const [found, late] = [at(300_000), at(1_000)];
  f.fake.relabel(GMAIL_USER, late, { add: ['UNREAD'] });
  const { ids } = await f.mailbox.list(null, 10, { since });
  expect(ids).toEqual([late, found]);
  const told = await surveyOf(f.mailbox, since, 10);
  expect(told.map(({ id }) => id).sort()).toEqual([found, late].sort());
  expect(told.find(({ id }) => id === late)?.state).toEqual({ labels: ['INBOX'], flags: [] });
});

test('a label that is gone is on no message: taking it off changes the rest', async () => {
  await using f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  const label = await f.mailbox.ensureLabel('Work');
  f.fake.deleteLabel(GMAIL_USER, 'Work');
  const wanted = patch({ removeLabels: [label.id], addFlags: ['flagged'] });
  expect((await f.mailbox.modify(id, wanted))?.flags).toContain('flagged');
  expect(await f.mailbox.modify(id, patch({ removeLabels: [label.id] }))).not.toBeNull();
});

test('mail put into the trash is out of the inbox, whatever Gmail does by itself', async () => {
  for (const trashTakesInboxOff of [true, false]) {
    await using f = await openGmail({ fake: { behaviour: { trashTakesInboxOff } } });
    const id = f.fake.deliver(GMAIL_USER, MAIL);
    const state = await f.mailbox.state(id);
    const wanted = await f.mailbox.expand(
      patch({ addLabels: ['TRASH'] }),
      state ?? { labels: [], flags: [] },
    );
    expect(wanted).toEqual(patch({ addLabels: ['TRASH'], removeLabels: ['INBOX'] }));
    expect((await f.mailbox.modify(id, wanted))?.labels).toEqual(['TRASH']);
    const back = await f.mailbox.expand(patch({ addLabels: ['INBOX'] }), { labels: ['TRASH'], flags: [] });
    expect((await f.mailbox.modify(id, back))?.labels).toEqual(['INBOX']);
  }
});

test('where modify refuses the trash, its own methods are used', async () => {
  await using f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  f.fake.faults.add({
    kind: 'status',
    status: 400,
    reason: 'invalidArgument',
    method: 'messages.modify',
    times: 1,
  });
  const trash = patch({ addLabels: ['TRASH'], removeLabels: ['INBOX'] });
  expect((await f.mailbox.modify(id, trash))?.labels).toEqual(['TRASH']);
  expect(f.fake.stats.calls('messages.trash')).toBe(1);
});

test("Gmail's own judgement is no label of ours, and labels that no one may set are left out", async () => {
  await using f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, MAIL, { labels: ['INBOX', 'IMPORTANT', 'CATEGORY_UPDATES'] });
  expect(await f.mailbox.state(id)).toEqual({ labels: ['INBOX'], flags: ['seen'] });
  await expect(f.mailbox.modify(id, patch({ addLabels: ['IMPORTANT'] }))).rejects.toMatchObject({
    code: 'mail.unknown-label',
  });
  const state = { labels: ['INBOX'], flags: [] };
  expect(await f.mailbox.expand(patch({ addLabels: ['SENT'], addFlags: ['answered'] }), state)).toEqual(
    patch({}),
  );
});

test('a label whose name Gmail refuses is the caller’s mistake; nested names are made', async () => {
  await using f = await openGmail();
  for (const name of ['', 'a//b', 'x'.repeat(226), 'UNREAD']) {
    await expect(f.mailbox.ensureLabel(name)).rejects.toMatchObject({ kind: 'input' });
  }
  expect((await f.mailbox.ensureLabel('Work / Invoices')).name).toBe('Work/Invoices');
  expect(await f.mailbox.ensureLabel('inbox')).toMatchObject({ id: 'INBOX', role: 'inbox' });
});

test('a label that somebody else made meanwhile is found', async () => {
  await using f = await openGmail();
  f.fake.faults.add({ kind: 'reset', when: 'after', method: 'labels.create', times: 1 });
  expect((await f.mailbox.ensureLabel('Work')).id).toBe(f.fake.labelId(GMAIL_USER, 'Work'));
});

test('the labels of an account are listed once for all that open it', async () => {
  await using f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  const label = await f.mailbox.ensureLabel('Work');
  await f.mailbox.labels();
  const listed = f.fake.stats.calls('labels.list');
  await f.provider.open(f.account).modify(id, patch({ addLabels: [label.id] }));
  expect(f.fake.stats.calls('labels.list')).toBe(listed);
});

test('a label that was deleted meanwhile is not there to be set', async () => {
  await using f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  const label = await f.mailbox.ensureLabel('Work');
  await f.mailbox.labels();
  f.fake.deleteLabel(GMAIL_USER, 'Work');
  await expect(f.mailbox.modify(id, patch({ addLabels: [label.id] }))).rejects.toMatchObject({
    kind: 'permanent',
    code: 'mail.unknown-label',
  });
});

const TEXT_AS_ATTACHMENT = `Subject: s\nContent-Type: text/plain; name="notes.txt"\nContent-Disposition: inline; filename="notes.txt"\n\n${'long text '.repeat(20)}`;

test('text that Gmail keeps apart is read whole', async () => {
  await using f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, TEXT_AS_ATTACHMENT);
  const [mail] = await f.mailbox.fetch([id]);
  const content = mail?.content ?? { raw: new Uint8Array() };
  const raw = 'raw' in content ? content.raw : new Uint8Array();
  const parsed = asSent(new Untrusted(await parseMail(raw)), content).reveal();
  expect(parsed.text).toContain('long text long text');
});

test('an attachment is fetched alone, and its size is known before', async () => {
  await using f = await openGmail();
  const body = Buffer.alloc(300_000, 'x');
  const source = [
    'Subject: papers',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b\r\n\r\nsee\r\n--b',
    'Content-Type: application/pdf; name=a.pdf',
    'Content-Disposition: attachment; filename=a.pdf',
    'Content-Transfer-Encoding: base64',
    '',
    body.toString('base64'),
    '--b--',
    '',
  ].join('\r\n');
  const id = f.fake.deliver(GMAIL_USER, Buffer.from(source));
  const [mail] = await f.mailbox.fetch([id]);
  const content = mail?.content ?? { raw: new Uint8Array() };
  expect(content).toMatchObject({ corrections: { attachmentBytes: [300_000] } });
  expect('raw' in content ? content.raw.length : 0).toBeLessThan(2_000);
  expect(Buffer.from((await f.mailbox.attachment(id, 0)) ?? []).equals(body)).toBe(true);
  expect(f.fake.stats.calls('messages.attachments.get')).toBe(1);
});

test('a sender that can not be told from its decoded header is read from the bytes', async () => {
  await using f = await openGmail();
  const id = f.fake.deliver(GMAIL_USER, 'From: =?utf-8?q?boss=40corp.example=2C?= <ann@x.example>\n\nhi');
  const [mail] = await f.mailbox.fetch([id]);
  const content = mail?.content ?? { raw: new Uint8Array() };
  const parsed = await parseMail('raw' in content ? content.raw : new Uint8Array());
  expect(parsed.from.map((one) => one.address)).toEqual(['ann@x.example']);
});

test('an account that may only read changes nothing', async () => {
  await using f = await openGmail({ settings: { access: 'watch_only' } });
  const id = f.fake.deliver(GMAIL_USER, MAIL);
  const denied = { kind: 'denied' };
  await expect(f.mailbox.modify(id, patch({ addFlags: ['seen'] }))).rejects.toMatchObject(denied);
  await expect(f.mailbox.createDraft(Buffer.from(MAIL), null)).rejects.toMatchObject(denied);
  await expect(f.mailbox.delete(id)).rejects.toMatchObject(denied);
  await expect(f.mailbox.ensureLabel('New')).rejects.toMatchObject(denied);
  expect((await f.mailbox.fetch([id])).length).toBe(1);
});
