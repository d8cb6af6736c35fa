import { z } from 'zod';
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '#config/limits.ts';
import { addressSchema } from '#mail/email.ts';
import { toInstant, toMs } from '#std/time.ts';

export const id = z.string().min(1).max(100).describe('One of our own ids (UUIDv7).');
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  .describe('ISO 8601, UTC, with milliseconds.');

/** Any date and time with a zone, as people and programs write them; comes out as an Instant. */
export const instantInput = z.iso
  .datetime({ offset: true })
  .transform((text) => toInstant(toMs(text)))
  .describe('An ISO 8601 date and time with its zone, such as 2026-01-15T09:00:00Z.');

export const byId = z.strictObject({ id });

export const cursor = z.string().min(1).max(500).optional().describe('`next` of the page before.');
export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(PAGE_ROWS_MAX)
  .default(PAGE_ROWS_DEFAULT)
  .describe('Rows of the page.');

export const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('Cursor of the following page, null on the last one.'),
  });

export const list = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item) });

/** `true`, `false`, `1`, `0` of a query. */
export const flagInput = z.enum(['true', 'false', '1', '0']).transform((v) => v === 'true' || v === '1');

export const addressShape = addressSchema;
