import type { Live, Topic } from '#activity/live.ts';
import { JOB_GAUGE_KEEP_MS } from '#config/limits.ts';
import type { QueueHooks } from '#queue/ports.ts';
import type { Queue } from '#queue/queue.ts';
import { COUNTED, type QueueStats } from '#queue/stats-store.ts';
import type { Clock } from '#std/clock.ts';
import { toMs } from '#std/time.ts';
import { counter, gauge, histogram } from '#telemetry/metrics.ts';
import { currentTraceparent, span, withTraceparent } from '#telemetry/trace.ts';

const attempts = counter('ashford.jobs.attempts', {
  description: 'Attempts at jobs that ended, by type and ending.',
  unit: '{attempt}',
});
const claimed = counter('ashford.jobs.claimed', { description: 'Jobs that were claimed.', unit: '{job}' });
const recovered = counter('ashford.jobs.recovered', {
  description: 'Jobs taken back from workers that went silent.',
  unit: '{job}',
});
const runTime = histogram('ashford.jobs.run_time', {
  description: 'How long attempts at jobs took.',
  unit: 's',
});
const waitTime = histogram('ashford.jobs.wait_time', {
  description: 'How long jobs waited after they were due.',
  unit: 's',
});

/** Attempts that run in this process. */
let inFlight = 0;

const counted = async <T>(run: () => Promise<T>): Promise<T> => {
  inFlight++;
  try {
    return await run();
  } finally {
    inFlight--;
  }
};

/** What a page shows that a job of this type may have changed. */
const CHANGED: Readonly<Record<string, readonly Topic[]>> = {
  import: ['accounts', 'jobs'],
  backfill: ['messages', 'accounts', 'jobs'],
  'account.remove': ['messages', 'accounts', 'jobs'],
  'labels.sync': ['accounts', 'jobs'],
  sync: ['messages', 'accounts', 'jobs'],
  reconcile: ['messages', 'accounts', 'jobs'],
  classify: ['actions', 'approvals', 'rules', 'jobs'],
  'action.apply': ['actions', 'messages', 'jobs'],
  'outbound.send': ['actions', 'approvals', 'messages', 'jobs'],
  'action.undo-many': ['actions', 'jobs'],
  'action.unsnooze': ['actions', 'jobs'],
  'action.abandoned': ['actions', 'approvals', 'jobs'],
  'token.refresh': ['accounts', 'jobs'],
  'watch.renew': ['accounts', 'jobs'],
  'digest.compose': ['digests', 'jobs'],
  'digest.deliver': ['digests', 'jobs'],
  'approval.expire': ['approvals', 'actions', 'jobs'],
};

/** Connects the queue, which knows nothing of it, with traces, metrics and open pages. */
export const queueHooks = (live: Live): QueueHooks => ({
  onJob: (job, run) =>
    withTraceparent(job.traceparent, () =>
      span(
        'queue.job',
        {
          'messaging.system': 'ashford',
          'messaging.operation.type': 'process',
          'messaging.destination.name': job.type,
          'messaging.message.id': job.id,
          'ashford.job.attempt': job.attempt,
        },
        () => counted(run),
      ),
    ),
  onStep: (job, name, run) => span(`queue.step ${name}`, { 'messaging.message.id': job.id }, run),
  onClaimed: (count) => claimed.add(count),
  onEnded: ({ job, ending, waitMs, runMs }) => {
    attempts.add(1, { type: job.type, ending });
    runTime.record(runMs / 1000, { type: job.type });
    waitTime.record(waitMs / 1000, { type: job.type });
    live.tell(...(CHANGED[job.type] ?? ['jobs']));
  },
  onRescued: (count) => recovered.add(count),
  traceparent: currentTraceparent,
});

/** Counts for at least some seconds, however often somebody asks. */
const keptStats = ({
  queue,
  clock,
}: {
  queue: Pick<Queue, 'stats'>;
  clock: Clock;
}): (() => Promise<QueueStats>) => {
  let kept: { untilMs: number; stats: Promise<QueueStats> } | undefined;
  return () => {
    if (!kept || clock.ms() >= kept.untilMs) {
      const fresh = { untilMs: clock.ms() + JOB_GAUGE_KEEP_MS, stats: queue.stats() };
      fresh.stats.catch(() => {
        if (kept === fresh) kept = undefined;
      });
      kept = fresh;
    }
    return kept.stats;
  };
};

/** Shows what waits, runs and failed, in the whole program, and what this process does. Returns a function that ends it. */
export const gaugeJobs = (app: { queue: Pick<Queue, 'stats'>; clock: Clock }): (() => void) => {
  const stats = keptStats(app);
  // A series that is no longer told would go on with its last value.
  const told = new Set<string>();
  const byType = async () => {
    const types = new Map((await stats()).types.map((type) => [type.type, type]));
    for (const type of types.keys()) told.add(type);
    return [...told].flatMap((type) =>
      COUNTED.map((state) => ({ value: types.get(type)?.[state] ?? 0, labels: { type, state } })),
    );
  };
  const ends = [
    gauge(
      'ashford.jobs',
      { description: 'Jobs by type and state, each counted up to some thousands.', unit: '{job}' },
      byType,
    ),
    gauge(
      'ashford.jobs.oldest_due_age',
      { description: 'For how long the oldest due job has waited; 0 when none is due.', unit: 's' },
      async () => {
        const { oldestDue } = await stats();
        return [{ value: oldestDue === null ? 0 : Math.max(0, app.clock.ms() - toMs(oldestDue)) / 1000 }];
      },
    ),
    gauge(
      'ashford.jobs.in_flight',
      { description: 'Jobs that run in this process.', unit: '{job}' },
      async () => [{ value: inFlight }],
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
};
