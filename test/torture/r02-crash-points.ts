import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '#db/open.ts';
import { systemClock } from '#std/clock.ts';
import { judge } from './kit/checker.ts';
import { startChild } from './kit/child.ts';
import { type Place, placeText } from './kit/installation.ts';
import { END_STATE, SCENARIOS, type Scenario } from './kit/scenario.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const LIFE = new URL('./kit/life.child.ts', import.meta.url);
const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
/** Lives at the same time. */
const LANES = 2;
/** Milliseconds of the quick form for crashes. */
const QUICK_MS = 30_000;
/** Deaths before the one that is meant, so that there is something to rescue. */
const FIRST_DEATH: Readonly<Record<string, string>> = {
  'rescue.settled': 'perform.after-effect:1',
  'rescue.committed': 'perform.after-effect:1',
};

const LETTERS = [
  ['anna@mail.example', 'A letter', 'How are you?'],
  ['bert@mail.example', 'Another letter', 'I am well.'],
  ['codes@bank.example', 'Your code', '418806'],
  ['codes@shop.example', 'Your other code', '100200'],
  ['news@list.example', 'Plain news', 'All of it.'],
];
const ARCHIVE = LETTERS.map(
  ([from, subject, text], i) =>
    `From ${from} Thu Jan 15 08:00:0${i} 2026\nFrom: ${from}\nTo: robin@marlow.example\nSubject: ${subject}\n` +
    `Message-ID: <m${i}@x.example>\nDate: Thu, 15 Jan 2026 08:00:0${i} +0000\n\n${text}\n`,
).join('\n');

/** The names of crash points, as the source has them. */
export const namesInSource = (): string[] => {
  const names = new Set<string>();
  for (const entry of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts') || entry.endsWith('.test.ts')) continue;
    const text = readFileSync(join(SOURCE, entry), 'utf8');
    for (const call of text.matchAll(/\bcrashpoint\(([^;]*?)\);/g)) {
      for (const name of (call[1] ?? '').matchAll(/'([\w.-]+)'/g)) names.add(name[1] ?? '');
    }
  }
  return [...names].sort();
};

interface Told {
  passed: Record<string, number>;
  endMs: number;
}

interface Lived {
  state: string;
  marks: string[];
  told: Told;
}

const beginning = async (t: TrialRun): Promise<Place> => {
  const place = await t.database();
  mkdirSync(place.dir, { recursive: true });
  writeFileSync(join(place.dir, 'mail.mbox'), ARCHIVE);
  return place;
};

const life = (t: TrialRun, o: { place: Place; scenario: Scenario; crashAt?: string }) =>
  startChild(t, LIFE, {
    args: [placeText(o.place), JSON.stringify(o.scenario)],
    env: { CRASH_AT: o.crashAt ?? '' },
  });

const marksOf = (place: Place): string[] => {
  try {
    return readFileSync(join(place.dir, 'marks.log'), 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

/** Lives to the end, and looks at what came of it all. */
const liveOn = async (t: TrialRun, o: { place: Place; scenario: Scenario; name: string }): Promise<Lived> => {
  const child = life(t, o);
  const told = await child.next<Told>();
  const how = await child.ended;
  if (how !== 0) throw new Error(`${o.name}: a life without a crash ended with ${how}: ${child.stderr()}`);
  const db = await openDatabase({ url: o.place.url, clock: systemClock, random: t.random });
  try {
    const named: TrialRun = { ...t, check: (what, ok, detail) => t.check(`${o.name}: ${what}`, ok, detail) };
    await judge(named, { db, nowMs: told.endMs });
    const state: Record<string, unknown> = {};
    for (const [name, sql] of Object.entries(END_STATE)) state[name] = await db.all(sql);
    return { state: JSON.stringify(state, null, 1), marks: marksOf(o.place), told };
  } finally {
    await db.close();
  }
};

interface Case {
  scenario: Scenario;
  name: string;
  pass: number;
}

/** What belongs to the action is crashed with each type of action, everything else once. */
const OF_ACTIONS = /^(perform|undo|wake|request|classify|turn|outbox|draft)\./;

const casesOf = (scenario: Scenario, passed: Told['passed']): Case[] =>
  Object.entries(passed)
    .filter(([name]) => scenario.everything || OF_ACTIONS.test(name))
    .flatMap(([name, count]) =>
      [1, 2].filter((pass) => pass <= count).map((pass) => ({ scenario, name, pass })),
    );

const shuffled = <T>(t: TrialRun, all: readonly T[]): T[] =>
  all
    .map((one) => ({ one, at: t.random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);

/** Returns whether the crash point was hit. */
const crash = async (t: TrialRun, c: Case, wanted: Lived): Promise<boolean> => {
  const { scenario, pass } = c;
  const name = `${c.name}:${pass} of ${scenario.type}`;
  const place = await beginning(t);
  const first = FIRST_DEATH[c.name];
  if (first) await life(t, { place, scenario, crashAt: first }).ended;
  const victim = life(t, { place, scenario, crashAt: `${c.name}:${pass}` });
  const how = await victim.ended;
  if (how !== 'SIGKILL' && how !== 0) {
    t.check(`${name}: the victim dies or lives`, false, `${how}: ${victim.stderr()}`);
    return false;
  }
  const lived = await liveOn(t, { place, scenario, name });
  const same = lived.state === wanted.state;
  t.check(`${name}: ends as without a crash`, same, same ? '' : difference(wanted.state, lived.state));
  if (!scenario.everything) return how === 'SIGKILL';
  const steps = lived.marks.filter((mark) => mark === 'one').length;
  const most = c.name === 'step.done' ? 2 : 1;
  t.check(`${name}: a step that was recorded does not run again`, steps <= most, `${steps} times`);
  return how === 'SIGKILL';
};

const difference = (wanted: string, found: string): string => {
  const was = wanted.split('\n');
  const is = found.split('\n');
  const at = was.findIndex((line, i) => line !== is[i]);
  return `wanted ${was.slice(Math.max(0, at - 4), at + 3).join(' ')} but got ${is.slice(Math.max(0, at - 4), at + 3).join(' ')}`;
};

const inLanes = async <T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> => {
  const left = [...all];
  const lane = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
};

export const crashPointsTrial = defineTrial({
  id: 'R2',
  title: 'the program is killed at each of its crash points, with each type of action',
  promise: 'whoever comes next ends in the same state as without the crash',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxMs: 60 * 60_000,
  maxQuickMs: 600_000,
  run: async (t) => {
    const names = namesInSource();
    const wanted = new Map<Scenario, Lived>();
    const scenarios = t.quick ? SCENARIOS.slice(0, 4) : SCENARIOS;
    await inLanes(scenarios, async (scenario) => {
      const place = await beginning(t);
      wanted.set(scenario, await liveOn(t, { place, scenario, name: `${scenario.type} without a crash` }));
    });
    const passed = new Set([...wanted.values()].flatMap((lived) => Object.keys(lived.told.passed)));
    const unknown = t.engine === 'embedded' ? /^$/ : /^backup\./;
    const never = names.filter((name) => !passed.has(name) && !unknown.test(name));
    t.check('the script passes every crash point of the source', never.length === 0, never.join(', '));
    const all = [...wanted].flatMap(([scenario, lived]) => casesOf(scenario, lived.told.passed));
    const endAt = performance.now() + (t.quick ? QUICK_MS : Number.POSITIVE_INFINITY);
    const hit = new Set<string>();
    let crashes = 0;
    await inLanes(t.quick ? shuffled(t, all) : all, async (c) => {
      if (performance.now() > endAt) return;
      t.signal.throwIfAborted();
      const lived = wanted.get(c.scenario);
      if (!lived || !(await crash(t, c, lived))) return;
      hit.add(c.name);
      if (++crashes % 25 === 0) t.note(`${crashes} of ${all.length}`);
    });
    t.figure('crash points', names.length);
    t.figure('crashes', crashes);
    if (t.quick) return;
    const missed = names.filter((name) => !hit.has(name) && !unknown.test(name));
    t.check('every crash point was hit', missed.length === 0, missed.join(', '));
  },
});
