import { expect, test } from 'vitest';
import { SUMMARY_CHARS } from '#config/limits-digests.ts';
import { ManualClock } from '#std/clock.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { testApp } from '#test/kit/test-app.ts';
import { composeJob } from './compose.job.ts';
import { composeNow, previewDigest } from './compose.ts';
import type { DigestContent, Section } from './digest.ts';
import { renderDigest } from './render.ts';
import { digestOfOccasion, getDigest, listDigests } from './store.ts';
import { type Reader, reader } from './testing.ts';

const BY = { actor: 'test', channel: 'test' };

const ask = (r: Reader) => composeNow(r.ports, { userId: r.userId, by: BY });
const now = async (r: Reader) => (await ask(r)).digest;

const part = <N extends Section['section']>(digest: DigestContent, name: N) => {
  const found = digest.sections.find((s) => s.section === name);
  if (!found) throw new Error(`no section ${name}`);
  return found as Extract<Section, { section: N }>;
};

onEveryDatabase('Digests', (fresh) => {
  test('new mail is shown by thread, and by sender when one has more than two', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    const ann = { name: 'Ann', address: 'Ann@mail.example' };
    await r.receive({ from: ann, subject: 'Trip', thread: 'trip', text: 'Shall we go?', lateMs: 9_000 });
    await r.receive({
      from: ann,
      subject: 'Re: Trip',
      thread: 'trip',
      text: 'We could take the train.',
      lateMs: 8_000,
    });
    const shop = (n: number) => ({
      from: { name: 'Shop', address: 'shop@shop.example' },
      subject: `Offer ${n}`,
      lateMs: n * 1_000,
    });
    await r.receive(shop(7), shop(6), shop(5), shop(4), shop(3), shop(2), shop(1));
    const unread = part(await now(r), 'unread');
    expect(unread).toMatchObject({ total: 9, more: 0 });
    expect(unread.items).toMatchObject([
      { kind: 'sender', from: { name: 'Shop' }, threadCount: 7, messageCount: 7, more: 2 },
      {
        kind: 'thread',
        thread: {
          subject: 'Re: Trip',
          messageCount: 2,
          summary: { text: 'We could take the train.', tier: 'first_sentences' },
        },
      },
    ]);
    const [first] = unread.items;
    expect(first?.kind === 'sender' && first.threads.map((e) => e.subject)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `Offer ${n}`),
    );
  });

  test('what is stored is what was composed, and lists show its totals', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    const attachment = {
      index: 0,
      filename: 'a.pdf',
      mimeType: 'application/pdf',
      sizeBytes: 9,
      contentId: null,
      inline: false,
    };
    await r.receive({ attachments: [attachment] }, {});
    const preview = await previewDigest(r.ports, r.userId);
    const made = await now(r);
    expect(await getDigest(r.ports.db, r.userId, made.id)).toEqual(made);
    expect(await digestOfOccasion(r.ports.db, r.userId, made.occasion)).toEqual(made);
    expect({ ...preview, sections: made.sections }).toEqual({ ...preview });
    const again = await previewDigest(r.ports, r.userId);
    expect(part(again, 'unread')).toMatchObject({ items: [], total: 0 });
    await r.receive({});
    const second = await now(r);
    const list = await listDigests(r.ports.db, { userId: r.userId, limit: 10 });
    expect(list.map((d) => [d.id, d.totals.unread])).toEqual([
      [second.id, 1],
      [made.id, 2],
    ]);
    expect(await listDigests(r.ports.db, { userId: r.userId, before: second.id, limit: 10 })).toEqual([
      list[1],
    ]);
  });

  test('nobody sees the digests of others', async () => {
    await using t = await fresh();
    const [ann, bob] = [await reader(t.db), await reader(t.db)];
    await ann.receive({});
    const digest = await now(ann);
    await expect(getDigest(t.db, bob.userId, digest.id)).rejects.toMatchObject({ code: 'digests.unknown' });
    expect(await listDigests(t.db, { userId: bob.userId, limit: 10 })).toEqual([]);
    expect(part(await now(bob), 'unread').total).toBe(0);
  });

  test('more than a digest shows is counted, and told of no more', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    await r.receive(...Array.from({ length: 60 }, () => ({})));
    const unread = part(await now(r), 'unread');
    expect(unread).toMatchObject({ total: 60, more: 20 });
    expect(unread.items).toHaveLength(40);
    expect(part(await previewDigest(r.ports, r.userId), 'unread').total).toBe(0);
  });

  test('whoever asks again before anything is new gets the same one, also at the same moment', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    await r.receive({});
    const both = await Promise.all([ask(r), ask(r), ask(r)]);
    expect(new Set(both.map(({ digest }) => digest.id)).size).toBe(1);
    expect(both.filter(({ made }) => made)).toHaveLength(1);
    r.clock.advance(60_000);
    expect(await ask(r)).toEqual({ digest: both[0]?.digest, made: false });
    await r.receive({ read: true }, { labels: ['ARCHIVE'] });
    r.clock.advance(1_000);
    expect((await ask(r)).made).toBe(false);
    await r.receive({});
    r.clock.advance(1_000);
    const next = await ask(r);
    expect(next).toMatchObject({ made: true, digest: { from: both[0]?.digest.to } });
    expect(part(next.digest, 'unread').total).toBe(1);
    expect(part(next.digest, 'counts').items[0]?.count).toBe(3);
  });

  test('the mail of a hostile sender comes out as plain, short text', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    const evil = `\u001b[31m\u202eevil\u0007 <script>alert(1)</script> a${'\u0301'.repeat(5_000)} ${'W'.repeat(90_000)}`;
    await r.receive({
      from: { name: evil, address: `x@${evil}` },
      subject: `${evil}\r\nWaiting for a yes\r\n---`,
      text: `${evil}\nhttps://evil.example/x?${'y'.repeat(500)} ![image](cid:1)\n${'A '.repeat(30_000)}`,
      attachments: [
        { index: 0, filename: evil, mimeType: evil, sizeBytes: 1, contentId: null, inline: false },
      ],
    });
    const digest = await now(r);
    const [group] = part(digest, 'unread').items;
    if (group?.kind !== 'thread') throw new Error('one thread was received');
    const { from, subject, summary, attachments } = group.thread;
    const texts = [
      from.name,
      from.address,
      subject,
      summary.text,
      ...attachments.flatMap((a) => [a.filename, a.mimeType]),
    ];
    for (const text of texts) {
      expect(text.length).toBeLessThanOrEqual(text === summary.text ? SUMMARY_CHARS : 200);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]|\p{M}{5}|evil\.example|cid:/u);
    }
    expect(subject).toContain('<script>');
    const rendered = renderDigest(digest);
    expect(rendered).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(rendered.split('\n').filter((line) => line === 'Waiting for a yes')).toEqual([]);
    expect(rendered.length).toBeLessThan(4_000);
  });
});

const rules = [
  {
    name: 'Letters',
    conditions: { type: 'sender_domain', value: 'list.example' },
    actions: [{ type: 'archive' }, { type: 'mark_read' }],
  },
  { name: 'Codes', conditions: { type: 'subject_contains', value: 'code' }, actions: [{ type: 'delete' }] },
];

const sorted = async () => {
  const clock = new ManualClock();
  const t = await testApp({ clock });
  for (const rule of rules) await t.addRule(rule);
  await t.deliver(
    { subject: 'Lunch?', text: 'Hi Robin,\n\nShall we have lunch?\n\n> quoted\n\n-- \nAda', ageMs: 5_000 },
    { from: 'Letter <news@list.example>', subject: 'Weekly', ageMs: 4_000 },
    { from: 'Letter <news@list.example>', subject: 'Monthly', ageMs: 3_000 },
    { from: 'bank@bank.example', subject: 'Your code', ageMs: 2_000 },
  );
  await t.drain();
  clock.advance(1_000);
  return { ...t, clock };
};

test('a digest says what was done without a command, what waits, and how much there was', async () => {
  await using t = await sorted();
  const { digest } = await composeNow(t.app, { userId: t.app.owner.id, by: BY });
  expect(part(digest, 'done')).toMatchObject({
    total: 4,
    more: 0,
    items: [
      {
        ruleName: 'Letters',
        messageCount: 2,
        kinds: [
          { type: 'archive', count: 2, undoable: true },
          { type: 'mark_read', count: 2, undoable: true },
        ],
        messages: [
          { subject: 'Monthly', actionIds: [expect.any(String), expect.any(String)] },
          { subject: 'Weekly' },
        ],
      },
    ],
  });
  expect(part(digest, 'waiting')).toMatchObject({
    total: 1,
    items: [{ verb: 'Delete for ever', target: '“Your code” from bank@bank.example, 2026-01-15' }],
  });
  const count = (what: string) => part(digest, 'counts').items.find((c) => c.what === what)?.count;
  expect([count('received'), count('decided'), count('hidden')]).toEqual([4, 3, 2]);
  expect(digest.state).toBe('composed');
  await t.drain();
  expect(await getDigest(t.app.db, t.app.owner.id, digest.id)).toMatchObject({
    state: 'delivered',
    deliveries: [{ channel: 'web' }],
  });
});

test('a digest as text', async () => {
  await using t = await sorted();
  const text = renderDigest(await previewDigest(t.app, t.app.owner.id));
  const [approval] = await t.app.db.all<{ id: string }>('select id from approvals');
  expect(text).toBe(`2 new messages, 1 action waiting for you
2026-01-14 09:00 to 2026-01-15 09:00 (UTC)

New and unread
--------------
bank@bank.example: Your code
  Hi.

Ada <ada@example.com>: Lunch?
  Shall we have lunch?

Waiting for a yes
-----------------
Delete for ever: “Your code” from bank@bank.example, 2026-01-15
  It can't be taken back or reaches other people: delete.
  Nobody vouches for who sent this message.
  Until 2026-01-22: ashford approve ${approval?.id}

Done by itself
--------------
2 messages by the rule “Letters”: Archive, Mark as read
  - Letter: Monthly
  - Letter: Weekly

Take it back: ashford undo --rule "<name of the rule>" --since 2026-01-14T09:00:01.000Z

In numbers
----------
Received: 4
A rule matched: 3
Left the inbox or marked as read by itself: 2
Archive: 2
Mark as read: 2
`);
});

test('what was taken back, and what a person commanded, is not told as done', async () => {
  await using t = await sorted();
  await t.app.db.run("update actions set source = 'manual' where action_type = 'archive'");
  await t.app.db.run(
    `insert into action_links (cause_action_id, effect_action_id, relation_type, user_id, created_at)
     select id, id, 'undo_of', user_id, created_at from actions where action_type = 'mark_read'`,
  );
  expect(part(await previewDigest(t.app, t.app.owner.id), 'done')).toMatchObject({ items: [], total: 0 });
});

test('a scheduled digest ends when it was due, is made once, and changes nothing in the mailbox', async () => {
  await using t = await sorted();
  const { app, clock } = t;
  const state = () => app.db.all('select labels_json, flags_json from local_messages order by id');
  const before = await state();
  const due = clock.now();
  const schedule = await app.schedules.add({
    job: composeJob,
    payload: {},
    cron: '0 8 * * *',
    timeZone: 'UTC',
    userId: app.owner.id,
  });
  clock.advance(60_000);
  const key = `schedule:${schedule.id}:${due}`;
  for (let i = 0; i < 2; i++) {
    await app.queue.enqueue(
      composeJob,
      {},
      { idempotencyKey: key, scheduleId: schedule.id, userId: app.owner.id },
    );
    await t.drain();
  }
  const digests = await listDigests(app.db, { userId: app.owner.id, limit: 10 });
  expect(digests).toMatchObject([{ scheduleId: schedule.id, to: due, occasion: key, state: 'delivered' }]);
  expect(await state()).toEqual(before);
  const audit = await app.db.all("select action from audit_log where subject_type = 'digest' order by seq");
  expect(audit).toMatchObject([{ action: 'digest.compose' }, { action: 'digest.deliver' }]);
});

test('a channel that is not there yet keeps no digest from being made and delivered', async () => {
  await using t = await testApp({ settings: { 'digest.channels': ['telegram', 'web'] } });
  const { digest } = await composeNow(t.app, { userId: t.app.owner.id, by: BY });
  await t.drain();
  const kept = await getDigest(t.app.db, t.app.owner.id, digest.id);
  expect(kept.deliveries.map((d) => d.channel)).toEqual(['web']);
});
