import { z } from 'zod';
import { FAILURE_KINDS, JOB_STATES } from '#db/migrations/queue.ts';
import { id, instant } from './base.ts';

export { FAILURE_KINDS, JOB_STATES };

export const jobShape = z
  .strictObject({
    id,
    type: z.string(),
    state: z.enum(JOB_STATES),
    priority: z.number().int(),
    attempts: z.number().int(),
    maxAttempts: z.number().int(),
    notBefore: instant,
    createdAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    lastError: z.string().nullable(),
    failureKind: z.enum(FAILURE_KINDS).nullable(),
  })
  .meta({ id: 'Job' });
export type JobView = z.input<typeof jobShape>;

export const jobDetailShape = jobShape
  .extend({
    steps: z.array(z.strictObject({ name: z.string(), startedAt: instant, finishedAt: instant.nullable() })),
    traceId: z.string().nullable(),
    payload: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'JobDetail' });

export const jobStatsShape = z
  .strictObject({
    queued: z.number().int(),
    running: z.number().int(),
    failed: z.number().int(),
    oldestDueSeconds: z.number().nullable().describe('How long the oldest due job has waited.'),
  })
  .describe('Jobs that wait, run or failed. Those that ended well are not counted: there may be millions.')
  .meta({ id: 'JobStats' });
