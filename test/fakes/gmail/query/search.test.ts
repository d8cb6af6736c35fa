import { expect, test } from 'vitest';
import { startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { clientOf } from '#test/fakes/gmail/test-client.ts';

const ROBIN = 'robin@marlow.example';
const NOON = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 86_400_000;

const LETTERS: Readonly<Record<string, { raw: string; labels?: string[]; ageDays?: number }>> = {
  ada: {
    raw: `From: Ada <ada@north.example>\nTo: ${ROBIN}\nSubject: The garden plan\nMessage-ID: <Garden@North>\n\nRoses and tulips.`,
  },
  ben: {
    raw: `From: Ben <ben@south.example>\nTo: c@d.example\nCc: ${ROBIN}\nSubject: Invoice 12\nList-Id: <bills.south.example>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the paper.\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="bill.pdf"\n\n${'x'.repeat(3_000)}\n--b--`,
    labels: ['INBOX', 'Work/Bills'],
    ageDays: 10,
  },
  old: {
    raw: `From: =?utf-8?Q?J=C3=BCrgen?= <j@west.example>\nTo: ${ROBIN}\nSubject: Gardens\n\nTulips only.`,
    labels: ['STARRED'],
    ageDays: 400,
  },
  sent: {
    raw: `From: ${ROBIN}\nTo: ada@north.example\nSubject: Re: The garden plan\n\nYes.`,
    labels: ['SENT'],
    ageDays: 1,
  },
};

test.each([
  ['', ['ada', 'ben', 'old', 'sent']],
  ['from:ada', ['ada']],
  ['from:ada@north.example', ['ada']],
  ['from:Jürgen', ['old']],
  ['from:me', ['sent']],
  ['to:me', ['ada', 'ben', 'old']],
  ['cc:me', ['ben']],
  ['subject:garden', ['ada', 'sent']],
  ['subject:"garden plan"', ['ada', 'sent']],
  ['subject:(plan garden)', ['ada', 'sent']],
  ['{from:ada from:ben}', ['ada', 'ben']],
  ['from:ada OR from:ben is:unread', ['ada']],
  ['from:ada OR from:ben', ['ada', 'ben']],
  ['-from:ada -in:sent', ['ben', 'old']],
  ['-(from:ada OR in:sent)', ['ben', 'old']],
  ['tulips', ['ada', 'old']],
  ['"roses and tulips"', ['ada']],
  ['tulip', []],
  ['is:unread', ['ada']],
  ['is:read', ['ben', 'old', 'sent']],
  ['is:starred', ['old']],
  ['in:inbox', ['ada', 'ben']],
  ['label:work-bills', ['ben']],
  ['label:nothing-of-the-kind', []],
  ['has:attachment', ['ben']],
  ['filename:pdf', ['ben']],
  ['filename:bill.pdf', ['ben']],
  ['list:bills.south.example', ['ben']],
  ['larger:2K', ['ben']],
  ['smaller:1000', ['ada', 'old', 'sent']],
  ['newer_than:2d', ['ada', 'sent']],
  ['older_than:1y', ['old']],
  ['after:2026/01/01 before:2026/01/10', ['ben']],
  [`after:${NOON / 1_000 - 60}`, ['ada']],
  ['rfc822msgid:<Garden@North>', ['ada']],
  ['rfc822msgid:Garden@North', ['ada']],
  ['weather:sunny', []],
  ['in:anywhere tulips', ['ada', 'old']],
])('the search %j finds %j', async (q, names) => {
  await using fake = await startFakeGmail({ users: [ROBIN], now: () => NOON });
  const byId = new Map(
    Object.entries(LETTERS).map(([name, { raw, labels, ageDays = 0 }]) => [
      fake.deliver(ROBIN, raw, { date: NOON - ageDays * DAY_MS, ...(labels ? { labels } : {}) }),
      name,
    ]),
  );
  const { json } = await clientOf(fake, fake.grant(ROBIN).accessToken).gmail(
    `messages?q=${encodeURIComponent(q)}`,
  );
  expect((json.messages ?? []).map((one: { id: string }) => byId.get(one.id)).sort()).toEqual(names);
});

test('a search may lag behind, a plain list does not', async () => {
  await using fake = await startFakeGmail({ users: [ROBIN], behaviour: { searchLagMs: 60_000 } });
  fake.deliver(ROBIN, LETTERS.ada?.raw ?? '');
  const { gmail } = clientOf(fake, fake.grant(ROBIN).accessToken);
  expect((await gmail('messages?q=rfc822msgid:Garden@North')).json.messages).toBeUndefined();
  expect((await gmail('messages')).json.messages).toHaveLength(1);
  fake.clock.advance(60_000);
  expect((await gmail('messages?q=rfc822msgid:Garden@North')).json.messages).toHaveLength(1);
});

test('messages may lag by times of their own', async () => {
  const behaviour = { searchLagMs: 60_000, searchLagVaries: true };
  await using fake = await startFakeGmail({ users: [ROBIN], now: () => NOON, behaviour });
  for (let n = 0; n < 40; n++) fake.deliver(ROBIN, LETTERS.ada?.raw ?? '');
  const { gmail } = clientOf(fake, fake.grant(ROBIN).accessToken);
  const found = async () => ((await gmail('messages?q=in:inbox')).json.messages ?? []).length;
  expect(await found()).toBe(0);
  fake.clock.advance(30_000);
  const half = await found();
  expect(half).toBeGreaterThan(5);
  expect(half).toBeLessThan(35);
  fake.clock.advance(30_000);
  expect(await found()).toBe(40);
});

test('a search in a big mailbox finds through its indexes what it finds without them', async () => {
  await using fake = await startFakeGmail({ users: [ROBIN], behaviour: { quota: false } });
  fake.fill(ROBIN, { messages: 400 });
  const marked = fake.messageIds(ROBIN).filter((_, n) => n % 40 === 3);
  for (const id of marked) fake.relabel(ROBIN, id, { add: ['Rare'] });
  const { gmail } = clientOf(fake, fake.grant(ROBIN).accessToken);
  const found: string[] = [];
  let page = '';
  do {
    const { json } = await gmail(`messages?q=label:rare&maxResults=3${page}`);
    found.push(...json.messages.map((one: { id: string }) => one.id));
    page = json.nextPageToken ? `&pageToken=${json.nextPageToken}` : '';
  } while (page);
  expect(found).toEqual(marked);
});
