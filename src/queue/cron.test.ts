import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '#std/errors.ts';
import { dayOf } from '#std/zone.ts';
import { checkedCron, lastRunUpTo, nextRun, nextRuns } from './cron.ts';
import { MONTHS, parseCron, WEEKDAYS } from './cron-fields.ts';
import { cronWords } from './cron-words.ts';

const ZONES = [
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'Europe/Berlin',
  'America/New_York',
];
const DAY_MS = 86_400_000;
const DAYS = 3_652;
const START_MS = Date.parse('2016-01-01T12:00:00.000Z');

const at = (text: string): number => Date.parse(text);
const shown = (times: readonly number[]): string[] =>
  times.map((ms) => new Date(ms).toISOString().slice(0, 16));
const runs = (cron: string, zone: string, { from, n }: { from: string; n: number }): string[] =>
  shown(nextRuns(cron, zone, { afterMs: at(from), n }));

const errorOf = (work: () => unknown) => {
  try {
    work();
  } catch (e) {
    if (isAppError(e)) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
};

describe.each(ZONES)('in %s', (zone) => {
  it.each(['0 7 * * *', '30 2 * * *', '0 0 * * *', '45 1 * * *'])(
    '%s runs once on each local day of ten years',
    (cron) => {
      const days: string[] = [];
      for (let ms: number | undefined = START_MS; days.length < DAYS; ) {
        ms = nextRun(cron, zone, ms ?? Number.NaN);
        days.push(ms === undefined ? 'never' : dayOf(ms, zone));
      }
      const first = at(`${days[0]}T00:00:00Z`);
      const every = days.map((_, i) => new Date(first + i * DAY_MS).toISOString().slice(0, 10));
      expect(days).toEqual(every);
    },
  );

  it('finds the same times looking back as looking ahead', () => {
    const crons = [
      '0 7 * * *',
      '30 2 * * *',
      '*/15 * * * *',
      '30 1-3 * * *',
      '0 */6 * * 1-5',
      '0 0 29 2 *',
      '5 9 1-7 * MON',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...crons),
        fc.integer({ min: 0, max: DAYS * 24 * 60 * 4 }),
        (cron, quarters) => {
          const now = START_MS + quarters * 15_000;
          const last = lastRunUpTo(cron, zone, now) ?? Number.NaN;
          expect(last).toBeLessThanOrEqual(now);
          expect(nextRun(cron, zone, last)).toBe(nextRun(cron, zone, now));
          expect(nextRun(cron, zone, last - 1)).toBe(last);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('when clocks are put forward', () => {
  it('a time that does not exist runs at the jump, once', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', { from: '2026-03-28T12:00:00Z', n: 2 })).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    // Half an hour, from 02:00 to 02:30.
    expect(runs('15 2 * * *', 'Australia/Lord_Howe', { from: '2026-10-03T00:00:00Z', n: 2 })).toEqual([
      '2026-10-03T15:30',
      '2026-10-04T15:15',
    ]);
    // At midnight: the day begins at 01:00.
    expect(runs('0 0 * * *', 'Africa/Cairo', { from: '2026-04-23T12:00:00Z', n: 2 })).toEqual([
      '2026-04-23T22:00',
      '2026-04-24T21:00',
    ]);
  });

  it('two times of the skipped hour run together', () => {
    expect(runs('15,45 2 * * *', 'Europe/Berlin', { from: '2026-03-29T00:00:00Z', n: 2 })).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:15',
    ]);
  });

  it('every 30 minutes goes on every 30 minutes', () => {
    expect(runs('*/30 * * * *', 'Europe/Berlin', { from: '2026-03-29T00:00:00Z', n: 4 })).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
      '2026-03-29T02:00',
    ]);
  });
});

describe('when clocks are put back', () => {
  it('a time that comes twice runs the first time', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', { from: '2026-10-24T12:00:00Z', n: 2 })).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(runs('45 1 * * *', 'Australia/Lord_Howe', { from: '2026-04-04T00:00:00Z', n: 2 })).toEqual([
      '2026-04-04T14:45',
      '2026-04-05T15:15',
    ]);
  });

  it('hourly goes on every hour', () => {
    expect(runs('30 * * * *', 'Europe/Berlin', { from: '2026-10-25T00:00:00Z', n: 3 })).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
    ]);
  });
});

it('comes on 29 February of leap years', () => {
  expect(runs('0 7 29 2 *', 'UTC', { from: '2096-03-01T00:00:00Z', n: 2 })).toEqual([
    '2104-02-29T07:00',
    '2108-02-29T07:00',
  ]);
});

it('runs on a day of the month or a day of the week when both are given', () => {
  expect(runs('0 0 1 * FRI', 'UTC', { from: '2026-01-29T00:00:00Z', n: 3 })).toEqual([
    '2026-01-30T00:00',
    '2026-02-01T00:00',
    '2026-02-06T00:00',
  ]);
});

describe('reading a cron', () => {
  it.each([
    ['* * * * * *', undefined],
    ['0 7 * *', undefined],
    ['', undefined],
    ['@daily', undefined],
    ['60 * * * *', 'minute'],
    ['-1 * * * *', 'minute'],
    ['5/5 * * * *', 'minute'],
    ['*/0 * * * *', 'minute'],
    ['*/60 * * * *', 'minute'],
    ['1,,2 * * * *', 'minute'],
    ['? * * * *', 'minute'],
    ['0 24 * * *', 'hour'],
    ['0 7-5 * * *', 'hour'],
    ['0 1- * * *', 'hour'],
    ['0 0 L * *', 'day of the month'],
    ['0 0 15W * *', 'day of the month'],
    ['0 0 0 * *', 'day of the month'],
    ['0 0 32 * *', 'day of the month'],
    ['0 0 30 2 *', 'day of the month'],
    ['0 0 31 4,6,9,11 *', 'day of the month'],
    ['0 0 * 13 *', 'month'],
    ['0 0 * MON *', 'month'],
    ['0 0 * NOV-FEB *', 'month'],
    ['0 0 * * 8', 'day of the week'],
    ['0 0 * * JAN', 'day of the week'],
    ['0 0 * * 1#2', 'day of the week'],
    ['0 0 * * FRIL', 'day of the week'],
    ['0 0 * * +MON', 'day of the week'],
  ])('refuses "%s" and names what is wrong', (cron, field) => {
    const e = errorOf(() => checkedCron(cron, 'UTC'));
    expect(e.kind).toBe('input');
    expect(e.code).toBe('schedule.bad-cron');
    expect(e.help).toMatch(/\w/);
    expect(e.fields.field).toBe(field);
  });

  it('refuses a time zone that nobody knows', () => {
    expect(errorOf(() => checkedCron('0 7 * * *', 'Mars/Olympus')).code).toBe('schedule.bad-zone');
  });

  it('refuses a cron of a million characters at once', () => {
    expect(errorOf(() => checkedCron('1,'.repeat(500_000), 'UTC')).code).toBe('schedule.bad-cron');
  });

  it('takes a day that only some months, or only leap years, have', () => {
    expect(checkedCron('0 0 31 4,5 *', 'UTC')).toBe('0 0 31 4,5 *');
    expect(checkedCron('0 0 29 2 *', 'UTC')).toBe('0 0 29 2 *');
  });

  it('writes the same cron in one way', () => {
    expect(checkedCron('  00  07\t* jan-mar mon,Sun ', 'UTC')).toBe('0 7 * JAN-MAR MON,SUN');
  });

  it('knows Sunday by 0, by 7 and by name, at either end of a week', () => {
    for (const text of ['0', '7', 'SUN', '0,7', 'sun-sun']) {
      expect(parseCron(`0 0 * * ${text}`).weekday.values).toEqual([0]);
    }
    expect(parseCron('0 0 * * SAT-SUN').weekday.values).toEqual([0, 6]);
    expect(parseCron('0 0 * * 5-7').weekday.values).toEqual([0, 5, 6]);
    expect(parseCron('0 0 * * */2').weekday.values).toEqual([0, 2, 4, 6]);
  });
});

const numbers = (least: number, most: number) => {
  const one = fc.integer({ min: least, max: most });
  const range = fc.tuple(one, one).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const stepped = fc.tuple(
    fc.oneof(fc.constant('*'), range),
    fc.integer({ min: 1, max: Math.min(most, 15) }),
  );
  const item = fc.oneof(
    one.map(String),
    range,
    fc.constant('*'),
    stepped.map(([r, s]) => `${r}/${s}`),
  );
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
};

const named = (names: readonly string[], least: number, most: number) =>
  fc.oneof(numbers(least, most), fc.constantFrom(...names));

const anyCron = fc
  .tuple(numbers(0, 59), numbers(0, 23), numbers(1, 28), named(MONTHS, 1, 12), named(WEEKDAYS, 0, 7))
  .map((fields) => fields.join(' '));

it('is due exactly at the minutes that its fields name', () => {
  fc.assert(
    fc.property(anyCron, fc.integer({ min: 0, max: DAYS * 24 * 60 }), (cron, minutes) => {
      const f = parseCron(cron);
      const next = nextRun(cron, 'UTC', START_MS + minutes * 60_000) ?? Number.NaN;
      const d = new Date(next);
      const onDay = f.day.values.includes(d.getUTCDate());
      const onWeekday = f.weekday.values.includes(d.getUTCDay());
      const either = f.day.text !== '*' && f.weekday.text !== '*';
      expect(next).toBeGreaterThan(START_MS + minutes * 60_000);
      expect(f.minute.values).toContain(d.getUTCMinutes());
      expect(f.hour.values).toContain(d.getUTCHours());
      expect(f.month.values).toContain(d.getUTCMonth() + 1);
      expect(either ? onDay || onWeekday : onDay && onWeekday).toBe(true);
      expect(checkedCron(checkedCron(cron, 'UTC'), 'UTC')).toBe(checkedCron(cron, 'UTC'));
      expect(cronWords(cron)).toMatch(/^[A-Z]/);
    }),
    { numRuns: 500 },
  );
});

it('is told in plain words', () => {
  const told = (cron: string) => cronWords(cron);
  expect(told('* * * * *')).toBe('Every minute');
  expect(told('*/15 * * * *')).toBe('Every 15 minutes');
  expect(told('*/7 * * * *')).toBe('At minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56');
  expect(told('0 * * * *')).toBe('Every hour');
  expect(told('5 * * * *')).toBe('Every hour at minute 5');
  expect(told('0 */6 * * *')).toBe('Every 6 hours');
  expect(told('0 7 * * *')).toBe('Every day at 07:00');
  expect(told('0 7,19 * * *')).toBe('Every day at 07:00 and 19:00');
  expect(told('30 7 * * MON-FRI')).toBe('At 07:30 on Monday to Friday');
  expect(told('0 9 1 * *')).toBe('At 09:00 on day 1 of the month');
  expect(told('0 9 1,15 * MON')).toBe('At 09:00 on days 1 and 15 of the month or on Monday');
  expect(told('0 9 29 2 *')).toBe('At 09:00 on 29 February');
  expect(told('0 9 * JUN-AUG *')).toBe('At 09:00 in June to August');
  expect(told('*/20 9-17 * * 1-5')).toBe('Every 20 minutes of the hours 09 to 17 on Monday to Friday');
});
