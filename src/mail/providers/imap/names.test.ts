import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IMAP_KEYWORD_CHARS } from '#config/limits-imap.ts';
import { isLabel, keywordFor, labelIdOf, nameOf } from './keywords.ts';
import { pagesOf, uidSet } from './uid-set.ts';
import { fromUtf7, toUtf7 } from './utf7.ts';

/** What an atom may hold (RFC 9051 §9). */
const ATOM = /^[!#$&'+,./0-9:;<=>?@A-Z[^_`a-z|}~-]+$/;

test('a keyword is an atom, short enough, and tells its name again unless that was too long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (text) => {
      const name = text.normalize('NFC').trim();
      fc.pre(name !== '' && !/\p{Cc}/u.test(name));
      const keyword = keywordFor(name);
      expect(keyword).toMatch(ATOM);
      expect(keyword.length).toBeLessThanOrEqual(IMAP_KEYWORD_CHARS);
      if (!keyword.startsWith('label-')) expect(nameOf(keyword)).toBe(name);
    }),
  );
});

test('a label has the same id in any case of its letters', () => {
  expect(labelIdOf(keywordFor('To Read'))).toBe(labelIdOf(keywordFor('TO READ')));
  expect(labelIdOf(keywordFor('Café'))).toBe(labelIdOf(keywordFor('CAFÉ')));
  expect(labelIdOf(keywordFor('a'))).not.toBe(labelIdOf(keywordFor('b')));
});

test.each([
  ['$label1', 'Important'],
  ['To_Read', 'To Read'],
  ['caf=C3=A9', 'café'],
  ['a=FF', 'a=FF'],
  ['=0A', '=0A'],
])('the keyword %s is called %s', (keyword, name) => {
  expect(nameOf(keyword)).toBe(name);
});

test.each(['$Forwarded', '$Junk', 'NonJunk', '\\Seen', '$MDNSent'])('%s is no label', (keyword) => {
  expect(isLabel(keyword)).toBe(false);
});

test("Gmail's labels are written in modified UTF-7 and read back", () => {
  expect(toUtf7('Überweisung & mehr')).toBe('&ANw-berweisung &- mehr');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(fromUtf7(toUtf7(text))).toBe(text);
    }),
  );
});

test('a set of UIDs names each once, in runs', () => {
  expect(uidSet([9, 3, 4, 5, 3])).toBe('3:5,9');
  expect(uidSet({ from: 5, to: 4 })).toBe('');
  expect([...pagesOf([1, 2, 3], 2)]).toEqual([[1, 2], [3]]);
});
