import { SCHEDULE_CRON_CHARS } from '#config/limits.ts';
import { AppError } from '#std/errors.ts';

/** One field of a cron: the values it stands for, in order. */
export interface CronField {
  /** As it was written, names in capitals. */
  text: string;
  values: readonly number[];
}

export interface CronFields {
  minute: CronField;
  hour: CronField;
  day: CronField;
  month: CronField;
  /** 0 is Sunday. */
  weekday: CronField;
}

interface FieldRule {
  key: keyof CronFields;
  /** As errors call it. */
  name: string;
  least: number;
  most: number;
  /** The names that may stand for values, the first for `least`. */
  names: readonly string[];
}

export const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
export const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const RULES: readonly FieldRule[] = [
  { key: 'minute', name: 'minute', least: 0, most: 59, names: [] },
  { key: 'hour', name: 'hour', least: 0, most: 23, names: [] },
  { key: 'day', name: 'day of the month', least: 1, most: 31, names: [] },
  { key: 'month', name: 'month', least: 1, most: 12, names: MONTHS },
  // Both 0 and 7 are Sunday.
  { key: 'weekday', name: 'day of the week', least: 0, most: 7, names: WEEKDAYS },
];

/** Days of each month in a leap year. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const badCron = (message: string, help: string, fields: Record<string, string> = {}): AppError =>
  new AppError('input', 'schedule.bad-cron', message, { help, fields });

const allowed = ({ least, most, names }: FieldRule): string => {
  const words = names.length > 0 ? ` or ${names[0]} to ${names.at(-1)}` : '';
  return `Write * or numbers from ${least} to ${most}${words}, as lists (1,3), ranges (1-5) and steps (*/2, 1-9/2).`;
};

const numberIn = (text: string, rule: FieldRule): number | undefined => {
  const named = rule.names.indexOf(text);
  if (named >= 0) return named + rule.least;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= rule.least && value <= rule.most ? value : undefined;
};

const ITEM = /^(?:(\*)|([A-Z0-9]+)(?:-([A-Z0-9]+))?)(?:\/(\d{1,2}))?$/;

/** `*`, `a`, `a-b`, each but the second with a step; undefined for anything else. */
const valuesOf = (item: string, rule: FieldRule): number[] | undefined => {
  const found = ITEM.exec(item);
  if (!found) return undefined;
  const [, star, first, last, stepText] = found;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1 || step > rule.most || (stepText !== undefined && !star && last === undefined))
    return undefined;
  const from = star ? rule.least : numberIn(first ?? '', rule);
  // Every day of the week is 0 to 6: Sunday must not count twice.
  const whole = rule.key === 'weekday' ? 6 : rule.most;
  let to = star ? whole : last === undefined ? from : numberIn(last, rule);
  // The week may end on Sunday.
  if (rule.key === 'weekday' && last === 'SUN' && to === 0 && from !== 0) to = 7;
  if (from === undefined || to === undefined || to < from) return undefined;
  const values: number[] = [];
  for (let v = from; v <= to; v += step) values.push(v);
  return values;
};

const parseField = (text: string, rule: FieldRule): CronField => {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const some = valuesOf(item, rule);
    if (!some) {
      throw badCron(`"${text}" is no ${rule.name} of a cron`, allowed(rule), { field: rule.name });
    }
    for (const value of some) values.add(rule.key === 'weekday' ? value % 7 : value);
  }
  return { text, values: [...values].sort((a, b) => a - b) };
};

/** A day and month that no year has, such as 30 February. */
const isImpossible = ({ day, month, weekday }: CronFields): boolean =>
  weekday.text === '*' && !month.values.some((m) => (day.values[0] ?? 1) <= (LONGEST[m - 1] ?? 31));

/**
 * Reads a cron of five fields: `*`, lists, ranges, steps, names of months and days. Throws `schedule.bad-cron`, which names
 * the field and what may stand there, for all else: seconds, `L`, `W`, `#`, `@daily`, a date that never comes.
 */
export const parseCron = (given: string): CronFields => {
  if (given.length > SCHEDULE_CRON_CHARS) {
    throw badCron('The cron is too long', `At most ${SCHEDULE_CRON_CHARS} characters.`);
  }
  const texts = given.trim().toUpperCase().split(/\s+/);
  if (texts.length !== RULES.length) {
    throw badCron(
      'A cron has five fields',
      'Write minute, hour, day of the month, month and day of the week, such as 0 7 * * MON-FRI.',
    );
  }
  const fields = Object.fromEntries(
    // Leading zeros say nothing.
    RULES.map((rule, i) => [rule.key, parseField((texts[i] ?? '').replace(/\b0+(?=\d)/g, ''), rule)]),
  ) as unknown as CronFields;
  if (isImpossible(fields)) {
    const field = 'day of the month';
    throw badCron('That day never comes', 'Choose a day that the month has.', { field });
  }
  return fields;
};

/** The same cron in the one way of writing that is stored and compared: single blanks, capitals, no leading zeros. */
export const normalCron = ({ minute, hour, day, month, weekday }: CronFields): string =>
  [minute, hour, day, month, weekday].map((field) => field.text).join(' ');
