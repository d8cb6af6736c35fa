import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SUMMARY_CHARS } from '#config/limits-digests.ts';
import { firstSentences } from './first-sentences.ts';

test.each([
  ['nothing', '', ''],
  ['a greeting is left out', 'Dear Robin,\n\nThe tide is late. So am I.', 'The tide is late. So am I.'],
  ['a greeting right above the text is left out', 'Hi Robin,\nThe tide is late.', 'The tide is late.'],
  ['a greeting alone is what there is', 'Hi Robin,', 'Hi Robin,'],
  [
    'wrapped lines are one sentence',
    'The tide table\nthat lied was\nprinted in May.',
    'The tide table that lied was printed in May.',
  ],
  ['three sentences at most', 'One. Two. Three. Four.', 'One. Two. Three.'],
  [
    'links go, and what only named them',
    'See you there.\nMap: https://maps.example/x?y=1\nBye.',
    'See you there. Bye.',
  ],
  [
    'links within a sentence go',
    'Read (https://a.example/b) this at www.c.example today.',
    'Read this at today.',
  ],
  ['images go', 'Before [image: a cat] after [cid:part1].', 'Before after .'],
  ['rulers go', 'News\n=====\n\nAll is well.', 'News All is well.'],
  [
    'Japanese',
    '潮位データについて。更新は毎時です。ありがとう。以上。',
    '潮位データについて。 更新は毎時です。 ありがとう。',
  ],
  [
    'Arabic, with its own comma after a greeting',
    'مرحبا روبن،\n\nهل الترجمة جاهزة؟ شكرا.',
    'هل الترجمة جاهزة؟ شكرا.',
  ],
])('%s', (_, text, wanted) => {
  expect(firstSentences(text)).toBe(wanted);
});

test('one sentence that is too long is cut, and a further one that does not fit is left out', () => {
  const long = `${'Word '.repeat(200).trim()}.`;
  expect(firstSentences(long)).toHaveLength(SUMMARY_CHARS);
  expect(firstSentences(long).endsWith('…')).toBe(true);
  expect(firstSentences(`Short. ${long}`)).toBe('Short.');
});

/** Any UTF-16 units, halves of pairs too. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 300 })
  .map((units) => String.fromCharCode(...units));

test('whatever the text, the summary is one plain line that is short enough', () => {
  const piece = fc.constantFrom(
    '<<<<',
    '((((',
    'https://x.example/',
    '[image:',
    '\u202e',
    '\u0000',
    '́',
    '\n',
    ' ',
    'A.',
    'data:',
    '\ud800',
  );
  const text = fc.oneof(
    anyText,
    fc.array(piece, { maxLength: 300 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, (given) => {
      const summary = firstSentences(given);
      expect(summary.length).toBeLessThanOrEqual(SUMMARY_CHARS);
      expect(summary).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]|:\/\//u);
      expect(summary).toBe(summary.trim());
    }),
  );
});
