import { expect, test } from 'vitest';
import { findAction } from '#actions/store.ts';
import { requestUndo } from '#actions/undo.ts';
import {
  AUTH,
  AWAY,
  act,
  actionsOf,
  HOUR,
  letter,
  mailIn,
  OWNER,
  rule,
  start,
  trust,
  wait,
} from '#test/kit/sending.ts';
import { type TestApp, type TestMail, testApp } from '#test/kit/test-app.ts';

test('a rule answers a sender once a week, in words of its own, with all that keeps programs quiet', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await rule(t, [AWAY]);
  await t.deliver(letter('ada@example.com', 'One'), letter('ada@example.com', 'Two'));
  await wait(t, clock);
  const [sent, ...more] = await mailIn(t);
  expect(more).toEqual([]);
  expect(sent).toMatchObject({
    subject: expect.stringMatching(/^Re: (One|Two)$/),
    to: [{ address: 'ada@example.com' }],
  });
  expect(sent?.text.trim()).toBe('I am not there until Monday.');
  expect(Object.fromEntries(sent?.headers ?? [])).toMatchObject({
    'auto-submitted': 'auto-replied',
    'x-auto-response-suppress': 'All',
    precedence: 'bulk',
  });
  const refused = (await actionsOf(t)).find((action) => action.status === 'canceled');
  expect(refused?.why).toBe(
    'It was not answered. This rule has answered its sender within the last seven days.',
  );
  await wait(t, clock, 7 * 24 * HOUR);
  await t.deliver(letter('ada@example.com', 'Three'));
  await wait(t, clock);
  expect(await mailIn(t)).toHaveLength(2);
});

test('programs, lists, strangers and old mail are not answered, and the action says why', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await rule(t, [AWAY]);
  await t.deliver(
    letter('a@one.example', 'Auto', ['Auto-Submitted: auto-generated']),
    letter('b@two.example', 'List', ['List-Id: <x.two.example>']),
    letter('no-reply@three.example', 'Machine'),
    { ...letter('d@four.example', 'Old'), ageMs: 25 * HOUR },
  );
  await wait(t, clock);
  expect(await mailIn(t)).toEqual([]);
  const actions = await actionsOf(t);
  expect(actions.map((a) => a.status)).toEqual(['canceled', 'canceled', 'canceled', 'canceled']);
  for (const { why } of actions) expect(why).toMatch(/^It was not answered\. .*\.$/);
});

test('a mail that nobody vouches for asks a person, and a thousand forged ones get no answer', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await rule(t, [AWAY]);
  const forged = Array.from(
    { length: 1_000 },
    (_x, i): TestMail => ({
      ...letter(`v${i}@victim${i}.example`, `Forged ${i}`),
    }),
  ).map((mail) => ({ raw: (mail.raw ?? '').replace('dmarc=pass', 'dmarc=fail') }));
  await t.deliver(...forged);
  await wait(t, clock);
  expect(await mailIn(t)).toEqual([]);
  const [waiting] = await t.app.db.all<{ n: number }>(
    "select count(*) as n from actions where status = 'approved_pending'",
  );
  expect(Number(waiting?.n)).toBe(1_000);
});

const cards = async (t: TestApp) =>
  t.app.db.all<{ id: string; expires_at: string }>(
    "select id, expires_at from approvals where state = 'waiting'",
  );

const forged = (from: string, subject: string, headers: string[] = []): TestMail => ({
  raw: (letter(from, subject, headers).raw ?? '').replace('dmarc=pass', 'dmarc=fail'),
});

test('nobody is asked about an answer that would be refused, and a card ends when its mail is too old to be answered', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await rule(t, [AWAY]);
  await t.deliver(letter('eve@known.example', 'First'));
  await wait(t, clock);
  expect(await mailIn(t)).toHaveLength(1);
  await t.deliver(
    forged('a@one.example', 'Auto', ['Auto-Submitted: auto-generated']),
    forged('b@two.example', 'List', ['List-Id: <x.two.example>']),
    forged('no-reply@three.example', 'Machine'),
    forged('eve@known.example', 'Again'),
  );
  await wait(t, clock);
  expect(await cards(t)).toEqual([]);
  const [, ...refused] = await actionsOf(t);
  expect(refused.map((a) => a.status)).toEqual(['canceled', 'canceled', 'canceled', 'canceled']);
  for (const { why } of refused) expect(why).toMatch(/^It was not answered\. .*\.$/);
  clock.advance(6 * HOUR);
  await t.deliver({ ...forged('ada@example.com', 'Hello'), ageMs: 5 * HOUR });
  await t.drain();
  const [card, ...more] = await cards(t);
  expect(more).toEqual([]);
  expect(Date.parse(card?.expires_at ?? '') - clock.ms()).toBe(19 * HOUR);
});

test('one domain gets four automatic answers in a day, and one account gives twenty', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await rule(t, [AWAY]);
  await t.deliver(...Array.from({ length: 6 }, (_x, i) => letter(`p${i}@same.example`, `Same ${i}`)));
  await wait(t, clock);
  expect(await mailIn(t)).toHaveLength(4);
  await t.deliver(...Array.from({ length: 20 }, (_x, i) => letter(`p@d${i}.example`, `Other ${i}`)));
  await wait(t, clock);
  expect(await mailIn(t)).toHaveLength(20);
});

/** Carries what lies in the Sent of each to the inbox of the other, once. */
const postOffice = (a: TestApp, b: TestApp, keep: (name: string) => boolean) => {
  const seen = new Set<string>();
  const carry = async (from: TestApp, to: TestApp) => {
    for (const mail of await mailIn(from)) {
      if (mail.rfc822MessageId === null || seen.has(mail.rfc822MessageId)) continue;
      seen.add(mail.rfc822MessageId);
      const lines = mail.headers.filter(([name]) => keep(name)).map(([name, value]) => `${name}: ${value}`);
      const proof = `Authentication-Results: ${AUTH}; dmarc=pass`;
      await to.deliver({ raw: [proof, ...lines, '', mail.text, ''].join('\r\n') });
    }
  };
  return async () => {
    await carry(a, b);
    await carry(b, a);
  };
};

test.each([
  ['that say what they are', () => true],
  ['whose notices a relay takes off', (name: string) => !/^(auto-submitted|precedence|x-auto)/.test(name)],
])('two agents that face each other, %s, stop after one message each', async (_, keep) => {
  const { t: robin, clock } = await start();
  await using _robin = robin;
  const sam = await testApp({ clock });
  await using _sam = sam;
  await trust(sam, sam.accountId);
  await sam.app.db.write((tx) => tx.run("update accounts set email = 'sam@other.example'"));
  for (const t of [robin, sam]) await rule(t, [AWAY]);
  const post = postOffice(robin, sam, keep);
  await robin.deliver(letter('sam@other.example', 'Are you there'));
  for (let i = 0; i < 10; i++) {
    await wait(robin, clock);
    await wait(sam, clock);
    await post();
  }
  expect((await mailIn(robin)).map((mail) => mail.to[0]?.address)).toEqual(['sam@other.example']);
  expect((await mailIn(sam)).length).toBeLessThanOrEqual(1);
});

test('a forward goes to whom a person named, with the text and the files', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await t.deliver({ subject: 'Styled', html: '<p>Total <b>7 EUR</b></p><script>x()</script>' });
  const parts = (type: string, disposition: string, body: string) =>
    ['--b', `Content-Type: ${type}`, `Content-Disposition: ${disposition}`, '', body].join('\r\n');
  await t.deliver({
    raw: [
      'From: Shop <shop@example.com>',
      'To: robin@marlow.example',
      'Cc: Eve <eve@evil.test>',
      'Reply-To: eve@evil.test',
      'Subject: Invoice 7',
      'Message-ID: <invoice@example.com>',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      parts('text/plain', 'inline', 'Please pay 7 EUR.'),
      parts('application/pdf', 'attachment; filename="../in\u0000voice.pdf"', '%PDF-7'),
      '--b--',
      '',
    ].join('\r\n'),
  });
  await t.drain();
  await act(t, 'Invoice 7', 'forward', { to: ['Books@Example.com'], note: 'For the books' });
  await act(t, 'Invoice 7', 'forward', { to: ['b@example.com'], attached: true });
  await act(t, 'Styled', 'forward', { to: ['c@example.com'] });
  await wait(t, clock);
  expect((await actionsOf(t)).map((a) => a.why)).toEqual([null, null, null]);
  const sent = await mailIn(t);
  const inline = sent.find((mail) => mail.text.includes('For the books'));
  expect(inline).toMatchObject({
    subject: 'Fwd: Invoice 7',
    to: [{ name: '', address: 'Books@example.com' }],
    cc: [],
    bcc: [],
    inReplyTo: null,
    references: [],
  });
  expect(inline?.text).toContain('Please pay 7 EUR.');
  expect(inline?.attachments.map((a) => a.mimeType)).toEqual(['application/pdf']);
  const styled = sent.find((mail) => mail.to[0]?.address === 'c@example.com');
  expect(styled?.text).toContain('Total 7 EUR');
  expect(styled?.html).toContain('<p>Total <b>7 EUR</b></p>');
  expect(styled?.html).not.toContain('script');
  const attached = sent.find((mail) => mail.to[0]?.address === 'b@example.com');
  expect(attached?.attachments.map((a) => a.mimeType)).toEqual(['message/rfc822']);
});

test('a rule forwards by itself only to listed addresses, and only what somebody vouches for', async () => {
  const { t, clock } = await start({ 'policy.forward_allow': ['books@example.com'] });
  await using _ = t;
  await rule(t, [{ type: 'forward', parameters: { to: ['books@example.com'] } }], { continueMatching: true });
  await t.deliver(letter('shop@example.com', 'Listed'), {
    from: 'x@nobody.example',
    subject: 'Unproven',
    text: 'Is it there?',
  });
  await wait(t, clock);
  expect((await mailIn(t)).map((mail) => mail.subject)).toEqual(['Fwd: Listed']);
  const [card] = await t.app.db.all<{ reasons_json: string }>(
    "select reasons_json from approvals where state = 'waiting'",
  );
  expect(card?.reasons_json).toContain('sender-unauthenticated');
});

test('a rule that forwards to two in two steps sends to each, once', async () => {
  const { t, clock } = await start({ 'policy.forward_allow': ['books@example.com', 'boss@example.com'] });
  await using _ = t;
  const to = (address: string) => ({ type: 'forward', parameters: { to: [address] } });
  await rule(t, [to('books@example.com'), to('boss@example.com')]);
  await t.deliver(letter('shop@example.com', 'Invoice'));
  await wait(t, clock);
  const sent = (await mailIn(t)).map((mail) => mail.to[0]?.address);
  expect(sent.sort()).toEqual(['books@example.com', 'boss@example.com']);
});

test('a draft lies in the drafts, and its undo takes it away if nobody has touched it', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await t.deliver(letter('ada@example.com', 'Lunch'));
  await t.drain();
  const { actionId } = await act(t, 'Lunch', 'create_draft', { text: 'Gladly.' });
  await wait(t, clock);
  const [draft] = await mailIn(t, 'DRAFTS');
  expect(draft).toMatchObject({
    subject: 'Re: Lunch',
    to: [{ address: 'ada@example.com' }],
    text: expect.stringContaining('Gladly.'),
  });
  expect(await mailIn(t)).toEqual([]);
  const undo = async (id: string) => {
    const action = await findAction(t.app.db, id);
    if (!action) throw new Error('The action is gone');
    return t.app.db.write((tx) => requestUndo(t.app, tx, { action, by: OWNER }));
  };
  const undoId = await undo(actionId);
  await wait(t, clock);
  expect(await mailIn(t, 'DRAFTS')).toEqual([]);
  await expect(undo(undoId)).rejects.toMatchObject({ code: 'actions.not-undoable' });
  const other = await act(t, 'Lunch', 'create_draft', { text: 'Never.' });
  await wait(t, clock);
  await t.app.db.write((tx) =>
    tx.run('update local_messages set raw = $1 where labels_json = \'["DRAFTS"]\'', [
      new TextEncoder().encode('Subject: mine now\r\n\r\nx'),
    ]),
  );
  await undo(other.actionId);
  await wait(t, clock);
  expect((await mailIn(t, 'DRAFTS')).map((mail) => mail.subject)).toEqual(['mine now']);
});

test('only rules answer automatically, and nobody is answered whose address cannot be read', async () => {
  const { t, clock } = await start();
  await using _ = t;
  await t.deliver({ from: 'nobody at all', subject: 'Hm' });
  await t.drain();
  await expect(act(t, 'Hm', 'auto_reply', { text: 'x' })).rejects.toMatchObject({
    code: 'actions.rules-only',
  });
  const { actionId } = await act(t, 'Hm', 'reply', { text: 'x' });
  await wait(t, clock);
  expect(await findAction(t.app.db, actionId)).toMatchObject({ status: 'failed' });
  expect(await mailIn(t)).toEqual([]);
});
