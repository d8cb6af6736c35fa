import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { isAppError } from '#std/errors.ts';
import { compileExpression, requiredWords } from './expression.ts';
import { fold, plainWidth } from './fold.ts';

const matches = (source: string, text: string) => {
  const plain = plainWidth(text);
  return compileExpression(source).test(plain, () => fold(text));
};

test.each([
  ['invoice\\s+\\d+', ['invoice']],
  ['(?i)Order|Receipt', ['order', 'receipt']],
  ['^(?:re|fwd?):\\s*alpha', ['alpha']],
  ['ab|receipt', null],
  ['colou?r', ['colo']],
  ['a.*b', null],
  ['(invoice)?', null],
  ['(invoice){0,2}x', null],
  ['(invoice)+', ['invoice']],
  ['[invoice]', null],
  ['\\Qinvoice\\E', null],
  ['\\x69nvoice', null],
  ['\\123invoice', null],
  ['\\.example\\.com', ['.example.com']],
])('the words that %j requires are %j', (source, words) => {
  expect(requiredWords(source)).toEqual(words);
});

const atom = fc.constantFrom(
  'abc',
  'a',
  'b',
  'é',
  '.',
  '\\d',
  '\\b',
  '[abc]',
  '[^a]',
  '\\.',
  ' ',
  '(?i)',
  '(?m)',
  '^',
  '$',
  '{',
  '-',
);
const count = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{0,1}', '{1,3}', '{1,}', '+?');
const expression: fc.Arbitrary<string> = fc
  .letrec<{ e: string }>((tie) => ({
    e: fc.oneof(
      { maxDepth: 3 },
      atom,
      fc.tuple(tie('e'), tie('e')).map(([a, b]) => a + b),
      fc.tuple(tie('e'), tie('e')).map(([a, b]) => `(?:${a}|${b})`),
      fc.tuple(tie('e'), count).map(([a, c]) => `(${a})${c}`),
      fc.tuple(atom, count).map(([a, c]) => a + c),
    ),
  }))
  .e.chain((inner) => fc.constantFrom(inner, `^${inner}$`, `^*${inner}$`, `^(?:${inner})$`));

test('looking for literals first never changes an answer', () => {
  fc.assert(
    fc.property(
      expression,
      fc.string({
        unit: fc.constantFrom('a', 'b', 'c', 'A', '1', ' ', '\n', '.', 'é', '\u0301', '\u200b', '😀'),
        maxLength: 14,
      }),
      (source, text) => {
        let direct: boolean;
        try {
          direct = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE).test(plainWidth(text));
          compileExpression(source);
        } catch {
          // What is refused has no answer to change.
          return;
        }
        expect(matches(source, text)).toBe(direct);
      },
    ),
    { numRuns: 3000 },
  );
});

test.each([
  ['(?=a)b', /Look-ahead/],
  ['(a)\\1', /Back-references/],
  ['[a', /bracket/],
  ['a**', /one repetition/],
  ['x{1,200}', /smaller/],
])('the expression %s is refused with a way out', (source, help) => {
  try {
    compileExpression(source);
    expect.unreachable();
  } catch (e) {
    if (!isAppError(e, 'rules.bad-expression')) throw e;
    expect(e.kind).toBe('input');
    expect(e.help).toMatch(help);
  }
});

test('only the start of a very long text is matched', () => {
  expect(matches('needle', `${'.'.repeat(49_990)}needle`)).toBe(true);
  expect(matches('needle', `${'.'.repeat(50_000)}needle`)).toBe(false);
});

test('an expression that hangs backtracking engines answers', () => {
  expect(matches('(a|aa)+$', `${'a'.repeat(40_000)}!`)).toBe(false);
  expect(matches('(\\w+\\s?)+:$', 'word '.repeat(8_000))).toBe(false);
});

test.each([
  ['(a+)+$', 'a+'],
  ['^(?:\\d*)*x', '\\d*'],
  ['([a-z]+)*', '[a-z]+'],
])('%s repeats a repetition, and the error says what to write', (source, instead) => {
  expect(() => compileExpression(source)).toThrow(
    expect.objectContaining({ code: 'rules.bad-expression', help: expect.stringContaining(instead) }),
  );
});

test.each(['(ab+)+', '(a+b)+', '(foo|bar)+', '\\(a+\\)+', '(a+)', '(a+)b+'])(
  '%s is no such thing',
  (source) => {
    expect(() => compileExpression(source)).not.toThrow();
  },
);
