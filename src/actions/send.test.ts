import { expect, test } from 'vitest';
import { listActivity } from '#activity/store.ts';
import { parseMail } from '#mail/mime.ts';
import {
  error,
  look,
  MINUTE,
  OWNER,
  reply,
  Server,
  start,
  UNKNOWN,
  wait,
} from '#test/kit/scripted-server.ts';
import { abandonedJob } from './abandoned.job.ts';
import { outboxMailOf } from './outbox-store.ts';
import { endFailed } from './perform.ts';
import { walkMail } from './send.ts';
import { findAction } from './store.ts';
import { requestUndo } from './undo.ts';

test('a reply waits, leaves once, and is recorded', async () => {
  const server = new Server();
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  await t.drain();
  expect(await look(t, id)).toBe('prepared executing');
  expect(server.calls).toEqual([]);
  await wait(t, clock, 10_000);
  expect(await look(t, id)).toBe('sent completed');
  expect(server.calls).toEqual(['stage', 'send']);
  const [sent] = server.took;
  const mail = await parseMail(sent?.raw ?? new Uint8Array());
  expect(sent).toMatchObject({ from: 'robin@marlow.example', recipients: ['ada@example.com'] });
  expect(mail).toMatchObject({
    subject: 'Re: Lunch?',
    inReplyTo: 'lunch@example.com',
    references: ['lunch@example.com'],
    to: [{ name: '', address: 'ada@example.com' }],
    cc: [],
    bcc: [],
    rfc822MessageId: sent?.messageId,
    date: '2026-01-15T09:00:00.000Z',
  });
  expect(mail.newText).toBe('Yes.');
  expect(mail.text).toBe('Yes.\n\nOn Thu, 15 Jan 2026 at 09:00 UTC, Ada wrote:\n> Hi.\n');
  expect(mail.headers).toContainEqual(['x-op-id', sent?.opId]);
  expect(mail.headers.map(([name]) => name)).not.toContain('auto-submitted');
  expect((await outboxMailOf(t.app.db, id))?.raw.length).toBe(0);
});

test('a mail that left, but not for all of its recipients, says for whom it did not', async () => {
  const server = new Server();
  server.refuses = ['ada@example.com'];
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  await wait(t, clock, 10_000);
  expect(await look(t, id)).toBe('sent completed');
  expect((await findAction(t.app.db, id))?.errorMessage).toContain('ada@example.com');
  const { items } = await listActivity(t.app.db, t.app.owner.id, { subject: { type: 'action', id } });
  expect(items.find((i) => i.action === 'mail.sent')?.details).toMatchObject({ recipients: 1, refused: 1 });
});

test('a mail that has not left is called back, and one that has is not', async () => {
  const server = new Server();
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  await t.drain();
  const undo = async () => {
    const action = await findAction(t.app.db, id);
    if (!action) throw new Error('The action is gone');
    await t.app.db.write((tx) => requestUndo(t.app, tx, { action, by: OWNER }));
  };
  await undo();
  await wait(t, clock, MINUTE);
  expect(await look(t, id)).toBe('cancelled canceled');
  expect(server.calls).toEqual(['unstage']);
  expect(server.took).toEqual([]);
  const other = await reply(t, 'No.');
  await wait(t, clock, MINUTE);
  expect(await look(t, other)).toBe('sent completed');
});

test('a mail whose answer never came is looked for, not sent again', async () => {
  const server = new Server();
  server.script = [{ left: true, error: UNKNOWN }];
  server.traces = [{ kind: 'unknown' }];
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  await wait(t, clock, 10_000);
  expect(await look(t, id)).toBe('sending executing');
  await wait(t, clock, 15_000);
  await wait(t, clock, 2 * MINUTE);
  expect(await look(t, id)).toBe('sent completed');
  expect(server.calls).toEqual(['stage', 'send', 'trace', 'trace']);
  expect(server.took).toHaveLength(1);
});

test.each([
  ['the connection broke', UNKNOWN],
  ['nobody foresaw it', new TypeError('fetch failed')],
])('a mail that certainly did not leave is sent again: %s', async (_, thrown) => {
  const server = new Server();
  server.script = [{ left: false, error: thrown }];
  const { t, clock } = await start(server);
  await using _t = t;
  const id = await reply(t);
  await wait(t, clock, 10_000);
  await wait(t, clock, 15_000);
  await wait(t, clock, 15_000);
  expect(await look(t, id)).toBe('sent completed');
  expect(server.calls).toEqual(['stage', 'send', 'trace', 'send']);
});

test('a server that takes no mail for hours is asked again until it does, and nobody is asked what is certain', async () => {
  const server = new Server();
  server.traces = Array.from({ length: 50 }, () => ({ kind: 'unknown' }) as const);
  server.script = Array.from({ length: 30 }, () => ({ left: false, error: error('transient') }));
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  for (let i = 0; i < 40; i++) await wait(t, clock, 7 * MINUTE);
  expect(await look(t, id)).toBe('sent completed');
  expect(server.calls.filter((call) => call !== 'send')).toEqual(['stage']);
  expect(server.took).toHaveLength(1);
});

test('a mail that no server ever took ends, with what the server said', async () => {
  const server = new Server();
  server.script = Array.from({ length: 200 }, () => ({ left: false, error: error('transient') }));
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  for (let i = 0; i < 130; i++) await wait(t, clock, 7 * MINUTE);
  expect(await look(t, id)).toBe('cancelled failed');
  expect((await findAction(t.app.db, id))?.errorMessage).toBe('The server said so');
});

test('a mail that was taken in from Sent meanwhile went out, whatever a look finds', async () => {
  const server = new Server();
  server.script = [{ left: true, error: UNKNOWN }];
  server.traces = [{ kind: 'unknown' }, { kind: 'unknown' }];
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  await wait(t, clock, 10_000);
  const copy = (label: string, headers: string[]) =>
    t.deliver({
      labels: [label],
      raw: [
        `Subject: Re: Lunch?`,
        'In-Reply-To: <lunch@example.com>',
        'References: <lunch@example.com>',
        ...headers,
        '',
        'Yes.',
      ].join('\r\n'),
    });
  const opId = server.took[0]?.opId ?? '';
  await copy('DRAFTS', [`X-Op-Id: ${opId}`, 'Message-ID: <draft@x.example>']);
  await copy('SENT', ['X-Op-Id: 0123', 'Message-ID: <another@x.example>']);
  await wait(t, clock, 15_000);
  expect(await look(t, id)).toBe('sending executing');
  await copy('SENT', [`X-Op-Id: ${opId}`, 'Message-ID: <rewritten@x.example>']);
  await t.drain();
  await wait(t, clock, 105_000);
  expect(await look(t, id)).toBe('sent completed');
  expect(server.took).toHaveLength(1);
});

test('an action whose mail is written is not ended by what its own job met after that', async () => {
  const { t, clock } = await start(new Server());
  await using _ = t;
  const id = await reply(t);
  await t.drain();
  const action = await findAction(t.app.db, id);
  if (!action) throw new Error('The action is gone');
  await endFailed(t.app, action, 'The answer of the database never came');
  await wait(t, clock, MINUTE);
  expect(await look(t, id)).toBe('sent completed');
});

test('a mail that is refused ends with the reason', async () => {
  const server = new Server();
  server.script = [{ left: false, error: error('permanent') }];
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  await wait(t, clock, 10_000);
  expect(await look(t, id)).toBe('cancelled failed');
  expect((await findAction(t.app.db, id))?.errorMessage).toBe('The server said so');
  expect(server.calls).toEqual(['stage', 'send', 'unstage']);
});

test('too many mails make the account wait, longer each time, with none lost', async () => {
  const server = new Server();
  server.script = [
    { left: false, error: error('limit') },
    { left: false, error: error('limit', 'mail.test', 40 * MINUTE) },
  ];
  const { t, clock } = await start(server);
  await using _ = t;
  const ids = [await reply(t), await reply(t, 'Really.')];
  await wait(t, clock, 10_000);
  await wait(t, clock, 14 * MINUTE);
  expect(server.calls.filter((call) => call === 'send')).toHaveLength(1);
  await wait(t, clock, 2 * MINUTE);
  await wait(t, clock, 39 * MINUTE);
  expect(server.took).toEqual([]);
  expect(server.calls.filter((call) => call === 'send')).toHaveLength(2);
  await wait(t, clock, 2 * MINUTE);
  for (const id of ids) expect(await look(t, id)).toBe('sent completed');
  expect(server.took).toHaveLength(2);
});

test('what was being sent when its process died is looked for, when that process can no longer be at it', async () => {
  const server = new Server();
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  await t.drain();
  const mail = await outboxMailOf(t.app.db, id);
  await t.app.db.write((tx) =>
    tx.run(
      "update outbox set state = 'sending', tries = 1, staged_id = 'draft-1', updated_at = $2 where id = $1",
      [mail?.id ?? '', clock.now()],
    ),
  );
  await wait(t, clock, 10_000);
  expect(server.calls).toEqual([]);
  await wait(t, clock, 5 * MINUTE);
  await wait(t, clock, MINUTE);
  expect(server.calls).toEqual(['trace', 'send']);
  expect(await look(t, id)).toBe('sent completed');
});

test('two processes that walk the same mail at the same moment send it once', async () => {
  const server = new Server();
  const { t, clock } = await start(server);
  await using _ = t;
  const id = await reply(t);
  await t.drain();
  const walk = () => walkMail({ ports: t.app, write: (work) => t.app.db.write(work) }, id);
  await Promise.all([walk(), walk(), walk()]);
  expect(server.took).toHaveLength(1);
  await wait(t, clock, MINUTE);
  expect(await look(t, id)).toBe('sent completed');
  expect(server.took).toHaveLength(1);
});

test('a mail whose job is canceled ends, or becomes a question when it may have left', async () => {
  for (const [state, then] of [
    ['prepared', 'cancelled failed'],
    ['sending', 'uncertain executing'],
  ]) {
    const { t, clock } = await start(new Server());
    await using _ = t;
    const id = await reply(t);
    await t.drain();
    await t.app.db.write((tx) => tx.run('update outbox set state = $1', [state ?? '']));
    const [job] = await t.app.queue.list({ type: 'outbound.send' });
    clock.advance(1_000);
    await t.app.queue.cancel(job?.id ?? '');
    clock.advance(3 * MINUTE);
    await t.app.queue.enqueue(abandonedJob, {});
    await wait(t, clock, MINUTE);
    expect(await look(t, id)).toBe(then);
  }
});

test('no more mails leave in a day than may, and the rest go the day after', async () => {
  const server = new Server();
  const { t, clock } = await start(server, { 'sending.per_day': 2 });
  await using _ = t;
  const ids = [await reply(t, 'One.'), await reply(t, 'Two.'), await reply(t, 'Three.')];
  await wait(t, clock, MINUTE);
  expect(server.took).toHaveLength(2);
  await wait(t, clock, 23 * 60 * MINUTE);
  expect(server.took).toHaveLength(2);
  await wait(t, clock, 60 * MINUTE);
  await wait(t, clock, MINUTE);
  expect(server.took).toHaveLength(3);
  for (const id of ids) expect(await look(t, id)).toBe('sent completed');
});
