import type { Db } from '#db/db.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { silentLog } from '#queue/ports.ts';
import { createQueue } from '#queue/queue.ts';
import { Scheduler } from '#queue/scheduler.ts';
import { createSchedules } from '#queue/schedules.ts';
import { kindOf } from '#queue/workbench.suite.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { seededRandom } from '#std/random.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const ZONES = [
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'America/New_York',
] as const;
const START_MS = Date.UTC(2016, 0, 1, 12);
const DAY_MS = 86_400_000;
const FULL_DAYS = 3_652;
const QUICK_DAYS = 400;
const USER = 'somebody';

const DAILY = kindOf('zone.daily');
const NIGHTLY = kindOf('zone.nightly');
const LEAP = kindOf('zone.leap');
const KINDS = [DAILY, NIGHTLY, LEAP];
const CRONS = { [DAILY.type]: '30 7 * * *', [NIGHTLY.type]: '30 2 * * *', [LEAP.type]: '0 6 29 2 *' };

/** The local day and minute of an instant, by the platform's own tables of zones. */
const localOf = (timeZone: string): ((ms: number) => { day: string; minute: string }) => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map((p) => [p.type, p.value]));
    return { day: `${parts.year}-${parts.month}-${parts.day}`, minute: `${parts.hour}:${parts.minute}` };
  };
};

/** Runs of each type, as the scheduler made them, when it is asked again and again through the years. */
const live = async (db: Db, timeZone: string, days: number): Promise<Map<string, number[]>> => {
  const clock = new ManualClock(START_MS);
  const newId = idMaker(clock, seededRandom(1));
  const queue = createQueue({ db, clock, newId });
  const schedules = createSchedules({ db, clock, newId, queue, kinds: async () => KINDS });
  const scheduler = new Scheduler({
    db,
    clock,
    queue,
    log: silentLog,
    kinds: new Map(KINDS.map((k) => [k.type, k])),
  });
  for (const job of KINDS) {
    await schedules.add({ job, payload: { n: 1 }, cron: CRONS[job.type] ?? '', timeZone, userId: USER });
  }
  const made = new Map<string, number[]>(KINDS.map((k) => [k.type, []]));
  while (clock.ms() < START_MS + days * DAY_MS) {
    const due = (await schedules.list({ userId: USER })).map((s) => Date.parse(s.nextRunAt ?? '9999-01-01'));
    clock.set(Math.min(...due));
    await scheduler.look();
    for (const { id, type } of await queue.list({ limit: 10 })) {
      made.get(type)?.push(clock.ms());
      await queue.discard(id);
    }
  }
  return made;
};

const checkZone = (t: TrialRun, timeZone: string, made: ReadonlyMap<string, readonly number[]>): number => {
  const local = localOf(timeZone);
  const daysOf = (type: string) => (made.get(type) ?? []).map((ms) => local(ms).day);
  const daily = daysOf(DAILY.type);
  const nightly = made.get(NIGHTLY.type) ?? [];
  const once = (days: readonly string[]) => new Set(days).size === days.length;
  /** From one day to the next without a gap. */
  const gapless = (days: readonly string[]) =>
    days.every((day, i) => i === 0 || Date.parse(day) - Date.parse(days[i - 1] ?? '') === DAY_MS);
  t.check(`${timeZone}: a digest once for each local day`, once(daily) && gapless(daily));
  const wrong = (made.get(DAILY.type) ?? []).filter((ms) => local(ms).minute !== '07:30');
  t.check(`${timeZone}: at its own time`, wrong.length === 0, `${wrong.length} times not`);
  const nights = daysOf(NIGHTLY.type);
  t.check(`${timeZone}: 02:30 once for each local day`, once(nights) && gapless(nights));
  const jumped = nightly.filter((ms) => local(ms).minute !== '02:30');
  // What does not exist runs at the jump: the minute before it was earlier than 02:30.
  const late = jumped.filter((ms) => local(ms - 60_000).minute > '02:30' || local(ms).minute < '02:30');
  t.check(`${timeZone}: a 02:30 that does not exist runs at the jump`, late.length === 0, `${late.length}`);
  const leaps = daysOf(LEAP.type);
  t.check(
    `${timeZone}: 29 February only in leap years`,
    leaps.every((day) => day.endsWith('-02-29')) && once(leaps),
  );
  return jumped.length;
};

export const zonesTrial = defineTrial({
  id: 'R18',
  title: 'schedules through ten years of clock changes in six zones',
  promise: 'once for each local day; what a jump skips runs at the jump, what comes twice runs once',
  engines: ['embedded'],
  maxMs: 20 * 60_000,
  maxQuickMs: 120_000,
  run: async (t) => {
    const days = t.quick ? QUICK_DAYS : FULL_DAYS;
    let runs = 0;
    let jumps = 0;
    for (const zone of ZONES) {
      const db = await openDatabase({ url: ':memory:', clock: new ManualClock(START_MS), random: t.random });
      await migrate(db, { clock: new ManualClock(START_MS) });
      const made = await live(db, zone, days);
      await db.close();
      jumps += checkZone(t, zone, made);
      const daily = made.get(DAILY.type)?.length ?? 0;
      t.check(`${zone}: none was left out`, Math.abs(daily - days) <= 1, `${daily} of ${days}`);
      runs += [...made.values()].reduce((sum, all) => sum + all.length, 0);
      t.note(`${zone}: ${daily} days`);
    }
    t.figure('zones', ZONES.length);
    t.figure('simulated days in each', days);
    t.figure('runs', runs);
    t.figure('nights whose 02:30 does not exist', jumps);
  },
});
