import { z } from 'zod';
import { instantSchema } from '#std/instant-schema.ts';
import { SECTIONS, type SectionName } from './sections/catalog.ts';
import { idSchema } from './sections/entry.ts';

export const DIGEST_STATES = ['composed', 'delivered', 'failed'] as const;

const whole = z.number().int().min(0);

const [first, ...others] = SECTIONS.map(({ shape }) => shape);
if (!first) throw new Error('A digest needs sections');

export const sectionSchema = z
  .discriminatedUnion('section', [first, ...others])
  .meta({ id: 'DigestSection' });

const content = {
  from: instantSchema.describe('Where the last digest ended; inclusive.'),
  to: instantSchema.describe('When this one was due; exclusive.'),
  timeZone: z.string().min(1).max(100).describe('IANA name; times in texts are of this zone.'),
  readingSeconds: whole.describe('To read all that the entries summarise.'),
};

const stored = {
  id: idSchema,
  userId: idSchema,
  scheduleId: idSchema.nullable().describe('The schedule that asked for it; null when a person did.'),
  occasion: z.string().min(1).max(300).describe('What it was made for. At most one digest of a user has it.'),
  state: z.enum(DIGEST_STATES).describe('`failed`: it could not be delivered anywhere.'),
  createdAt: instantSchema,
};

/** What a digest says, whether or not it is kept. */
export const digestContentSchema = z
  .strictObject({ ...content, sections: z.array(sectionSchema).max(SECTIONS.length) })
  .meta({ id: 'DigestContent' });
export type DigestContent = z.output<typeof digestContentSchema>;
export type Section = DigestContent['sections'][number];

/** An overview of what came in, made once and kept. Parsing is strict, and writing what was read gives the same JSON. */
export const digestSchema = digestContentSchema
  .extend({
    ...stored,
    deliveries: z.array(
      z
        .strictObject({ channel: z.string().min(1).max(50), at: instantSchema })
        .meta({ id: 'DigestDelivery' }),
    ),
  })
  .describe('An overview of what came in, what was done and what waits.')
  .meta({ id: 'Digest' });
export type Digest = z.output<typeof digestSchema>;

/** The answer to whoever asks for a digest. */
export const madeDigestSchema = digestSchema
  .extend({ made: z.boolean().describe('False: nothing is new since its end, and it was there already.') })
  .meta({ id: 'MadeDigest' });

const totals = z.strictObject(
  Object.fromEntries(SECTIONS.map(({ name, shape }) => [name, shape.shape.total])) as Record<
    SectionName,
    typeof whole
  >,
);

/** A digest as lists show it. */
export const digestSummarySchema = z
  .strictObject({ ...stored, ...content, totals: totals.describe('Of each section.') })
  .meta({ id: 'DigestSummary' });
export type DigestSummary = z.output<typeof digestSummarySchema>;
