import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAppError } from '#std/errors.ts';
import { parseSearch, toFts5, toTsquery } from './search-query.ts';

test.each([
  ['tea', '(("tea"))', "('tea')"],
  ['green tea', '(("green") AND ("tea"))', "('green') & ('tea')"],
  ['"green tea"', '(("green tea"))', "('green' <-> 'tea')"],
  ['te*', '(("te" *))', "('te':*)"],
  ['"green te"*', '(("green te" *))', "('green' <-> 'te':*)"],
  ['from:ada@example.com', '(({sender} : "ada example com"))', "('ada':B <-> 'example':B <-> 'com':B)"],
  ['subject:"a b" -c', '(({subject} : "a b")) NOT ("c")', "('a':A <-> 'b':A) & !('c')"],
  ['12:30', '(("12 30"))', "('12' <-> '30')"],
  ['Café', '(("cafe"))', "('cafe')"],
])('%s is looked for as %s', (text, fts, ts) => {
  const { terms } = parseSearch(text);
  expect(toFts5(terms)).toBe(fts);
  expect(toTsquery(terms)).toBe(ts);
});

test('flags, labels and dates are told from words', () => {
  expect(
    parseSearch('is:unread -is:starred label:"My label" has:attachment after:2026-01-31 tea'),
  ).toMatchObject({
    unread: true,
    starred: false,
    labels: ['My label'],
    hasAttachment: true,
    after: '2026-01-31T00:00:00.000Z',
    terms: [{ words: ['tea'] }],
  });
});

test.each(['is:nothing', 'has:wings', 'after:someday', '-tea', 'x'.repeat(501)])(
  '%s is explained, not guessed',
  (text) => {
    expect(() => parseSearch(text)).toThrow(expect.objectContaining({ code: 'search.bad-query' }));
  },
);

test('whatever is typed, only words and bound values come out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
      try {
        const { terms } = parseSearch(text);
        const words = terms.flatMap((t) => t.words);
        for (const word of words) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
        if (terms.length > 0) expect(toFts5(terms)).toMatch(/^[\p{L}\p{N} "{}:()*]*$/u);
      } catch (e) {
        if (!isAppError(e, 'search.bad-query')) throw e;
      }
    }),
    { numRuns: 2_000 },
  );
});
