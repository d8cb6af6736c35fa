import type { Db, Tx } from '#db/db.ts';
import type { SchedulesTable } from '#db/queue-tables.ts';
import type { Clock } from '#std/clock.ts';
import type { NewId } from '#std/ids.ts';
import { toInstant } from '#std/time.ts';
import { checkedCron, nextRun } from './cron.ts';
import type { JobType } from './define.ts';
import type { MissedPolicy } from './schedule.ts';
import { changeSchedule, insertSchedule, ownSchedules, removeSchedule } from './schedule-store.ts';
import type { Signals } from './signals.ts';
import { cancelJobsOfSchedule } from './store.ts';
import { writeRacing } from './write-racing.ts';

/** A recurring job of the program itself. */
export interface OwnSchedule {
  job: JobType<unknown>;
  cron: string;
  timeZone: string;
  payload: unknown;
  missed: MissedPolicy;
}

interface EnsurePorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  signals: Signals;
}

/**
 * Makes the stored schedules of the program those of this list: missing ones are added, changed ones corrected, others
 * removed, and what they had begun is canceled: nobody may know such jobs any more. A paused one stays paused. One of each type; safe when several processes start at once.
 */
export const ensureOwnSchedules = async (
  ports: EnsurePorts,
  wanted: readonly OwnSchedule[],
): Promise<void> => {
  const changes = await writeRacing(ports.db, async (tx) => {
    const stored = new Map<string, SchedulesTable>();
    let changed = 0;
    for (const row of await ownSchedules(tx)) {
      const isKept = !stored.has(row.type) && wanted.some(({ job }) => job.type === row.type);
      if (isKept) stored.set(row.type, row);
      else {
        changed += Number(await removeSchedule(tx, row.id));
        await cancelJobsOfSchedule(tx, row, ports.clock.now());
      }
    }
    for (const own of wanted)
      changed += Number(await ensureOne(ports, tx, { own, row: stored.get(own.job.type) }));
    return changed;
  });
  if (changes > 0) ports.signals.scheduled();
};

const ensureOne = async (
  ports: EnsurePorts,
  tx: Tx,
  { own, row }: { own: OwnSchedule; row: SchedulesTable | undefined },
): Promise<boolean> => {
  const { clock, newId } = ports;
  const { missed, timeZone } = own;
  const cron = checkedCron(own.cron, timeZone);
  const wanted = {
    cron,
    time_zone: timeZone,
    payload_json: own.job.prepare(own.payload).payloadJson,
    missed,
  };
  const next = nextRun(cron, timeZone, clock.ms());
  const nextRunAt = next === undefined ? null : toInstant(next);
  if (!row) {
    const made = {
      ...wanted,
      id: newId(),
      user_id: null,
      type: own.job.type,
      enabled: 1,
      next_run_at: nextRunAt,
    };
    return insertSchedule(tx, { ...made, created_at: clock.now() });
  }
  if (Object.entries(wanted).every(([key, value]) => row[key as keyof SchedulesTable] === value))
    return false;
  const moved = row.cron !== cron || row.time_zone !== timeZone;
  await changeSchedule(tx, {
    ...row,
    ...wanted,
    next_run_at: moved && row.enabled === 1 ? nextRunAt : row.next_run_at,
    last_error: null,
    updated_at: clock.now(),
  });
  return true;
};
