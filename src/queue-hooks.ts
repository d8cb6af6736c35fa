import type { Live, Topic } from '#activity/live.ts';
import type { QueueHooks } from '#queue/ports.ts';
import { counter, histogram } from '#telemetry/metrics.ts';
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

/** What a page shows that a job of this type may have changed. */
const CHANGED: Readonly<Record<string, readonly Topic[]>> = {
  import: ['accounts', 'jobs'],
  sync: ['messages', 'accounts', 'jobs'],
  reconcile: ['messages', 'accounts', 'jobs'],
  classify: ['actions', 'approvals', 'rules', 'jobs'],
  'action.apply': ['actions', 'messages', 'jobs'],
  'action.undo-many': ['actions', 'jobs'],
  'action.unsnooze': ['actions', 'jobs'],
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
        run,
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
