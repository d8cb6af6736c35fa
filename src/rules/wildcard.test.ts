import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitsWildcard, longestLiteral } from './wildcard.ts';

const char = fc.constantFrom('a', 'b', '*', '?');

test('a pattern fits as the same regular expression does', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: char, maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 }),
      (pattern, text) => {
        const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(fitsWildcard(pattern, text)).toBe(regex.test(text));
        if (regex.test(text)) expect(text).toContain(longestLiteral(pattern));
      },
    ),
    { numRuns: 500 },
  );
});
