import { z } from 'zod';
import { defineCondition, quote, textValue } from '#rules/condition.ts';
import { fold } from '#rules/fold.ts';

export const subjectContains = defineCondition({
  type: 'subject_contains',
  title: 'Subject contains',
  describe: 'The subject holds this text, whatever its case and width.',
  parameters: z.strictObject({ value: textValue('The text to look for') }),
  compile: ({ value }) => {
    const word = fold(value);
    return (facts) => facts.foldedSubject.includes(word);
  },
  explain: ({ value }) => `the subject contains ${quote(value)}`,
  index: ({ value }) => {
    const word = fold(value);
    return word === '' ? null : [{ on: 'text', field: 'subject', word }];
  },
});
