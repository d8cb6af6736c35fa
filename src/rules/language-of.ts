import { franc } from 'franc';
import { LANGUAGE_CHARS, LANGUAGE_MIN_CHARS } from '#config/limits.ts';

/** ISO 639-1 code, the ISO 639-3 code that the detector uses, and the English name. */
const LANGUAGES = [
  ['ar', 'arb', 'Arabic'],
  ['cs', 'ces', 'Czech'],
  ['da', 'dan', 'Danish'],
  ['de', 'deu', 'German'],
  ['el', 'ell', 'Greek'],
  ['en', 'eng', 'English'],
  ['es', 'spa', 'Spanish'],
  ['fi', 'fin', 'Finnish'],
  ['fr', 'fra', 'French'],
  ['he', 'heb', 'Hebrew'],
  ['hi', 'hin', 'Hindi'],
  ['hu', 'hun', 'Hungarian'],
  ['it', 'ita', 'Italian'],
  ['ja', 'jpn', 'Japanese'],
  ['ko', 'kor', 'Korean'],
  ['nl', 'nld', 'Dutch'],
  ['pl', 'pol', 'Polish'],
  ['pt', 'por', 'Portuguese'],
  ['ro', 'ron', 'Romanian'],
  ['ru', 'rus', 'Russian'],
  ['sv', 'swe', 'Swedish'],
  ['th', 'tha', 'Thai'],
  ['tr', 'tur', 'Turkish'],
  ['uk', 'ukr', 'Ukrainian'],
  ['vi', 'vie', 'Vietnamese'],
  ['zh', 'cmn', 'Chinese'],
] as const;

export type LanguageCode = (typeof LANGUAGES)[number][0];
export const LANGUAGE_CODES = LANGUAGES.map(([code]) => code) as [LanguageCode, ...LanguageCode[]];

// The fewer languages the detector may answer with, the more often it is right about a short text.
const ONLY = LANGUAGES.map(([, detected]) => detected as string);
const CODE_OF = new Map<string, LanguageCode>(LANGUAGES.map(([code, detected]) => [detected, code]));
const NAMES = new Map<string, string>(LANGUAGES.map(([code, , name]) => [code, name]));

/** One character of these scripts says as much as three letters. */
const DENSE = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g;

/** The script of a language that is not written in Latin letters. */
const SCRIPT_OF: Partial<Record<LanguageCode, RegExp>> = {
  ar: /\p{Script=Arabic}/u,
  el: /\p{Script=Greek}/u,
  he: /\p{Script=Hebrew}/u,
  hi: /\p{Script=Devanagari}/u,
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  ko: /\p{Script=Hangul}/u,
  ru: /\p{Script=Cyrillic}/u,
  th: /\p{Script=Thai}/u,
  uk: /\p{Script=Cyrillic}/u,
  zh: /\p{Script=Han}/u,
};
const LATIN = /\p{Script=Latin}/u;

/** False when the text has no letter of the language's script: that is cheap to see, and settles most questions. */
export const mayBeIn = (code: LanguageCode, text: string): boolean =>
  (SCRIPT_OF[code] ?? LATIN).test(text.slice(0, LANGUAGE_CHARS));

export const languageName = (code: string): string => NAMES.get(code) ?? code;

/** The code of the language a text is mostly in, '' when it is too short or nothing fits. */
export const languageOf = (text: string): string => {
  const start = text
    .slice(0, LANGUAGE_CHARS)
    .replace(/\b(?:https?:\/\/|www\.)\S+|\S+@\S+/g, ' ')
    .trim();
  const weight = start.length + 2 * (start.match(DENSE)?.length ?? 0);
  if (weight < LANGUAGE_MIN_CHARS) return '';
  return CODE_OF.get(franc(start, { only: ONLY, minLength: 1 })) ?? '';
};
