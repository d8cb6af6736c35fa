import { expect, test } from 'vitest';
import { z } from 'zod';
import { compileTree } from '#rules/compile.ts';
import { explainConditions } from '#rules/explain.ts';
import { conditionTree } from '#rules/tree.ts';
import { toInstant } from '#std/time.ts';
import { facts } from '#test/kit/rules.ts';
import { CONDITIONS } from './catalog.ts';

type Case = [
  leaf: { type: string } & Record<string, unknown>,
  yes: ReturnType<typeof facts>[],
  no: ReturnType<typeof facts>[],
];

const header = (name: string, value: string) => facts({ headers: [[name, value]] });
const file = (filename: string, mimeType: string, inline = false) =>
  facts({ attachments: [{ index: 0, filename, mimeType, sizeBytes: 1, contentId: null, inline }] });
const auth = (dmarc: 'pass' | 'fail') => facts({}, { auth: { spf: 'none', dkim: 'unknown', dmarc } });
const from = (...addresses: string[]) => facts({ from: addresses });
const to = (...addresses: string[]) => facts({ to: addresses });
const DAY = 86_400_000;
const now = toInstant(30 * DAY);
const GERMAN = 'Sehr geehrte Damen und Herren, anbei erhalten Sie die Rechnung für den letzten Monat.';

const cases: Case[] = [
  [
    { type: 'sender_email', value: 'Ada@Example.com' },
    [from('ada@EXAMPLE.com'), from('x@y.z', 'ADA@example.com')],
    [from('ada@example.com.evil.test'), from('')],
  ],
  [
    { type: 'sender_email', value: '*@example.com' },
    [from('bob@example.com')],
    [from('bob@mail.example.com')],
  ],
  [{ type: 'sender_email', value: 'no?reply@*' }, [from('no-reply@a.b')], [from('noreply@a.b')]],
  [
    { type: 'sender_domain', value: 'example.com' },
    [from('a@example.com')],
    [from('a@mail.example.com'), from('a@badexample.com')],
  ],
  [
    { type: 'sender_domain', value: '@example.com', include_subdomains: true },
    [from('a@b.c.example.com'), from('a@example.com')],
    [from('a@badexample.com'), from('a@com')],
  ],
  [
    { type: 'sender_domain', value: 'münchen.example' },
    [from('a@xn--mnchen-3ya.example')],
    [from('a@munchen.example')],
  ],
  [
    { type: 'recipient', value: 'me+shop@example.com' },
    [to('ME+shop@example.com'), facts({ bcc: [{ name: '', address: 'me+shop@example.com' }] })],
    [to('me@example.com')],
  ],
  [
    { type: 'recipient', value: 'me@example.com', any_tag: true },
    [to('me+any@example.com'), to('me@example.com')],
    [to('you+me@example.com')],
  ],
  [
    { type: 'subject_contains', value: 'Invoice' },
    [facts({ subject: 'Your ＩＮＶＯＩＣＥ' })],
    [facts({ text: 'invoice' })],
  ],
  [
    { type: 'body_contains', value: 'pay now' },
    [facts({ text: 'Please PAY\r\nnow!' })],
    [facts({ subject: 'pay now' })],
  ],
  [
    { type: 'subject_regex', value: '^order \\d+$' },
    [facts({ subject: 'Order 12' })],
    [facts({ subject: 'My order 12' })],
  ],
  [
    { type: 'subject_regex', value: 'Order', case_sensitive: true },
    [facts({ subject: 'Order 12' })],
    [facts({ subject: 'order 12' })],
  ],
  [
    { type: 'body_regex', value: 'total:\\s+\\$\\d+' },
    [facts({ text: 'Total:\n $12' })],
    [facts({ text: 'total: none' })],
  ],
  [
    { type: 'header_match', header: 'X-Mailer', value: 'bulk' },
    [header('x-mailer', 'BulkMailer 1')],
    [header('x-other', 'bulk'), facts()],
  ],
  [{ type: 'label_present', value: 'INBOX' }, [facts()], [facts({}, { labels: ['inbox'] })]],
  [
    { type: 'list_id', value: 'news.example.com' },
    [header('list-id', 'The News <News.Example.com>')],
    [header('list-id', '<news.example.com.evil>')],
  ],
  [{ type: 'list_id', value: '*.example.com' }, [header('list-id', '<news.example.com>')], [facts()]],
  [
    { type: 'is_reply' },
    [facts({ inReplyTo: 'a@b' }), facts({ references: ['a@b'] })],
    [facts({ subject: 'Re: hello' })],
  ],
  [
    { type: 'is_bulk' },
    [header('list-unsubscribe', '<mailto:a@b>'), header('precedence', 'Bulk')],
    [facts(), header('precedence', 'first')],
  ],
  [
    { type: 'has_attachment', value: true },
    [file('a.pdf', 'application/pdf')],
    [facts(), file('a.png', 'image/png', true)],
  ],
  [{ type: 'attachment_name', value: 'invoice' }, [file('My INVOICE.pdf', 'x/y')], [file('a.pdf', 'x/y')]],
  [{ type: 'attachment_name', value: '*.PDF' }, [file('a.pdf', 'x/y')], [file('a.pdf.exe', 'x/y')]],
  [{ type: 'attachment_type', value: 'image/*' }, [file('a', 'Image/PNG')], [file('a', 'text/plain')]],
  [{ type: 'size_over', value: '5 kB' }, [facts({}, { sizeBytes: 5001 })], [facts({}, { sizeBytes: 5000 })]],
  [{ type: 'size_over', value: 10 }, [facts({}, { sizeBytes: 11 })], [facts({}, { sizeBytes: 10 })]],
  [
    { type: 'age_over', value: '7d' },
    [facts({}, { now, receivedAt: toInstant(22 * DAY) })],
    [facts({}, { now, receivedAt: toInstant(23 * DAY) })],
  ],
  [{ type: 'authenticated', value: 'dmarc' }, [auth('pass')], [auth('fail'), facts()]],
  [{ type: 'authenticated', value: 'spf', result: 'unknown' }, [facts()], [auth('pass')]],
  [{ type: 'known_sender', value: false }, [facts()], [facts({}, { knownSender: true })]],
  [{ type: 'calendar_invite' }, [facts({ hasCalendar: true })], [facts()]],
  [
    { type: 'language', value: 'de' },
    [facts({ text: GERMAN })],
    [facts({ text: 'Hallo' }), facts({ text: 'Please find the invoice for last month attached.' })],
  ],
];

test.each(cases)('%j', (leaf, yes, no) => {
  const holds = compileTree(conditionTree.parse(leaf));
  expect(yes.map(holds)).toEqual(yes.map(() => true));
  expect(no.map(holds)).toEqual(no.map(() => false));
});

test('every condition is tested here and described everywhere', () => {
  expect(new Set(cases.map(([leaf]) => leaf.type))).toEqual(new Set(CONDITIONS.map((c) => c.type)));
  for (const condition of CONDITIONS) {
    expect(condition.title).not.toBe('');
    expect(condition.describe).toMatch(/\.$/);
    const schema = z.toJSONSchema(condition.parameters, { io: 'input' }) as {
      properties: Record<string, { description?: string }>;
    };
    expect(Object.keys(schema.properties)).toContain('value');
    for (const [field, { description }] of Object.entries(schema.properties)) {
      expect(description, `${condition.type}.${field}`).toBeTruthy();
    }
  }
});

test('every condition explains itself in a clause', () => {
  for (const [leaf] of cases) expect(explainConditions(leaf)).toMatch(/^(?:the|it|an?|no|you) \S+ /);
});
