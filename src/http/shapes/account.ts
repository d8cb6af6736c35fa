import { z } from 'zod';
import { LABEL_ROLES } from '#mail/message.ts';
import { id, instant } from './base.ts';
import { ledgerShape } from './ledger.ts';

export const ACCOUNT_STATES = [
  'active',
  'syncing',
  'paused',
  'needs_user',
  'error',
  'removing',
  'removed',
] as const;

/** Every kind of mailbox there is, or will be. */
export const PROVIDERS = ['gmail', 'imap', 'local'] as const;

const count = z.number().int().min(0);

/** How far long work has come. */
const progressShape = z
  .strictObject({
    done: z.number(),
    total: z.number().nullable().describe('null while nobody knows; a guess where the provider guesses.'),
    unit: z.string(),
    ratePerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
  })
  .meta({ id: 'Progress' });
export type ProgressView = z.input<typeof progressShape>;

const backfillShape = progressShape
  .extend({ state: z.enum(['running', 'paused', 'finished']), finishedAt: instant.nullable() })
  .meta({ id: 'Backfill' });

const quotaShape = z
  .strictObject({
    unitsLastMinute: count.describe('Units used in about the last minute.'),
    unitsToday: count.describe("Units used in the provider's day."),
    unitsPerMinute: count.describe('Units that may be used in a minute now.'),
    slowUntil: instant.nullable().describe('Until then it works at half the pace.'),
    sendsRestUntil: instant.nullable().describe('Until then the provider takes no mail for sending.'),
    projectRestsUntil: instant.nullable().describe('Until then the provider answers none of the accounts.'),
  })
  .meta({ id: 'Quota' });

const signInShape = z
  .strictObject({
    kind: z.enum(['oauth', 'password']),
    since: instant.nullable().describe('When somebody last signed in.'),
    access: z.string().nullable().describe('What was granted, for people.'),
    endsAt: instant.nullable().describe('When it is expected to end; null when nothing says so.'),
    endsBecause: z.string().nullable(),
  })
  .meta({ id: 'AccountSignIn' });

/** What the account page shows beside the account itself. Counting it is not free. */
const figuresShape = z
  .strictObject({
    ledger: ledgerShape.describe('Of all messages that the mailbox ever told of.'),
    lag: z
      .strictObject({ medianMs: z.number(), worstMs: z.number() })
      .nullable()
      .describe('Milliseconds from the mailbox receiving a message to its being here, of the newest mail.'),
    lastMailAt: instant.nullable().describe('When the newest message came.'),
    troubles: z
      .array(z.string())
      .describe('What keeps mail from coming in, a sentence each; empty when all is well.'),
    gapSince: instant.nullable().describe('The mailbox is being compared whole since then.'),
    watch: z
      .strictObject({ renewedAt: instant, endsAt: instant.nullable() })
      .nullable()
      .describe('The promise of the provider to tell of changes.'),
    quota: quotaShape.nullable().describe('null where the provider counts nothing.'),
    signIn: signInShape.nullable().describe('null where nobody signs in.'),
    settings: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('The servers of an IMAP account, without passwords.'),
    connectedAt: instant,
  })
  .meta({ id: 'AccountFigures' });
export type AccountFigures = z.input<typeof figuresShape>;

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
    importProgress: progressShape.optional(),
    backfill: backfillShape.optional().describe('Bringing in the older mail of a new account.'),
    removal: progressShape.optional().describe('Deleting the mail of a removed account.'),
    figures: figuresShape.optional().describe('Where they were asked for.'),
  })
  .meta({ id: 'Account' });
export type AccountView = z.input<typeof accountShape>;

/** What a mailbox said when it was tried. */
export const healthShape = z
  .strictObject({
    email: z.string().describe('Who the provider says we are.'),
    messages: z.number().int().nullable(),
    notes: z.array(z.string()).describe('Sentences about the server and what it allows.'),
  })
  .meta({ id: 'MailboxHealth' });

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
