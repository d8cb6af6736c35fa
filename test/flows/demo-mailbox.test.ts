import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { demoMessages } from './demo-messages.ts';

const run = promisify(execFile);
const parsed = (await demoMessages()).map((m) => m.mail);

test('the committed mailbox is what its source writes', async () => {
  await expect(run(process.execPath, ['demo/make-mailbox.ts', '--check'])).resolves.toBeDefined();
});

test('every message of the demo mailbox reads without a flaw', () => {
  expect(parsed.length).toBeGreaterThan(350);
  for (const mail of parsed) {
    const name = mail.subject;
    expect(mail.notes, name).toEqual([]);
    expect(name, name).toMatch(/\S/);
    expect(mail.text, name).toMatch(/\S/);
    expect(mail.from[0]?.address, name).toMatch(/@/);
    expect(mail.date, name).toMatch(/^202[56]-/);
    expect(`${name} ${mail.text} ${mail.html}`, name).not.toMatch(/\ufffd|=\?utf-8|undefined|\[object/i);
  }
});

test('no two demo messages are the same', () => {
  const ids = parsed.map((m) => m.rfc822MessageId);
  const texts = parsed.map((m) => m.text);
  const openings = parsed.filter((m) => m.inReplyTo === null).map((m) => m.subject);
  for (const list of [ids, texts, openings]) expect(list.filter((x, i) => list.indexOf(x) !== i)).toEqual([]);
});

test('the demo mailbox holds at least forty conversations of two to six messages', () => {
  const sizes = new Map<string, number>();
  for (const mail of parsed) {
    const root = mail.references[0] ?? mail.rfc822MessageId ?? '';
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
  }
  const conversations = [...sizes.values()].filter((n) => n > 1);
  expect(conversations.length).toBeGreaterThanOrEqual(40);
  expect(Math.max(...conversations)).toBeLessThanOrEqual(6);
});

test('the demo mailbox covers a month and several hours of the day', () => {
  const days = new Set(parsed.map((m) => m.date?.slice(0, 10)));
  const hours = new Set(parsed.map((m) => m.date?.slice(11, 13)));
  expect([...days].sort()[0]).toBe('2025-12-17');
  expect([...days].sort().at(-1)).toBe('2026-01-15');
  expect(days.size).toBe(30);
  expect(hours.size).toBe(24);
});

test('every address and link of the demo mailbox is under a domain reserved for examples', () => {
  const reserved = /(?:^|\.)(?:example|test)$|(?:^|\.)example\.(?:com|net|org)$/;
  const said = parsed
    .map((m) => `${m.text} ${m.html} ${m.headers.map(([, value]) => value).join(' ')}`)
    .join(' ');
  const hosts = [...said.matchAll(/(?:[\w+]@|https?:\/\/|mailto:\S+@)([a-z0-9-]+(?:\.[a-z0-9-]+)*)/gi)];
  expect(hosts.length).toBeGreaterThan(1000);
  expect(
    [...new Set(hosts.map(([, host = '']) => host.toLowerCase()))].filter((h) => !reserved.test(h)),
  ).toEqual([]);
});
