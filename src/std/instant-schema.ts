import { z } from 'zod';
import { type Instant, parseInstant } from './time.ts';

const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** An Instant as it stands in JSON. Only the one way of writing each moment is taken, so that text order stays time order. */
export const instantSchema: z.ZodType<Instant, string> = z
  .string()
  .regex(FORM, 'must be ISO 8601 in UTC with milliseconds')
  .refine((text) => parseInstant(text) === text, 'is no such day or time') as unknown as z.ZodType<
  Instant,
  string
>;
