import { AppError } from './errors.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws `time.bad-zone` for a name that is no IANA time zone. */
const formatFor = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, made);
    return made;
  } catch (cause) {
    throw new AppError('input', 'time.bad-zone', `"${timeZone}" is no time zone`, {
      help: 'Use an IANA name such as Europe/Berlin or UTC.',
      cause,
    });
  }
};

/** Whether it is the name of an IANA time zone. */
export const isTimeZone = (timeZone: string): boolean => {
  try {
    formatFor(timeZone);
    return true;
  } catch {
    return false;
  }
};

/** What a clock on the wall shows, as milliseconds of the same reading in UTC. */
const wallMs = (ms: number, timeZone: string): number => {
  const part = new Map(
    formatFor(timeZone)
      .formatToParts(ms)
      .map((p) => [p.type, Number(p.value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
};

const DAY_MS = 86_400_000;

/** The calendar day of a moment in a zone: `YYYY-MM-DD`. */
export const dayOf = (ms: number, timeZone: string): string =>
  new Date(wallMs(ms, timeZone)).toISOString().slice(0, 10);

/** A moment as the wall clock of a zone shows it: `2026-01-15 17:00`. */
export const timeIn = (ms: number, timeZone: string): string =>
  new Date(wallMs(ms, timeZone)).toISOString().slice(0, 16).replace('T', ' ');

/**
 * When the calendar day began that is `days` before the one of `ms`, in milliseconds since 1970. Where a day begins with a
 * gap (a clock put forward at midnight), that is the first moment of the day.
 */
export const startOfDay = (ms: number, timeZone: string, days = 0): number => {
  const wall = wallMs(ms, timeZone);
  const midnight = wall - (wall % DAY_MS) - days * DAY_MS;
  // The offset of the zone then is not known yet; two looks settle it on both sides of a change.
  let at = midnight - (wall - ms);
  for (let i = 0; i < 2; i++) at = midnight - (wallMs(at, timeZone) - Math.floor(at / 1000) * 1000);
  return wallMs(at, timeZone) < midnight ? at + (midnight - wallMs(at, timeZone)) : at;
};
