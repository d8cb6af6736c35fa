import { z } from 'zod';
import { waitingLines } from '#digests/acting-text.ts';
import { collectWaiting } from '#digests/collect-waiting.ts';
import { instantSchema } from '#std/instant-schema.ts';
import { defineSection } from './define.ts';
import { idSchema } from './entry.ts';

const text = z.string().max(2_500);

export const waitingSchema = z
  .strictObject({
    approvalId: idSchema,
    actionId: idSchema,
    messageId: idSchema,
    verb: text.describe('What would be done.'),
    target: text.describe('To which message.'),
    reasons: z.array(text).describe('Why it waits.'),
    expiresAt: instantSchema,
  })
  .meta({ id: 'DigestWaiting' });
export type Waiting = z.output<typeof waitingSchema>;

export const waiting = defineSection({
  name: 'waiting',
  title: 'Waiting for a yes',
  description: 'Actions that waited for an approval when the digest was made, newest first.',
  item: waitingSchema,
  collect: collectWaiting,
  lines: waitingLines,
  isNews: (items, before) => {
    const known = new Set(before.map((item) => item.approvalId));
    return items.some((item) => !known.has(item.approvalId));
  },
});
