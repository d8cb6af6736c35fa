import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Automaton } from './automaton.ts';

const text = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '1', '-', 'é', '票', '発'), maxLength });

test('every word that occurs is reported', () => {
  fc.assert(
    fc.property(
      fc.array(
        text(14).filter((w) => w !== ''),
        { maxLength: 20 },
      ),
      text(80),
      (words, hay) => {
        const found = new Set<number>();
        new Automaton(words).scan(hay, (w) => found.add(w));
        for (const [i, word] of words.entries()) if (hay.includes(word)) expect(found).toContain(i);
      },
    ),
    { numRuns: 500 },
  );
});

test('words of plain letters that are short are reported only where they occur', () => {
  const found: number[] = [];
  new Automaton(['invoice', 'voice', 'receipt', 'in']).scan('the invoice', (w) => found.push(w));
  expect(found.toSorted()).toEqual([0, 1, 3]);
});

test('no words find nothing', () => {
  new Automaton([]).scan('anything', () => expect.unreachable());
});
