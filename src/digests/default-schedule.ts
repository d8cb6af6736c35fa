import { listActivity, recordActivity } from '#activity/store.ts';
import type { Schedules } from '#queue/schedules.ts';
import { AppError } from '#std/errors.ts';
import { composeJob } from './compose.job.ts';
import type { DigestPorts } from './ports.ts';
import { lockDigests } from './store.ts';

/** What the record of it is about: it says for ever that this user was given a schedule, whatever became of that. */
const SUBJECT = 'default-schedule';

export interface DefaultSchedule {
  userId: string;
  cron: string;
  timeZone: string;
}

type Ports = Pick<DigestPorts, 'db' | 'clock' | 'newId'> & { schedules: Schedules };

/**
 * Gives a user the digest schedule of the settings, once in their life: it is theirs to change and to remove, and one that
 * was removed stays so. Returns whether it was made now. Throws an input error when the settings hold no cron.
 */
export const ensureDigestSchedule = async (ports: Ports, o: DefaultSchedule): Promise<boolean> => {
  const { db, schedules } = ports;
  const subject = { type: SUBJECT, id: `${composeJob.type}:${o.userId}` };
  const isKnown = async (sql: Parameters<typeof listActivity>[0]): Promise<boolean> =>
    (await listActivity(sql, o.userId, { subject, limit: 1 })).items.length > 0;
  if (await isKnown(db)) return false;
  const own = (await schedules.list({ userId: o.userId })).some((s) => s.type === composeJob.type);
  return db.write(async (tx) => {
    await lockDigests(tx, o.userId);
    if (await isKnown(tx)) return false;
    if (!own)
      await schedules.add({ job: composeJob, payload: {}, missed: 'run_once', tx, ...o }).catch(explain);
    await recordActivity(ports, tx, {
      userId: o.userId,
      actor: 'system',
      channel: 'system',
      action: 'schedule.create',
      subjectType: subject.type,
      subjectId: subject.id,
      details: { cron: o.cron, timeZone: o.timeZone, made: !own },
    });
    return !own;
  });
};

const explain = (e: unknown): never => {
  if (!(e instanceof AppError) || e.kind !== 'input') throw e;
  throw new AppError('input', 'digests.bad-schedule', `digest.default_schedule: ${e.message}`, {
    help: e.help ?? 'Write five cron fields, such as "0 8 * * *".',
    cause: e,
  });
};
