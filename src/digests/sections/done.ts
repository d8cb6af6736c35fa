import { z } from 'zod';
import { DIGEST_DONE_EXAMPLES, DIGEST_DONE_KINDS } from '#config/limits-digests.ts';
import { doneLines } from '#digests/acting-text.ts';
import { collectDone } from '#digests/collect-done.ts';
import { defineSection } from './define.ts';
import { idSchema, lineSchema, personSchema } from './entry.ts';

export const doneSchema = z
  .strictObject({
    ruleId: idSchema.nullable().describe('The rule that asked for it.'),
    ruleName: lineSchema.nullable(),
    messageCount: z.number().int().min(1),
    kinds: z
      .array(
        z.strictObject({
          type: z.string().max(100).describe('A name of the catalog of actions.'),
          title: lineSchema.describe('For people.'),
          count: z.number().int().min(1),
          undoable: z.boolean().describe('Whether this kind of action can be taken back.'),
        }),
      )
      .max(DIGEST_DONE_KINDS)
      .describe('What was done, the most frequent first.'),
    moreKinds: z.number().int().min(0),
    messages: z
      .array(
        z.strictObject({
          messageId: idSchema,
          threadId: idSchema,
          from: personSchema,
          subject: lineSchema,
          actionIds: z.array(idSchema).describe('What to undo.'),
        }),
      )
      .max(DIGEST_DONE_EXAMPLES)
      .describe('The newest ones.'),
    more: z.number().int().min(0).describe('Messages that are not named.'),
  })
  .meta({ id: 'DigestDone' });
export type Done = z.output<typeof doneSchema>;

export const done = defineSection({
  name: 'done',
  title: 'Done by itself',
  description:
    'What was carried out since the last digest without anybody commanding it, by rule, those with the most messages first. `total` counts actions, `more` rules.',
  item: doneSchema,
  collect: collectDone,
  lines: doneLines,
  isNews: (items) => items.length > 0,
  hint: ({ from }) => `Take it back: ashford undo --rule "<name of the rule>" --since ${from}`,
});
