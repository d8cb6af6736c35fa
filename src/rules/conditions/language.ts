import { z } from 'zod';
import { defineCondition } from '#rules/condition.ts';
import { LANGUAGE_CODES, languageName, languageOf, mayBeIn } from '#rules/language-of.ts';

export const language = defineCondition({
  type: 'language',
  title: 'Language',
  describe: 'The text is mostly in this language. Very short texts have none.',
  parameters: z.strictObject({
    value: z.enum(LANGUAGE_CODES).describe('A language code such as en, de or ja'),
  }),
  compile:
    ({ value }) =>
    (facts) =>
      mayBeIn(value, facts.newText) && facts.language(languageOf) === value,
  explain: ({ value }) => `it is written in ${languageName(value)}`,
});
