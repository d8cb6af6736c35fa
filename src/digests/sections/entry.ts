import { z } from 'zod';
import { DIGEST_ATTACHMENTS, DIGEST_LINE_CHARS, SUMMARY_CHARS } from '#config/limits-digests.ts';
import { instantSchema } from '#std/instant-schema.ts';

export const idSchema = z.string().min(1).max(100);
export const lineSchema = z.string().max(DIGEST_LINE_CHARS);

/** A sender as a digest shows one: plain text on one line. */
export const personSchema = z
  .strictObject({ name: lineSchema, address: lineSchema })
  .meta({ id: 'DigestPerson' });
export type Person = z.output<typeof personSchema>;

/** What can write a summary, the best first. */
export const SUMMARY_TIERS = ['model', 'fallback', 'local', 'first_sentences'] as const;

/** New mail of one thread. */
export const entrySchema = z
  .strictObject({
    threadId: idSchema,
    messageId: idSchema.describe('The newest of the new messages.'),
    accountId: idSchema,
    from: personSchema.describe('Of the newest new message.'),
    subject: lineSchema,
    receivedAt: instantSchema.describe('When the newest new message came.'),
    summary: z
      .strictObject({
        text: z.string().max(SUMMARY_CHARS),
        tier: z.enum(SUMMARY_TIERS).describe('What wrote it.'),
      })
      .describe('Plain text without links and images.'),
    readingSeconds: z.number().int().min(0).describe('For the new text of the new messages.'),
    attachments: z
      .array(
        z.strictObject({ filename: lineSchema, mimeType: lineSchema, sizeBytes: z.number().int().min(0) }),
      )
      .max(DIGEST_ATTACHMENTS),
    moreAttachments: z.number().int().min(0),
    messageCount: z.number().int().min(1).describe('New messages of the thread.'),
  })
  .meta({ id: 'DigestEntry' });
export type Entry = z.output<typeof entrySchema>;
