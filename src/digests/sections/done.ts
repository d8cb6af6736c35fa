import { z } from 'zod';
import { DIGEST_DONE_EXAMPLES } from '#config/limits.ts';
import { doneLines } from '#digests/acting-text.ts';
import { collectDone } from '#digests/collect-done.ts';
import { defineSection } from './define.ts';
import { idSchema, lineSchema, personSchema } from './entry.ts';

export const doneSchema = z
  .strictObject({
    type: z.string().max(100).describe('A name of the catalog of actions.'),
    title: lineSchema.describe('For people.'),
    ruleId: idSchema.nullable().describe('The rule that asked for it.'),
    ruleName: lineSchema.nullable(),
    count: z.number().int().min(1),
    undoable: z.boolean().describe('Whether this kind of action can be taken back.'),
    actions: z
      .array(
        z.strictObject({
          actionId: idSchema.describe('To be undone by.'),
          messageId: idSchema,
          threadId: idSchema,
          from: personSchema,
          subject: lineSchema,
        }),
      )
      .max(DIGEST_DONE_EXAMPLES)
      .describe('The newest ones.'),
    more: z.number().int().min(0).describe('Actions of this kind that are not named.'),
  })
  .meta({ id: 'DigestDone' });
export type Done = z.output<typeof doneSchema>;

export const done = defineSection({
  name: 'done',
  title: 'Done by itself',
  description:
    'What was carried out since the last digest without anybody commanding it, by kind and rule, the most frequent first. `total` counts actions, `more` kinds.',
  item: doneSchema,
  collect: collectDone,
  lines: doneLines,
});
