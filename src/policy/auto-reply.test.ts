import { expect, test } from 'vitest';
import type { Instant } from '#std/time.ts';
import { type AutoReplyInput, whyNoAutoReply } from './auto-reply.ts';

const GOOD: AutoReplyInput = {
  mail: {
    headers: [
      ['return-path', '<ada@example.com>'],
      ['from', 'Ada <ada@example.com>'],
    ],
    from: [{ name: 'Ada', address: 'ada@example.com' }],
    to: [{ name: '', address: 'Robin@marlow.example' }],
    cc: [],
    bcc: [],
  },
  recipient: 'ada@example.com',
  own: ['robin@marlow.example', 'other@marlow.example'],
  account: ['robin@marlow.example'],
  receivedAt: '2026-01-15T08:00:00.000Z' as Instant,
  now: '2026-01-15T09:00:00.000Z' as Instant,
  authenticated: true,
  discarded: false,
};

const withHeader = (name: string, value: string): AutoReplyInput => ({
  ...GOOD,
  mail: { ...GOOD.mail, headers: [[name, value], ...GOOD.mail.headers] },
});
const from = (address: string): AutoReplyInput => ({
  ...GOOD,
  recipient: address,
  mail: { ...GOOD.mail, from: [{ name: '', address }] },
});
const to = (part: Partial<AutoReplyInput['mail']>): AutoReplyInput => ({
  ...GOOD,
  mail: { ...GOOD.mail, ...part },
});
const at = (receivedAt: string): AutoReplyInput => ({ ...GOOD, receivedAt: receivedAt as Instant });

const ROBIN = [{ name: '', address: 'ROBIN@marlow.example' }];
const BOB = [{ name: '', address: 'bob@example.com' }];

const MAY: [situation: string, input: AutoReplyInput][] = [
  ['a person writes to us', GOOD],
  ['Auto-Submitted: no', withHeader('auto-submitted', 'no')],
  ['Auto-Submitted: No (a person)', withHeader('auto-submitted', ' No (a person)')],
  ['Precedence: first-class', withHeader('precedence', 'first-class')],
  ['X-Auto-Response-Suppress: DR, RN', withHeader('x-auto-response-suppress', 'DR, RN')],
  ['multipart/mixed', withHeader('content-type', 'multipart/mixed; boundary=report')],
  ['an address that only looks like no-reply', from('noah.reply@example.com')],
  ['an address with request in it', from('requester@example.com')],
  ['an address with owner in it', from('homeowner-x@example.com')],
  ['we are in Cc', to({ to: BOB, cc: ROBIN })],
  ['we are in Bcc', to({ to: BOB, bcc: ROBIN })],
  ['it has just been a day', at('2026-01-14T09:00:00.000Z')],
  ['no Return-Path', to({ headers: [] })],
];

test.each(MAY)('may be answered: %s', (_, input) => {
  expect(whyNoAutoReply(input)).toEqual([]);
});

const LISTS = [
  'list-id',
  'list-post',
  'list-unsubscribe',
  'list-help',
  'list-owner',
  'list-subscribe',
  'list-archive',
];
const MACHINES = [
  'MAILER-DAEMON@example.com',
  'Listserv@example.com',
  'majordomo@example.com',
  'Postmaster@example.com',
  'news-request@example.com',
  'owner-news@example.com',
  'no-reply@example.com',
  'noreply@example.com',
  'No_Reply@example.com',
  'no.reply@example.com',
  'do-not-reply@example.com',
  'donotreply@example.com',
  'do_not_reply@example.com',
  'dont-reply@example.com',
  'noreply+abc@example.com',
  'shop-noreply@example.com',
  'news.no-reply@example.com',
  'noreply2@example.com',
  'bounces+1=ada@example.com',
];

const MUST_NOT: [situation: string, input: AutoReplyInput][] = [
  ['Auto-Submitted: auto-replied', withHeader('auto-submitted', 'auto-replied')],
  ['Auto-Submitted: auto-generated; more', withHeader('auto-submitted', 'Auto-Generated; type=x')],
  ['Auto-Submitted: auto-notified', withHeader('auto-submitted', 'auto-notified')],
  ['Auto-Submitted without a value', withHeader('auto-submitted', '')],
  ['Auto-Submitted: none', withHeader('auto-submitted', 'none')],
  ...LISTS.map((name): [string, AutoReplyInput] => [name, withHeader(name, '<https://x.example>')]),
  ['Precedence: bulk', withHeader('precedence', 'bulk')],
  ['Precedence: List', withHeader('precedence', 'List')],
  ['Precedence: junk', withHeader('precedence', ' junk ')],
  ['an empty Return-Path', to({ headers: [['return-path', '<>']] })],
  ['a Return-Path of nothing', to({ headers: [['return-path', '']] })],
  ...MACHINES.map((address): [string, AutoReplyInput] => [address, from(address)]),
  ['a machine behind a person', { ...GOOD, recipient: 'bounces@example.com' }],
  [
    'a machine among the senders',
    to({ from: [...GOOD.mail.from, { name: '', address: 'noreply@x.example' }] }),
  ],
  ['X-Auto-Response-Suppress: All', withHeader('x-auto-response-suppress', 'All')],
  ['X-Auto-Response-Suppress: DR, AutoReply', withHeader('x-auto-response-suppress', 'DR, autoreply')],
  ['X-Auto-Response-Suppress: OOF', withHeader('x-auto-response-suppress', 'OOF')],
  ['X-Autoreply', withHeader('x-autoreply', 'yes')],
  ['X-Autorespond', withHeader('x-autorespond', '')],
  ['multipart/report', withHeader('content-type', 'Multipart/Report; report-type=delivery-status')],
  ['our own address', from('robin@marlow.example')],
  ['another address of ours', from('OTHER@marlow.example')],
  ['an answer that would come to us', { ...GOOD, recipient: 'other@marlow.example' }],
  ['nobody to answer', { ...GOOD, recipient: null }],
  ['we are in none of To, Cc, Bcc', to({ to: BOB, cc: BOB, bcc: [] })],
  ['it names nobody', to({ to: [] })],
  ['another account of ours is named', to({ to: [{ name: '', address: 'other@marlow.example' }] })],
  ['spam', { ...GOOD, discarded: true }],
  ['nobody vouches', { ...GOOD, authenticated: false }],
  ['it is older than a day', at('2026-01-14T08:59:59.999Z')],
];

test.each(MUST_NOT)('must not be answered: %s', (_, input) => {
  expect(whyNoAutoReply(input).length).toBeGreaterThan(0);
});

test('each reason is a sentence of its own, and all are told', () => {
  const all = whyNoAutoReply({
    ...GOOD,
    authenticated: false,
    discarded: true,
    recipient: null,
    mail: {
      ...GOOD.mail,
      headers: [
        ['precedence', 'bulk'],
        ['list-id', 'x'],
      ],
      to: [],
    },
  });
  expect(all).toHaveLength(6);
  for (const sentence of all) expect(sentence).toMatch(/^[A-Z].*\.$/);
});
