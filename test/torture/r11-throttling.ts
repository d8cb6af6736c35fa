import { openDatabase } from '#db/open.ts';
import { createQueue } from '#queue/queue.ts';
import { systemClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { judge } from './kit/checker.ts';
import {
  archiveLetters,
  connectGmail,
  type GmailCall,
  type GmailStats,
  type GmailWorld,
  startGmail,
} from './kit/gmail-world.ts';
import { openInstallation } from './kit/installation.ts';
import { archivedAt, latencies, type Posted, postLetters, quantile } from './kit/mailing.ts';
import { startServed } from './kit/server.ts';
import { until } from './kit/until.ts';
import { defineTrial, type TrialDatabase, type TrialRun } from './trial.ts';

const LEVELS = [0.05, 0.2, 0.6];
const OTHER = 'other@marlow.example';
const userOf = (level: number): string => `at-${Math.round(level * 100)}@marlow.example`;

/** The small form does in seconds what the whole one does in minutes, with as much more quota. */
interface Scale {
  calmMs: number;
  faultMs: number;
  afterMs: number;
  everyMs: number;
  otherEveryMs: number;
  unitsPerMinute?: number;
}

const QUICK: Scale = {
  calmMs: 4_000,
  faultMs: 12_000,
  afterMs: 30_000,
  everyMs: 150,
  otherEveryMs: 200,
  unitsPerMinute: 120_000,
};
const WHOLE: Scale = {
  calmMs: 60_000,
  faultMs: 600_000,
  afterMs: 300_000,
  everyMs: 2_000,
  otherEveryMs: 2_000,
};

/** Refusals of every kind, each for its part of the calls; together they are `level` of them. */
const REFUSALS = [
  { status: 429 },
  { status: 429, retryAfterS: 2 },
  { status: 403, reason: 'userRateLimitExceeded' },
  { status: 500 },
  { status: 503 },
];

const refuse = async (gmail: GmailWorld, user: string, level: number): Promise<void> => {
  for (const [i, refusal] of REFUSALS.entries()) {
    const part = level / REFUSALS.length;
    // Each is asked after those before it let a call through.
    const probability = part / (1 - i * part);
    await gmail.post('faults', { kind: 'status', method: '*', user, probability, ...refusal });
  }
};

const isRefusal = (status: number): boolean => status === 403 || status === 429 || status >= 500;

/** Milliseconds between a refusal and the same call again, by how often in a row it was refused. */
const backoffs = (calls: readonly GmailCall[]): { gaps: number[][]; tooSoon: number } => {
  const gaps: number[][] = [];
  let tooSoon = 0;
  const last = new Map<string, { call: GmailCall; refusals: number }>();
  for (const call of [...calls].sort((a, b) => a.atMs - b.atMs)) {
    const key = `${call.user} ${call.verb} ${call.path}`;
    const before = last.get(key);
    if (before && before.refusals > 0 && call.atMs >= before.call.endMs) {
      const gap = call.atMs - before.call.endMs;
      gaps[before.refusals] = [...(gaps[before.refusals] ?? []), gap];
      if (gap < (before.call.retryAfterMs ?? 0)) tooSoon++;
    }
    last.set(key, { call, refusals: isRefusal(call.status) ? (before?.refusals ?? 0) + 1 : 0 });
  }
  return { gaps, tooSoon };
};

/** For the last ones: a job that met a limit comes again after a minute. */
const REST_MS = 300_000;
const ENOUGH = 20;
/** Full jitter lets the middle one wait half of 1 s, 2 s, 4 s; less than this is none. */
const LEAST_MS = [0, 250, 500, 1_000];

const checkBackoff = (t: TrialRun, calls: readonly GmailCall[], name: string): void => {
  const { gaps, tooSoon } = backoffs(calls);
  t.check(`${name}: no call comes again before Gmail allows it`, tooSoon === 0, `${tooSoon} did`);
  for (const [nth, least] of LEAST_MS.entries()) {
    const sorted = (gaps[nth] ?? []).sort((a, b) => a - b);
    if (nth === 0 || sorted.length < ENOUGH) continue;
    const middle = quantile(sorted, 0.5);
    t.figure(`${name}: wait before try ${nth + 1}, in the middle of ${sorted.length}`, middle, 'ms');
    t.check(`${name}: try ${nth + 1} waits`, middle >= least, `${middle} ms`);
  }
};

interface Bench {
  t: TrialRun;
  gmail: GmailWorld;
  scale: Scale;
  /** Milliseconds in which the other account's letters are done, of 20 all but one, while all is well. */
  calm: number;
}

const post = async (
  { t, gmail, scale }: Omit<Bench, 'calm'>,
  o: { levels: readonly number[]; phase: string; ms: number },
): Promise<{ own: Posted[][]; other: Posted[] }> => {
  const many = (to: string, name: string, everyMs: number) =>
    postLetters(t, gmail, { to, name, everyMs, letters: Math.floor(o.ms / everyMs) });
  const [other, ...own] = await Promise.all([
    many(OTHER, `other-${o.phase}`, scale.otherEveryMs),
    ...o.levels.map((level) => many(userOf(level), `${o.phase}-${level}`, scale.everyMs)),
  ]);
  return { own, other: other ?? [] };
};

/** What became of one account whose calls were refused. */
const endsWell = async (
  { t, gmail, scale }: Bench,
  { level, own, calls }: { level: number; own: readonly Posted[]; calls: readonly GmailCall[] },
): Promise<void> => {
  const name = `${level * 100} %`;
  const ofUser = calls.filter(({ user }) => user === userOf(level));
  const refused = ofUser.filter(({ status }) => isRefusal(status)).length;
  t.figure(`${name}: calls refused`, `${refused} of ${ofUser.length}`);
  const share = async () => {
    const done = await archivedAt(gmail);
    return own.filter(({ id }) => done.has(id)).length / own.length;
  };
  t.figure(`${name}: done when the faults end`, Math.round((await share()) * 100), '%');
  const ms = await until(t, scale.afterMs, async () => (await share()) >= 0.95);
  t.figure(`${name}: 95 % done after`, Math.round(ms / 100) / 10, 's');
  t.check(`${name}: 95 % are done in time`, (await share()) >= 0.95, `${await share()}`);
};

/** Each account has its own share of refusals, all at the same time, beside one that has none. */
const throttle = async (bench: Bench): Promise<void> => {
  const { t, gmail, scale } = bench;
  await gmail.calls();
  for (const level of LEVELS) await refuse(gmail, userOf(level), level);
  const { own, other } = await post(bench, { levels: LEVELS, phase: 'fault', ms: scale.faultMs });
  await gmail.mendAll();
  const calls = await gmail.calls();
  await Promise.all(LEVELS.map((level, i) => endsWell(bench, { level, own: own[i] ?? [], calls })));
  const later = await gmail.calls();
  for (const level of LEVELS) {
    const ofUser = [...calls, ...later].filter(({ user }) => user === userOf(level));
    checkBackoff(t, ofUser, `${level * 100} %`);
  }
  await until(t, 10_000, async () => {
    const done = await archivedAt(gmail);
    return other.every(({ id }) => done.has(id));
  });
  const p95 = quantile(latencies(other, await archivedAt(gmail)), 0.95);
  t.figure('another account beside them, p95', p95, 'ms');
  // Of a few letters on a busy machine the slowest says little.
  const most = t.quick ? bench.calm * 1.5 + 1_000 : bench.calm * 1.5;
  t.check('another account notices nothing', p95 <= most, `${p95} ms beside ${bench.calm} ms`);
};

/** Work with mail that is under way or waits for its turn: a program that is stopped now would leave it undone. */
const LIVE = `select (select count(*) from actions where status in ('queued', 'executing'))
  + (select count(*) from jobs where state in ('queued', 'running') and type in ('sync', 'ingest.message', 'classify')) as n`;

const DELAYED = `select id from jobs where state = 'queued' and not_before > updated_at
  and type in ('action.apply', 'sync', 'ingest.message', 'classify')`;

const connectAll = async (
  t: TrialRun,
  place: TrialDatabase,
  settings: Record<string, unknown>,
  gmail: GmailWorld,
) => {
  const app = await openInstallation(place, { settings });
  await archiveLetters(app);
  const ids = [];
  for (const email of [...LEVELS.map(userOf), OTHER]) ids.push(await connectGmail(app, gmail, email));
  await app.close();
  t.note(`${ids.length} accounts`);
};

/** Follows how many units a user used in any minute, as Gmail counts them. */
const watchUnits = (t: TrialRun, gmail: GmailWorld) => {
  const peaks = new Map<string, number>();
  const look = async () => {
    for (const [user, { lastMinute }] of Object.entries((await gmail.stats()).units))
      peaks.set(user, Math.max(peaks.get(user) ?? 0, lastMinute));
  };
  const timer = setInterval(() => void look().catch(() => {}), 1_000);
  t.onEnd(() => clearInterval(timer));
  return peaks;
};

const checkUnits = (
  t: TrialRun,
  units: GmailStats['units'],
  o: { peaks: Map<string, number>; most: number },
): void => {
  for (const [user, { refused }] of Object.entries(units)) {
    const peak = o.peaks.get(user) ?? 0;
    t.figure(`${user}: most units in a minute`, `${peak} of ${o.most}`);
    t.check(`${user}: no call is above the quota`, refused === 0, `${refused} were`);
  }
};

/** Gmail refuses a part of one account's calls for a while, in every way in which it does. */
export const throttlingTrial = defineTrial({
  id: 'R11',
  title: 'Gmail answers 429, 403 and 5xx to 5, 20 and 60 % of the calls',
  promise:
    'never above the quota, no try without a wait, 95 % done within 5 min afterwards, other accounts notice nothing',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxMs: 90 * 60_000,
  maxQuickMs: 240_000,
  run: async (t) => {
    const scale = t.quick ? QUICK : WHOLE;
    const place = await t.database();
    const gmail = await startGmail(t, {
      push: true,
      users: [...LEVELS.map(userOf), OTHER],
      behaviour: scale.unitsPerMinute ? { unitsPerMinute: scale.unitsPerMinute } : {},
    });
    const settings = {
      ...gmail.settings,
      ...(scale.unitsPerMinute ? { 'gmail.units_per_minute': scale.unitsPerMinute } : {}),
    };
    await connectAll(t, place, settings, gmail);
    const served = await startServed(t, place, settings);
    const peaks = watchUnits(t, gmail);
    const bench = { t, gmail, scale };
    const all = (posted: readonly Posted[]) => async () => {
      const done = await archivedAt(gmail);
      return posted.every(({ id }) => done.has(id));
    };
    const well = async (phase: string): Promise<Posted[]> => {
      const { own, other } = await post(bench, { levels: LEVELS, phase, ms: scale.calmMs });
      await until(t, 60_000, all([...own.flat(), ...other]));
      return other;
    };
    await well('warm');
    const calm = quantile(latencies(await well('calm'), await archivedAt(gmail)), 0.95);
    t.figure('another account while all is well, p95', calm, 'ms');
    await throttle({ ...bench, calm });
    const db = await openDatabase({
      url: place.url,
      clock: systemClock,
      random: t.random,
      ...(place.authToken ? { authToken: place.authToken } : {}),
    });
    t.onEnd(() => db.close());
    const queue = createQueue({ db, clock: systemClock, newId: idMaker(systemClock, t.random) });
    await until(t, REST_MS, async () => {
      // The small form does not wait for the minute that a job waits which met a limit.
      for (const { id } of t.quick ? await db.all<{ id: string }>(DELAYED) : []) {
        // One that runs by now need not be brought forward.
        await queue.reschedule(id, 0).catch(() => {});
      }
      return Number((await db.all<{ n: number }>(LIVE))[0]?.n) === 0;
    });
    t.check('the program still runs', served.child.alive, served.child.stderr().slice(-500));
    await served.stop();
    checkUnits(t, (await gmail.stats()).units, { peaks, most: scale.unitsPerMinute ?? 6_000 });
    await judge(t, { db });
  },
});
