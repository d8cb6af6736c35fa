import { z } from 'zod';
import { LABEL_ROLES } from '#mail/message.ts';
import { id, instant } from './base.ts';

export const ACCOUNT_STATES = ['active', 'syncing', 'paused', 'needs_user', 'error', 'removed'] as const;

/** Every kind of mailbox there is, or will be. */
export const PROVIDERS = ['gmail', 'imap', 'local'] as const;

export const accountShape = z
  .strictObject({
    id,
    email: z.string().describe('The address, or the name of an imported archive.'),
    displayName: z.string().nullable(),
    provider: z.enum(PROVIDERS),
    status: z.enum(ACCOUNT_STATES),
    statusDetail: z.string().nullable().describe('What is wrong and what to do.'),
    messages: z.number().int().describe('Messages that came in.'),
    lastSyncAt: instant.nullable(),
    importProgress: z
      .strictObject({
        done: z.number(),
        total: z.number().nullable(),
        unit: z.string(),
        ratePerSecond: z.number().nullable(),
        secondsLeft: z.number().nullable(),
      })
      .optional(),
  })
  .meta({ id: 'Account' });
export type AccountView = z.input<typeof accountShape>;

export const labelShape = z
  .strictObject({
    id,
    accountId: id,
    providerLabelId: z.string().describe('What messages carry.'),
    name: z.string(),
    role: z.enum(LABEL_ROLES).nullable(),
    description: z.string().nullable().describe('What the label is for, in the words of its owner.'),
    availableToClassifier: z.boolean().describe('Whether the model may choose it.'),
  })
  .meta({ id: 'Label' });
