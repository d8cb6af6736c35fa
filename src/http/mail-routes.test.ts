import { expect, test } from 'vitest';
import { testApp } from '#test/kit/test-app.ts';

test('a delivered mail is listed, read, searched and acted on', async () => {
  await using app = await testApp();
  await app.addRule({
    name: 'Invoices',
    conditions: { type: 'subject_contains', value: 'invoice' },
    actions: [{ type: 'apply_label', parameters: { label: 'Money' } }],
  });
  await app.deliver(
    { subject: 'Invoice 12', text: 'Please pay soon.', messageId: 'a@x.example' },
    { subject: 'Re: Invoice 12', inReplyTo: 'a@x.example', text: 'Paid.', flags: ['seen'] },
    { subject: 'Lunch?', from: 'Grace <grace@navy.example>', text: 'At noon.' },
  );
  await app.drain();
  const api = await app.serve();
  const threads = await api.call('GET', '/api/threads?label=inbox');
  expect(threads.status, threads.text).toBe(200);
  expect(threads.json.items).toHaveLength(2);
  const invoice = threads.json.items.find((t: { subject: string }) => t.subject === 'Invoice 12');
  expect(invoice).toMatchObject({ messageCount: 2, unread: true, ruleNames: ['Invoices'] });
  const thread = await api.call('GET', `/api/threads/${invoice.id}`);
  expect(thread.status, thread.text).toBe(200);
  expect(thread.json.messages[0]).toMatchObject({
    subject: 'Invoice 12',
    decision: { ruleName: 'Invoices' },
  });
  for (const path of [
    '/api/today',
    '/api/status',
    '/api/accounts',
    '/api/labels',
    '/api/actions',
    '/api/approvals',
    '/api/rules/deterministic',
    '/api/rules/catalog',
    '/api/jobs',
    '/api/jobs/stats',
    '/api/settings',
    '/api/search?q=pay',
    '/api/threads?q=invoice',
    '/api/threads',
  ]) {
    const answer = await api.call('GET', path);
    expect(answer.status, `${path}: ${answer.text}`).toBe(200);
  }
});
