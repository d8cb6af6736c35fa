import type { z } from 'zod';
import type { JobView, jobDetailShape, jobStatsShape } from '#http/shapes/job.ts';
import type { Job } from '#queue/job.ts';
import type { JobDetail } from '#queue/queue.ts';
import type { Counted, QueueStats } from '#queue/stats-store.ts';
import { toMs } from '#std/time.ts';

export const jobView = (job: Job): JobView => ({
  id: job.id,
  type: job.type,
  state: job.state,
  priority: job.priority,
  attempts: job.attempts,
  maxAttempts: job.maxAttempts,
  notBefore: job.notBefore,
  createdAt: job.createdAt,
  startedAt: job.startedAt,
  finishedAt: job.finishedAt,
  lastError: job.lastError,
  failureKind: job.failureKind,
});

export const jobDetailView = ({ job, steps, errors }: JobDetail): z.input<typeof jobDetailShape> => ({
  ...jobView(job),
  steps: steps.map(({ name, attempt, startedAt, finishedAt, error }) => ({
    name,
    attempt,
    startedAt,
    finishedAt,
    error,
  })),
  errors,
  workerId: job.workerId,
  heartbeatAt: job.heartbeatAt,
  parentJobId: job.parentJobId,
  scheduleId: job.scheduleId,
  traceId: job.traceparent?.split('-')[1] ?? null,
  payload: (job.payload ?? {}) as Record<string, unknown>,
});

const secondsSince = (instant: string | null, nowMs: number): number | null =>
  instant === null ? null : Math.max(0, Math.floor((nowMs - toMs(instant)) / 1000));

const SUMS = [
  ['queued', ['ready', 'delayed']],
  ['running', ['running']],
  ['failed', ['failed']],
  ['canceled', ['canceled']],
] as const satisfies readonly [string, readonly Counted[]][];

export const jobStatsView = (stats: QueueStats, nowMs: number): z.input<typeof jobStatsShape> => {
  const sum = (of: readonly Counted[]) =>
    stats.types.reduce((n, type) => n + of.reduce((m, one) => m + type[one], 0), 0);
  const isMore = (of: readonly Counted[]) =>
    stats.types.some((type) => of.some((one) => type.more.includes(one)));
  return {
    queued: sum(['ready', 'delayed']),
    running: sum(['running']),
    failed: sum(['failed']),
    canceled: sum(['canceled']),
    oldestDueSeconds: secondsSince(stats.oldestDue, nowMs),
    types: stats.types.map(({ oldestDue, ...counts }) => ({
      ...counts,
      oldestDueSeconds: secondsSince(oldestDue, nowMs),
    })),
    more: SUMS.filter(([, of]) => isMore(of)).map(([name]) => name),
  };
};
