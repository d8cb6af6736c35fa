import type { Instant } from './api/types.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const dayClock = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const numbers = new Intl.NumberFormat();

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

/** As mail lists show it: the time for today, the weekday within a week, else the date. */
export const mailTime = (at: Instant, now: number): string => {
  const date = new Date(at);
  const today = new Date(now);
  if (sameDay(date, today)) return clock.format(date);
  if (now - date.getTime() < 6 * DAY_MS && date.getTime() < now) return weekday.format(date);
  return (date.getFullYear() === today.getFullYear() ? dayMonth : dayMonthYear).format(date);
};

/** "5 minutes ago", "in 3 days". */
export const ago = (at: Instant, now: number): string => {
  const ms = new Date(at).getTime() - now;
  const size = Math.abs(ms);
  if (size < MINUTE_MS) return ms > 0 ? 'in a moment' : 'just now';
  if (size < HOUR_MS) return relative.format(Math.round(ms / MINUTE_MS), 'minute');
  if (size < DAY_MS) return relative.format(Math.round(ms / HOUR_MS), 'hour');
  return relative.format(Math.round(ms / DAY_MS), 'day');
};

/** "Mon 23 Nov, 07:00": when something will be, with its day. */
export const dayTime = (at: Instant): string => dayClock.format(new Date(at));

export const fullTime = (at: Instant): string => full.format(new Date(at));

/** The date of a `YYYY-MM-DD` day, which has no time zone of its own. */
export const shortDay = (day: string): string => dayMonth.format(new Date(`${day}T12:00:00`));

export const count = (n: number): string => numbers.format(n);

/** A count that may be more than told: "5,000+". */
export const atLeast = (n: number, more: boolean): string => (more ? `${count(n)}+` : count(n));

/** "1 message", "2,000 messages". */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** "45 s", "12 min", "3 h 5 min", "2 d". Seconds in. */
export const duration = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} d`;
};

/** Decimal units, as file managers show them. */
export const bytes = (n: number): string => {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${Math.round(n / 1000)} kB`;
  return `${(n / 1_000_000).toFixed(1)} MB`;
};

/** `apply_label` → `Apply label`, `accountId` → `Account id`: for names the catalog doesn't know. */
export const humanize = (name: string): string => {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_.-]+/g, ' ')
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
