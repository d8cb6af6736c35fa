import { pruneSessionsJob } from '#access/prune-sessions.job.ts';
import { lookAtTokensJob } from '#accounts/refresh.job.ts';
import { abandonedJob } from '#actions/abandoned.job.ts';
import { ensureDigestSchedule } from '#digests/default-schedule.ts';
import { labelsJob } from '#ingest/labels.job.ts';
import { lookJob } from '#ingest/look.job.ts';
import { renewWatchJob } from '#ingest/watch-renew.job.ts';
import { ensureOwnSchedules, type OwnSchedule } from '#queue/own-schedules.ts';
import { pruneJob } from '#queue/prune.job.ts';
import { gauge } from '#telemetry/metrics.ts';
import type { App } from './app.ts';

const own = (job: OwnSchedule['job'], cron: string): OwnSchedule => ({
  job,
  cron,
  timeZone: 'UTC',
  payload: {},
  missed: 'run_once',
});

/** Every recurring job of the program itself, one of each type. Those of people are stored alone. */
export const SCHEDULES: readonly OwnSchedule[] = [
  own(lookJob, '*/10 * * * *'),
  own(lookAtTokensJob, '2,12,22,32,42,52 * * * *'),
  own(labelsJob, '27 * * * *'),
  own(renewWatchJob, '37 3 * * *'),
  own(abandonedJob, '5,15,25,35,45,55 * * * *'),
  own(pruneJob, '17 * * * *'),
  own(pruneSessionsJob, '47 * * * *'),
];

/** Stores the program's own schedules as they are here, and gives the owner the digest schedule of the settings, once. */
export const ensureSchedules = async (app: App): Promise<void> => {
  const { db, clock, newId, queue, owner } = app;
  await ensureOwnSchedules({ db, clock, newId, signals: queue.signals }, SCHEDULES);
  const { default_schedule: cron, time_zone: timeZone } = app.config.digest;
  await ensureDigestSchedule(app, { userId: owner.id, cron, timeZone });
};

/** Shows how many schedules are late. Returns a function that ends it. */
export const gaugeSchedules = ({ schedules }: App): (() => void) =>
  gauge(
    'ashford.schedules.overdue',
    {
      description: 'Schedules that are late, or whose last run failed for good.',
      unit: '{schedule}',
    },
    async () => [{ value: await schedules.countOverdue() }],
  );
