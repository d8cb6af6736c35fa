import { RE2JS } from 're2js';
import { RULE_EXPRESSION_CHARS, RULE_EXPRESSION_SIZE } from '#config/limits.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import { fold, isAscii } from './fold.ts';
import { requirements } from './literal.ts';

export interface Expression {
  /** @param whole the text in plain width, of which the start up to the limit is matched @param folded the same, folded */
  test(whole: string, folded: () => string): boolean;
}

const bad = (reason: string, help: string): AppError =>
  new AppError('input', 'rules.bad-expression', `The regular expression can't be used: ${reason}`, { help });

const helpFor = (reason: string): string => {
  if (/invalid or unsupported Perl syntax/.test(reason)) {
    return 'Look-ahead and look-behind are not supported, since they can take for ever. Use two conditions, one of them under "not".';
  }
  if (/escape/.test(reason)) {
    return 'Back-references such as \\1 are not supported. Write a backslash itself as \\\\.';
  }
  if (/missing closing|unexpected \)/.test(reason)) {
    return 'Check that every bracket is closed; write a bracket that is meant as text with a backslash before it.';
  }
  if (/repeat|repetition/.test(reason)) return 'Use one repetition at a time, of at most 1000.';
  return 'Write it in RE2 syntax (https://github.com/google/re2/wiki/Syntax).';
};

const reasonOf = (e: unknown): string => errorMessage(e).replace(/^error parsing regexp:\s*/, '');

/** One character, escape or class, repeated, alone in a group that is itself repeated: `(a+)+`, `(?:\\d*)*`. */
const REPEATED_TWICE = /(?<!\\)\((?:\?:|\?P?<\w+>)?((?:\\.|\[(?:\\.|[^\]\\])+\]|[^()[\]\\|*+?])[*+])\)[*+]/;

/**
 * Such an expression says nothing that the inner repetition does not say alone, and it is how expressions that take for
 * ever elsewhere are written: it is nearly always a slip. Throws `rules.bad-expression`.
 */
const refuseRepeatedTwice = (source: string): void => {
  const found = REPEATED_TWICE.exec(source);
  if (found) throw bad(`${found[0]} repeats a repetition`, `Write ${found[1]}: it matches the same.`);
};

/** Folded words of which every folded text that the expression matches holds at least one, or null. */
export const requiredWords = (source: string): string[] | null => {
  const words = requirements(source).literals?.map(fold);
  return words?.every((w) => w !== '') ? words : null;
};

/**
 * Compiles a user's regular expression. Matching takes time linear in the text, whatever the expression (RE2); texts
 * without its required literals are told apart without running it.
 * @throws AppError input `rules.bad-expression`
 */
export const compileExpression = (source: string, caseSensitive = false): Expression => {
  refuseRepeatedTwice(source);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source, caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (e) {
    const reason = reasonOf(e);
    throw bad(reason, helpFor(reason));
  }
  if (compiled.programSize() > RULE_EXPRESSION_SIZE) {
    throw bad(
      `it needs ${compiled.programSize()} steps and ${RULE_EXPRESSION_SIZE} is the most`,
      'Make counted repetitions such as {1,200} smaller, or use * or +.',
    );
  }
  const words = requiredWords(source);
  const { min, max } = requirements(source);
  return {
    test: (whole, folded) => {
      const plain = whole.length > RULE_EXPRESSION_CHARS ? whole.slice(0, RULE_EXPRESSION_CHARS) : whole;
      // A code point takes one or two units of a string.
      const units = plain.length;
      if (units < min || (units > max && (units > 2 * max || isAscii(plain)))) return false;
      if (words !== null) {
        const text = folded();
        if (!words.some((w) => text.includes(w))) return false;
      }
      return compiled.test(plain);
    },
  };
};
