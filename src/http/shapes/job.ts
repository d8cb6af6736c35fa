import { z } from 'zod';
import { JOB_BULK_IDS, JOB_BULK_REQUEST_ROWS, JOB_REASON_CHARS } from '#config/limits.ts';
import { FAILURE_KINDS, JOB_STATES } from '#db/migrations/queue.ts';
import { id, instant, instantInput } from './base.ts';

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

export const jobErrorShape = z
  .strictObject({
    at: instant,
    attempt: z
      .number()
      .int()
      .describe('Counted from 1, and again from 1 after somebody queued the job again.'),
    error: z.string(),
    workerId: z.string().nullable(),
  })
  .describe('How one attempt failed.')
  .meta({ id: 'JobError' });

export const jobDetailShape = jobShape
  .extend({
    steps: z.array(
      z.strictObject({
        name: z.string(),
        attempt: z.number().int(),
        startedAt: instant,
        finishedAt: instant.nullable().describe('Null when it failed.'),
        error: z.string().nullable(),
      }),
    ),
    errors: z.array(jobErrorShape).describe('Of each attempt that failed, the oldest first.'),
    workerId: z.string().nullable().describe('Who runs it, or ran it last.'),
    heartbeatAt: instant.nullable().describe('The last sign of life while it runs.'),
    parentJobId: id.nullable(),
    scheduleId: id.nullable(),
    traceId: z.string().nullable(),
    payload: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'JobDetail' });

const counts = {
  ready: z.number().int().describe('Due, and waiting for a worker.'),
  delayed: z.number().int().describe('Not due yet.'),
  running: z.number().int(),
  failed: z.number().int(),
  canceled: z.number().int(),
};

/** What is counted by type. */
export const JOB_COUNTS = ['ready', 'delayed', 'running', 'failed', 'canceled'] as const;

const oldestDueSeconds = z.number().nullable().describe('How long the oldest due job has waited.');

export const jobStatsShape = z
  .strictObject({
    queued: z.number().int(),
    running: z.number().int(),
    failed: z.number().int(),
    canceled: z.number().int(),
    oldestDueSeconds,
    types: z.array(
      z.strictObject({
        type: z.string(),
        ...counts,
        more: z.array(z.enum(JOB_COUNTS)).describe('Those of the counts above that are more than told.'),
        oldestDueSeconds,
      }),
    ),
    more: z
      .array(z.enum(['queued', 'running', 'failed', 'canceled']))
      .describe('Those of the sums that are more than told: counting ends at some thousands.'),
  })
  .describe(
    'Jobs that wait, run, failed or were canceled. Those that ended well are not counted: there may be millions.',
  )
  .meta({ id: 'JobStats' });

/** Chooses among jobs that failed or were canceled. Everything that is named must fit. */
export const deadFilterShape = z.strictObject({
  state: z.enum(['failed', 'canceled']).default('failed'),
  failureKind: z
    .enum(FAILURE_KINDS)
    .optional()
    .describe('`exhausted`: its attempts ran out. `fatal`: trying again could not help.'),
  type: z.string().min(1).max(100).optional(),
  errorContains: z
    .string()
    .min(1)
    .max(JOB_REASON_CHARS)
    .optional()
    .describe('Part of the last error, in any case.'),
  finishedAfter: instantInput.optional().describe('Ended at this time or later.'),
  finishedBefore: instantInput.optional().describe('Ended before this time.'),
  ids: z.array(id).min(1).max(JOB_BULK_IDS).optional().describe('Only among these.'),
});

const preview = z.boolean().default(false).describe('Change nothing: only count.');
const limit = z.number().int().min(1).max(JOB_BULK_REQUEST_ROWS).default(JOB_BULK_REQUEST_ROWS);

export const retryJobsShape = deadFilterShape.extend({ preview, limit });
export const discardReason = z
  .string()
  .trim()
  .min(1)
  .max(JOB_REASON_CHARS)
  .optional()
  .describe('Why they are not needed; kept in the audit log.');
export const discardJobsShape = retryJobsShape.extend({
  reason: discardReason.describe('Why they are not needed; kept in the audit log. A preview needs none.'),
});

export const bulkAnswerShape = z
  .strictObject({
    preview: z.boolean(),
    count: z.number().int().describe('Jobs that were changed; with `preview`, that would be.'),
    types: z.record(z.string(), z.number().int()).describe('The same by type.'),
    more: z.boolean().describe('There are more than the limit: ask again for the rest.'),
  })
  .meta({ id: 'JobsChanged' });
