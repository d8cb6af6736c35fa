import { z } from 'zod';
import { instantSchema } from '#std/instant-schema.ts';

/** A person who signs in, as the API shows one. Parsing is strict, and writing what was read gives the same JSON. */
export const userSchema = z
  .strictObject({
    id: z.string().min(1).describe('Our own id.'),
    email: z.string().min(1).max(320).describe('The address that the user signs in with.'),
    displayName: z.string().max(200).describe('How the user is called.'),
    timeZone: z.string().min(1).max(100).describe('Of schedules and dates, such as Europe/Berlin.'),
    locale: z.string().min(1).max(35).describe('Language and region (BCP 47), such as en-GB.'),
    preferences: z.record(z.string(), z.json()).describe('What the user chose in the settings.'),
    hasPassword: z.boolean().describe('Whether the user can sign in with a password.'),
    createdAt: instantSchema.describe('When the user was made.'),
    updatedAt: instantSchema.describe('When anything here changed last.'),
  })
  .describe('A person who signs in.')
  .meta({ id: 'User' });

export type User = z.output<typeof userSchema>;
