/** The demo mailbox ends on this day. Everything in it is placed relative to it. */
const REFERENCE_DAY = '2026-01-15';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

const at = (list: readonly string[], index: number): string => list[index] ?? '';
const two = (n: number): string => String(n).padStart(2, '0');

/** The moment `day` days from the reference day at `time` (HH:MM, UTC), in milliseconds since 1970. */
export const moment = (day: number, time: string): number =>
  Date.parse(`${REFERENCE_DAY}T${time}:00Z`) + day * DAY_MS;

/** RFC 5322 date-time in the sender's own zone. */
export const headerDate = (ms: number, zoneMinutes = 0): string => {
  const d = new Date(ms + zoneMinutes * MINUTE_MS);
  const sign = zoneMinutes < 0 ? '-' : '+';
  const away = Math.abs(zoneMinutes);
  const zone = `${sign}${two(Math.floor(away / 60))}${two(away % 60)}`;
  const clock = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  return `${at(WEEKDAYS, d.getUTCDay()).slice(0, 3)}, ${d.getUTCDate()} ${at(MONTHS, d.getUTCMonth()).slice(0, 3)} ${d.getUTCFullYear()} ${clock} ${zone}`;
};

/** asctime, as the separator line of an mbox has it. */
export const separatorDate = (ms: number): string => {
  const d = new Date(ms);
  const clock = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  const day = String(d.getUTCDate()).padStart(2, ' ');
  return `${at(WEEKDAYS, d.getUTCDay()).slice(0, 3)} ${at(MONTHS, d.getUTCMonth()).slice(0, 3)} ${day} ${clock} ${d.getUTCFullYear()}`;
};

/** "Friday 6 February", for the text of a letter. */
export const dayName = (day: number): string => {
  const d = new Date(moment(day, '12:00'));
  return `${at(WEEKDAYS, d.getUTCDay())} ${d.getUTCDate()} ${at(MONTHS, d.getUTCMonth())}`;
};

/** "6 February 2026". */
export const fullDate = (day: number): string => {
  const d = new Date(moment(day, '12:00'));
  return `${d.getUTCDate()} ${at(MONTHS, d.getUTCMonth())} ${d.getUTCFullYear()}`;
};

/** "2026-02-06". */
const isoDate = (day: number): string => new Date(moment(day, '12:00')).toISOString().slice(0, 10);

/** "06.02.2026", as German mail programs write it. */
export const dottedDate = (day: number): string => isoDate(day).split('-').reverse().join('.');

/** "20260206T140000Z", as iCalendar writes it (RFC 5545, 3.3.5). */
export const calendarTime = (day: number, time: string): string =>
  `${isoDate(day).replaceAll('-', '')}T${time.replace(':', '')}00Z`;
