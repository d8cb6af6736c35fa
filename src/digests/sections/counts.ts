import { z } from 'zod';
import { countLines } from '#digests/acting-text.ts';
import { collectCounts } from '#digests/collect-counts.ts';
import { defineSection } from './define.ts';
import { lineSchema } from './entry.ts';

export const COUNTED = ['received', 'decided', 'hidden', 'action'] as const;

export const countSchema = z
  .strictObject({
    what: z
      .enum(COUNTED)
      .describe(
        'Messages received; messages decided; messages that left the inbox or were marked as read without a person; actions of one type carried out.',
      ),
    type: z.string().max(100).nullable().describe('Of the actions, for `action` only.'),
    title: lineSchema.describe('For people.'),
    count: z.number().int().min(0),
  })
  .meta({ id: 'DigestCount' });
export type Count = z.output<typeof countSchema>;

export const counts = defineSection({
  name: 'counts',
  title: 'In numbers',
  description:
    'What came in and what was done in the time of the digest, counted. `total` is what was received.',
  item: countSchema,
  collect: collectCounts,
  lines: countLines,
});
