import { Cron } from 'croner';
import { SCHEDULE_CRONS_KEPT } from '#config/limits.ts';
import { AppError } from '#std/errors.ts';
import { toDate } from '#std/time.ts';
import { isTimeZone } from '#std/zone.ts';
import { type CronField, type CronFields, normalCron, parseCron } from './cron-fields.ts';

/*
 * When a cron is due, in a time zone whose clocks may be put forward and back:
 *
 * - A cron that names its times (`30 2 * * *`, `0 7,19 * * *`, `0 9-17 * * *`) runs once for each of them on every day: one
 *   that falls into a skipped hour at the moment of the jump, one in a repeated hour the first time. Two that fall into the
 *   same skipped hour run together, once.
 * - A cron with `*` or a step in its minute or hour (hourly, every 15 minutes) keeps real intervals: it runs through a
 *   repeated hour twice, and knows nothing of an hour that was skipped.
 */

const patterns = new Map<string, Cron>();

/** Steps and `*` of the clock are what tells the two sorts apart; all else goes as the values that we read ourselves. */
const clockPart = ({ text, values }: CronField): string => (/[*/]/.test(text) ? text : values.join(','));
const datePart = ({ text, values }: CronField): string => (text === '*' ? text : values.join(','));

const engineText = ({ minute, hour, day, month, weekday }: CronFields): string =>
  [clockPart(minute), clockPart(hour), datePart(day), datePart(month), datePart(weekday)].join(' ');

const patternOf = (cron: string, timeZone: string): Cron => {
  const key = `${cron} ${timeZone}`;
  const known = patterns.get(key);
  if (known) return known;
  const text = engineText(parseCron(cron));
  if (!isTimeZone(timeZone)) {
    throw new AppError('input', 'schedule.bad-zone', `"${timeZone}" is no time zone`, {
      help: 'Use an IANA name such as Europe/Berlin or UTC.',
      fields: { field: 'time zone' },
    });
  }
  const made = new Cron(text, { mode: '5-part', timezone: timeZone, fixedTimeRule: 'no-wildcard' });
  if (patterns.size >= SCHEDULE_CRONS_KEPT) patterns.clear();
  patterns.set(key, made);
  return made;
};

/** The first time after `afterMs` that it is due, in milliseconds since 1970; undefined when there is none. */
export const nextRun = (cron: string, timeZone: string, afterMs: number): number | undefined =>
  patternOf(cron, timeZone).nextRun(toDate(afterMs))?.getTime();

/** The first `n` times after `afterMs`. */
export const nextRuns = (
  cron: string,
  timeZone: string,
  { afterMs, n }: { afterMs: number; n: number },
): number[] => {
  const times: number[] = [];
  for (let at = nextRun(cron, timeZone, afterMs); at !== undefined && times.length < n; ) {
    times.push(at);
    at = nextRun(cron, timeZone, at);
  }
  return times;
};

/** The latest time up to and including `nowMs` that it was due; undefined when there was none. */
export const lastRunUpTo = (cron: string, timeZone: string, nowMs: number): number | undefined =>
  patternOf(cron, timeZone)
    .previousRuns(1, toDate(nowMs + 1))[0]
    ?.getTime();

/** Throws `schedule.bad-cron` or `schedule.bad-zone`; returns the cron as it is stored. */
export const checkedCron = (cron: string, timeZone: string): string => {
  patternOf(cron, timeZone);
  return normalCron(parseCron(cron));
};
