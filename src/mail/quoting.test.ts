import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instant } from '#std/time.ts';
import { newTextOf } from './quotes.ts';
import { forwardHead, quoted } from './quoting.ts';

const AT = '2026-01-15T09:00:00.000Z' as Instant;
const MAIL = {
  from: [{ name: 'Ada', address: 'ada@example.com' }],
  date: AT,
  text: 'Lunch?\n\n> At noon?\nNo.\n',
};

test('an answer says whom it answers and when they wrote, and quotes each line once more', () => {
  expect(quoted(MAIL, AT, 20_000)).toBe(
    'On Thu, 15 Jan 2026 at 09:00 UTC, Ada wrote:\n> Lunch?\n>\n>> At noon?\n> No.',
  );
});

test('a message without a name, a date or a readable sender is quoted all the same', () => {
  const from = (name: string, address: string) => quoted({ ...MAIL, from: [{ name, address }] }, AT, 20_000);
  expect(from('', 'ada@example.com')).toMatch(/, ada@example.com wrote:\n/);
  expect(quoted({ ...MAIL, from: [], date: null }, AT, 20_000)).toMatch(
    /^On Thu, 15 Jan .*, somebody wrote:\n/,
  );
  expect(from('Ada\nBcc: eve@evil.test\u202e', 'x')).toMatch(/^[^\n]*, Ada Bcc: eve@evil.test wrote:\n/);
});

test('an empty message is not quoted, and neither is one for which there is no room', () => {
  expect(quoted({ ...MAIL, text: ' \n ' }, AT, 20_000)).toBe('');
  expect(quoted(MAIL, AT, 100)).toBe('');
  expect(quoted(MAIL, AT, -5)).toBe('');
});

test('whatever is quoted, it keeps within its room, shows no line unmarked, and is told apart from the answer', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 5_000 }),
      fc.integer({ min: 1_200, max: 6_000 }),
      (text, room) => {
        const below = quoted({ ...MAIL, text: text.repeat(3) }, AT, room);
        expect(below.length).toBeLessThanOrEqual(room);
        const [, ...lines] = below.split('\n');
        for (const line of lines) expect(line).toMatch(/^>/);
        expect(newTextOf(`Yes, gladly.\n\n${below}\n`)).toBe('Yes, gladly.');
      },
    ),
  );
});

test('what was left out of a long message shows', () => {
  const long = quoted({ ...MAIL, text: 'A line.\n'.repeat(1_000) }, AT, 2_000);
  expect(long.length).toBeGreaterThan(1_900);
  expect(long).toMatch(/\n> A line\.\n> \[…\]$/);
});

test('above a message that is sent on stands who wrote it to whom', () => {
  const [ada] = MAIL.from;
  expect(
    forwardHead({
      ...MAIL,
      subject: 'Lunch',
      to: [{ name: '', address: 'b@x.example' }],
      cc: ada ? [ada] : [],
    }),
  ).toBe(
    '---------- Forwarded message ----------\nFrom: Ada <ada@example.com>\nDate: Thu, 15 Jan 2026 at 09:00 UTC\n' +
      'Subject: Lunch\nTo: b@x.example\nCc: Ada <ada@example.com>',
  );
});
