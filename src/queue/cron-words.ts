import { type CronField, parseCron } from './cron-fields.ts';

const WEEKDAY = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTH = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** More times of day than this are told as minutes and hours. */
const TIMES_SHOWN = 8;

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Three or more in a row are told as a range. */
const spans = (values: readonly number[], word: (value: number) => string): string => {
  const words: string[] = [];
  for (let i = 0; i < values.length; ) {
    let j = i;
    while (values[j + 1] === (values[j] ?? 0) + 1) j++;
    const first = word(values[i] ?? 0);
    if (j - i >= 2) words.push(`${first} to ${word(values[j] ?? 0)}`);
    else for (let k = i; k <= j; k++) words.push(word(values[k] ?? 0));
    i = j + 1;
  }
  return listed(words);
};

/** The n of a step over all, where it divides the whole evenly, as clocks are divided. */
const evenStep = ({ text }: CronField, whole: number): number | undefined => {
  const step = Number(/^\*\/(\d+)$/.exec(text)?.[1]);
  return step > 1 && whole % step === 0 ? step : undefined;
};

const two = (n: number): string => String(n).padStart(2, '0');

const isEvery = ({ text }: CronField): boolean => text === '*' || text === '*/1';

/** What the clock says: times of a day, or how often. */
const clockWords = (minute: CronField, hour: CronField): { words: string; often: boolean } => {
  const [onlyMinute] = minute.values;
  const named = !isEvery(hour) && evenStep(hour, 24) === undefined;
  if (named && minute.values.length * hour.values.length <= TIMES_SHOWN) {
    const times = hour.values.flatMap((h) => minute.values.map((m) => `${two(h)}:${two(m)}`));
    return { words: `at ${listed(times)}`, often: false };
  }
  const hours = evenStep(hour, 24);
  if (minute.values.length === 1 && (isEvery(hour) || hours !== undefined)) {
    const every = hours === undefined ? 'every hour' : `every ${hours} hours`;
    return { words: onlyMinute === 0 ? every : `${every} at minute ${onlyMinute}`, often: true };
  }
  const minutes = evenStep(minute, 60);
  const how = isEvery(minute)
    ? 'every minute'
    : minutes === undefined
      ? `at minutes ${spans(minute.values, String)}`
      : `every ${minutes} minutes`;
  if (isEvery(hour))
    return { words: minute.text.startsWith('*') ? how : `${how} of every hour`, often: true };
  return { words: `${how} of the hours ${spans(hour.values, two)}`, often: true };
};

const dateWords = (day: CronField, month: CronField, weekday: CronField): string => {
  const months = isEvery(month) ? undefined : spans(month.values, (m) => MONTH[m - 1] ?? '');
  const onDay = day.text === '*' ? undefined : spans(day.values, String);
  const onWeekday = weekday.text === '*' ? undefined : spans(weekday.values, (d) => WEEKDAY[d] ?? '');
  if (onDay !== undefined && onWeekday === undefined && months !== undefined) return `on ${onDay} ${months}`;
  const dayWord = day.values.length === 1 ? 'day' : 'days';
  const days = [
    ...(onDay === undefined ? [] : [`on ${dayWord} ${onDay} of the month`]),
    ...(onWeekday === undefined ? [] : [`on ${onWeekday}`]),
  ].join(' or ');
  return months === undefined ? days : `${days} in ${months}`.trim();
};

/** A cron in plain words, such as "At 07:00 on Monday to Friday". Throws `schedule.bad-cron`. */
export const cronWords = (cron: string): string => {
  const { minute, hour, day, month, weekday } = parseCron(cron);
  const clock = clockWords(minute, hour);
  const date = dateWords(day, month, weekday);
  const everyDay = date === '' && !clock.often;
  const words = everyDay ? `every day ${clock.words}` : [clock.words, date].filter(Boolean).join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
