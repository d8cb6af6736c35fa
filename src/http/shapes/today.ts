import { z } from 'zod';
import { userSchema } from '#access/user.ts';
import { JOB_STATES } from '#db/migrations/queue.ts';
import { digestSummarySchema } from '#digests/digest.ts';
import { accountShape } from './account.ts';
import { actionSummaryShape } from './action.ts';
import { ledgerShape } from './ledger.ts';

const count = z.number().int().min(0);

export const todayShape = z
  .strictObject({
    waitingApprovals: count,
    ledger: ledgerShape.describe("Since midnight in the person's time zone."),
    actionsToday: z.strictObject({
      byType: z.array(z.strictObject({ type: z.string(), count })),
      total: count,
    }),
    volume: z
      .array(z.strictObject({ day: z.string(), received: count, acted: count }))
      .describe('The last 14 days, oldest first.'),
    recentActions: z.array(actionSummaryShape),
    accounts: z.array(accountShape),
    lastDigest: digestSummarySchema.nullable().describe('The newest one; null when there is none yet.'),
    secondsSaved: z.number().describe('A guess, for what was done without a person in these days.'),
  })
  .meta({ id: 'Today' });
export type TodayView = z.input<typeof todayShape>;

export const statusShape = z
  .strictObject({
    ledger: ledgerShape,
    messages: count,
    actions: z.record(z.string(), count).describe('How many in each state.'),
    jobs: z.record(z.string(), count).describe('How many in each state.'),
    moreJobs: z.array(z.enum(JOB_STATES)).describe('States of which there may be more jobs than told.'),
  })
  .meta({ id: 'Status' });

export const settingsShape = z
  .strictObject({
    version: z.string(),
    nodeVersion: z.string(),
    database: z.string(),
    config: z.record(z.string(), z.record(z.string(), z.unknown())).describe('In use; secrets are masked.'),
    user: userSchema,
  })
  .meta({ id: 'Settings' });
