import { type Instant, parseDuration, parseInstant, toInstant } from '#std/time.ts';
import { UsageError } from './usage-error.ts';

/** The clock on the wall somewhere. */
interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
};

const wallAt = (ms: number, timeZone: string): Wall => {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
  return { year, month, day, hour, minute, second };
};

const asUtc = (w: Wall): number => Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second);

/** Milliseconds at which a wall clock there shows this. Of two such moments the first; of none, the one after the gap. */
const msOfWall = (wall: Wall, timeZone: string): number => {
  const guess = asUtc(wall);
  const offset = (ms: number) => asUtc(wallAt(ms, timeZone)) - Math.floor(ms / 1000) * 1000;
  const first = guess - offset(guess - DAY_MS / 2);
  return asUtc(wallAt(first, timeZone)) === guess ? first : guess - offset(first);
};

const two = (n: number): string => String(n).padStart(2, '0');

/** An instant as the wall clock of that zone shows it: `2026-01-15 17:00`. */
export const shownTime = (instant: string, timeZone: string): string => {
  const w = wallAt(Date.parse(instant), timeZone);
  return `${w.year}-${two(w.month)}-${two(w.day)} ${two(w.hour)}:${two(w.minute)}`;
};

const TIME = /^(\d{1,2})(?:[:.](\d{2}))?(?::(\d{2}))?\s*(am|pm)?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[t ]+(.+))?$/;
const AGO = /^(\d+(?:\.\d+)?)\s*(s|sec|second|m|min|minute|h|hour|d|day|w|week)s?(?:\s+ago)?$/;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

type Time = Pick<Wall, 'hour' | 'minute' | 'second'>;

const MIDNIGHT: Time = { hour: 0, minute: 0, second: 0 };

const timeOf = (text: string): Time | undefined => {
  if (text === 'noon') return { ...MIDNIGHT, hour: 12 };
  if (text === 'midnight') return MIDNIGHT;
  const found = TIME.exec(text);
  // A bare number is no time of day: "5" may be five o'clock in the morning as well as five days.
  if (!found || (found[2] === undefined && found[4] === undefined)) return undefined;
  const half = found[4];
  const given = Number(found[1]);
  if (half !== undefined && (given < 1 || given > 12)) return undefined;
  const hour = half === undefined ? given : (given % 12) + (half === 'pm' ? 12 : 0);
  const time = { hour, minute: Number(found[2] ?? 0), second: Number(found[3] ?? 0) };
  return hour < 24 && time.minute < 60 && time.second < 60 ? time : undefined;
};

interface Now {
  nowMs: number;
  timeZone: string;
}

const onDay = (now: Now, daysBack: number, time: Time): number => {
  const { year, month, day } = wallAt(now.nowMs, now.timeZone);
  // The date alone is moved, so that a day of 23 or 25 hours does not count.
  const date = wallAt(Date.UTC(year, month - 1, day - daysBack, 12), 'UTC');
  return msOfWall({ ...date, ...time }, now.timeZone);
};

const namedDay = (text: string, now: Now): number | undefined => {
  const [word = '', ...rest] = text.split(/\s+/);
  const time = rest.length === 0 ? MIDNIGHT : timeOf(rest.join(' ').replace(/^at /, ''));
  if (!time) return undefined;
  if (word === 'today') return onDay(now, 0, time);
  if (word === 'yesterday') return onDay(now, 1, time);
  const wanted = DAYS.findIndex((day) => day === word || (word.length === 3 && day.startsWith(word)));
  if (wanted < 0) return undefined;
  const { year, month, day } = wallAt(now.nowMs, now.timeZone);
  const today = (Math.floor(Date.UTC(year, month - 1, day) / DAY_MS) + 4) % 7;
  const ms = onDay(now, (today - wanted + 7) % 7, time);
  return ms <= now.nowMs ? ms : onDay(now, 7, time);
};

const dated = (text: string, now: Now): number | undefined => {
  const found = DATE.exec(text);
  if (!found) return undefined;
  const time = found[4] === undefined ? MIDNIGHT : timeOf(found[4]);
  if (!time) return undefined;
  const wall = { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]), ...time };
  const back = wallAt(asUtc(wall), 'UTC');
  return back.month === wall.month && back.day === wall.day ? msOfWall(wall, now.timeZone) : undefined;
};

const ago = (text: string, now: Now): number | undefined => {
  const found = AGO.exec(text);
  return found ? now.nowMs - parseDuration(`${found[1]}${found[2]?.[0]}`) : undefined;
};

/** The last time that the clock on the wall showed this. */
const lastTime = (text: string, now: Now): number | undefined => {
  const time = timeOf(text);
  if (!time) return undefined;
  const today = onDay(now, 0, time);
  return today <= now.nowMs ? today : onDay(now, 1, time);
};

/**
 * A moment as people write it, in the past unless it is a date: "5 pm", "yesterday 17:00", "monday", "2 hours ago", "90m",
 * "2026-01-15 17:00", or ISO 8601 with its zone. Throws a usage error when it is none of these.
 */
export const parseWhen = (given: string, now: Now): Instant => {
  const text = given.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  if (/(z|[+-]\d{2}:\d{2})$/.test(text) && DATE.test(text)) {
    const instant = parseInstant(given.trim());
    if (instant) return instant;
  }
  const ms =
    text === 'now'
      ? now.nowMs
      : (lastTime(text, now) ?? namedDay(text, now) ?? dated(text, now) ?? ago(text, now));
  if (ms !== undefined) return toInstant(ms);
  throw new UsageError(
    `${JSON.stringify(given)} is no time that Ashford understands`,
    'Write it like "5 pm", "yesterday 17:00", "2 hours ago", "monday" or "2026-01-15 17:00".',
  );
};
