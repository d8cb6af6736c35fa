// One life of the program on a database, which may end at a crash point. Arguments: place, scenario, what is outside.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backupBeforeMigrating } from '#db/backup.ts';
import { JOBS } from '#jobs.ts';
import { guardProcess } from '#queue/attribution.ts';
import { rescueDead, rescueStale } from '#queue/rescue.ts';
import { Worker } from '#queue/runner.ts';
import { ManualClock } from '#std/clock.ts';
import { armCrash, watchCrashpoints } from '#std/crashpoint.ts';
import { liveAtGmail } from './gmail-life.ts';
import { liveAtImap } from './imap-life.ts';
import { mailboxOf, openInstallation, placeOf } from './installation.ts';
import { takeNoMoreOrders, tell } from './orders.ts';
import { live, type Outside, type Scenario, scenarioJobs } from './scenario.ts';

const [, , placeText, scenarioText = '', outsideText = '{"settings":{}}'] = process.argv;
const place = placeOf(placeText);
const scenario = JSON.parse(scenarioText) as Scenario;
const outside = JSON.parse(outsideText) as Outside;
const FIRST_MS = Date.parse('2026-01-15T09:00:00.000Z');
/** From one life to the next: longer than a lease. */
const BETWEEN_MS = 30 * 60_000;
/** Milliseconds by which time goes on while work is under way for longer than it ever takes. */
const MOMENT_MS = 100;
const STUCK_MS = 1_000;
const timeFile = join(place.dir, 'time.txt');

/** Whole at each moment: whoever is outside may read it just now. */
const noteTime = (ms: number): void => {
  writeFileSync(`${timeFile}.new`, String(ms));
  renameSync(`${timeFile}.new`, timeFile);
};

/** Where one life ends, the next goes on. */
class LifeClock extends ManualClock {
  override advance(ms: number): void {
    noteTime(this.ms() + ms);
    super.advance(ms);
  }
}

const passed: Record<string, number> = {};
const { CRASH_AT } = process.env;
if (CRASH_AT) armCrash(CRASH_AT);
else
  watchCrashpoints((name) => {
    passed[name] = (passed[name] ?? 0) + 1;
  });

const removeGuard = guardProcess();
const clock = new LifeClock(
  existsSync(timeFile) ? Number(readFileSync(timeFile, 'utf8')) + BETWEEN_MS : FIRST_MS,
);
// Whoever is outside has the same time.
noteTime(clock.ms());
const app = await openInstallation(place, {
  clock,
  settings: { 'digest.channels': ['web'], ...outside.settings },
});
const markFile = join(place.dir, 'marks.log');
const mark = (text: string) => appendFileSync(markFile, `${text}\n`);
const jobs = scenarioJobs({
  mark,
  breathe: async (ms) => {
    clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
});
const worker = new Worker({
  ...app,
  app,
  jobs: [...JOBS, jobs.steps, jobs.slow],
  concurrency: 2,
  leaseClock: 'app',
});
const rescue = { ...app, hooks: {}, signals: app.queue.signals, lease: 'app' as const };
await rescueDead(rescue);
await rescueStale(rescue, 1);
if (scenario.everything) await backupBeforeMigrating(app)(1);
const LIVES = { local: live, gmail: liveAtGmail, imap: liveAtImap };
await LIVES[scenario.mailbox ?? 'local']({
  app,
  clock,
  accountId: scenario.mailbox ? '' : await mailboxOf(app),
  scenario,
  outside,
  jobs,
  mark,
  marked: (text) => existsSync(markFile) && readFileSync(markFile, 'utf8').split('\n').includes(text),
  archive: join(place.dir, 'mail.mbox'),
  drain: async () => {
    // What waits for a moment inside the work, such as a transaction that lost a race, waits by the same clock.
    const going = setInterval(() => clock.advance(MOMENT_MS), STUCK_MS);
    await worker.drain().finally(() => clearInterval(going));
  },
});
await worker.stop();
await app.close();
removeGuard();
tell({ passed, endMs: clock.ms() });
takeNoMoreOrders();
